import { type EventStore, type Tx, arrays } from '@besure/event-store';
import type { Charter, Organisation } from '@besure/governance';
import { type FactsVault, KeyError, type StatementSigner } from '@besure/keys';
import {
  CLAIM_NAMES,
  type Claims,
  type CountersignVerdict,
  type Primitives,
  type StatementToCountersign,
  attachSignature,
  openDisclosures,
  parseStatement,
  prepareCountersignature,
  decodeOpenings,
  encodeOpenings,
} from '@besure/protocol';
import { type CheckedStatement, StatementRefusedError, checkStatement } from './check-statement.js';
import { counterpartOf, differingClaims, isParty } from './compare.js';
import type { FreshRecords } from './fresh-records.js';
import type { FreshStatements } from './fresh-statements.js';
import { lookupOf, uniquenessOf } from './keyed-hashes.js';
import {
  changeStatements,
  insertStatements,
  leaveWaiting,
  statementsByUniqueness,
} from './statement-rows.js';

/** What the exchange needs to countersign. */
export interface CountersigningContext {
  readonly exchange: string;
  readonly charter: Pick<Charter, 'slots'>;
  readonly toleranceSeconds: number;
  readonly store: EventStore;
  /** Gets what is kept here, once that is committed. */
  readonly fresh: FreshStatements;
  readonly freshRecords: FreshRecords;
  readonly vault: FactsVault;
  readonly signer: StatementSigner;
  readonly primitives: Primitives;
  readonly now: () => number;
  /** The start of the current slot, in whole seconds. */
  readonly issuedAt: () => number;
}

type StatementRow = Parameters<typeof insertStatements>[1][number];

interface KnownRow {
  id: string;
  state: 'waiting' | 'countersigned' | 'disputed';
  countersignature: string | null;
}

/** A statement in the hands of the exchange, with what is needed to decide on it. */
interface Candidate {
  readonly id: string;
  /** The time that is signed in the statement, in seconds. */
  readonly iat: number;
  readonly claims: Claims;
  readonly lookup: string;
  readonly issuer: string;
}

/**
 * The exchange's side of a proof: checks statements against its own records and signs over those that agree.
 *
 * One attempt per statement: once compared, the verdict stands, and a repeated request gets the same bytes. What the exchange
 * has no record of yet waits here, and is decided when the record arrives, asked again or not.
 */
export class Countersigner {
  readonly #context: CountersigningContext;

  constructor(context: CountersigningContext) {
    this.#context = context;
  }

  /** Answers one group of an organisation's statements, each on its own; durable before it returns. */
  async answer(
    organisation: Organisation,
    statements: readonly StatementToCountersign[],
  ): Promise<CountersignVerdict[]> {
    const checked = statements.map((one) => this.#check(one, organisation));
    const good = checked.filter((one): one is CheckedStatement => !('verdict' in one));
    const { store, fresh } = this.#context;
    const { verdicts, rows } = await store.transaction((tx) => this.#settle(tx, organisation, good));
    fresh.keep(rows);
    return checked.map((one) => ('verdict' in one ? one : verdicts.get(one.statement.id)!));
  }

  /** Decides on statements that waited for a record which is there now. Returns how many it decided. */
  async decideWaiting(limit: number): Promise<number> {
    const { store, vault, primitives, issuedAt } = this.#context;
    return store.transaction(async (tx) => {
      const rows = await tx.query<
        { id: string; issuer: string; lookup: string; jws: string; openings: Buffer; openings_key: Buffer }[]
      >(
        `SELECT s.id, s.issuer, s.lookup, s.jws, s.openings, s.openings_key
         FROM statement s JOIN record r USING (lookup)
         WHERE s.state = 'waiting' AND s.attempts = 0 AND s.openings IS NOT NULL
         ORDER BY s.prepared_at LIMIT $1 FOR UPDATE OF s SKIP LOCKED`,
        [limit],
      );
      const candidates = rows.flatMap((row): Candidate[] => {
        const opened = unlessDamaged(() => {
          const statement = parseStatement(row.jws, primitives.sha256);
          const sealed = { ciphertext: row.openings, wrappedKey: row.openings_key };
          const disclosures = decodeOpenings(vault.open(sealed));
          return {
            iat: statement.iat,
            claims: openDisclosures(statement, disclosures, primitives.sha256) as Claims,
          };
        });
        return opened === undefined
          ? []
          : [{ id: row.id, issuer: row.issuer, lookup: row.lookup, ...opened }];
      });
      const compared = [...(await this.#compare(tx, candidates))];
      const decided = compared.filter(([, verdict]) => verdict.verdict !== 'waiting');
      // Their record is about others, and stands, or one of the two cannot be read: looked at again and again, they would keep those behind them
      // from being looked at.
      const done = new Set(decided.map(([id]) => id));
      await leaveWaiting(
        tx,
        rows.flatMap(({ id }) => (done.has(id) ? [] : [id])),
      );
      await changeStatements(
        tx,
        decided.map(([id, verdict]) => ({
          id,
          state: verdict.verdict === 'countersigned' ? 'countersigned' : 'disputed',
          disputed: verdict.verdict === 'disputed',
          countersignature: verdict.verdict === 'countersigned' ? verdict.countersignature : null,
          attempts: 0,
          attemptAt: null,
          iat: issuedAt(),
        })),
      );
      await this.#announce(tx, decided);
      return decided.length;
    });
  }

  #check(input: StatementToCountersign, organisation: Organisation): CheckedStatement | CountersignVerdict {
    const { issuedAt, toleranceSeconds } = this.#context;
    try {
      return checkStatement(input, organisation, this.#context, issuedAt() + toleranceSeconds);
    } catch (error) {
      if (error instanceof StatementRefusedError) return { verdict: 'refused', code: error.code };
      throw error;
    }
  }

  async #settle(
    tx: Tx,
    organisation: Organisation,
    group: readonly CheckedStatement[],
  ): Promise<{ verdicts: Map<string, CountersignVerdict>; rows: StatementRow[] }> {
    const { vault, now, issuedAt } = this.#context;
    // Two requests of one organisation about the same statement must not both find it new.
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `countersign ${organisation.id}`,
    ]);
    const verdicts = new Map<string, CountersignVerdict>();
    for (const row of await this.#known(tx, group)) verdicts.set(row.id, verdictOf(row));

    const fresh = group.filter((one) => !verdicts.has(one.statement.id));
    const uniqueness = new Map(
      fresh.map((one) => [one.statement.id, uniquenessOf(vault, organisation.id, one.claims)]),
    );
    const taken = await statementsByUniqueness(tx, [...uniqueness.values()]);
    const candidates: (Candidate & CheckedStatement)[] = [];
    for (const one of fresh) {
      const { id } = one.statement;
      const unique = uniqueness.get(id)!;
      if (verdicts.has(id)) continue;
      if (taken.has(unique)) {
        verdicts.set(id, { verdict: 'refused', code: 'already-stated' });
        continue;
      }
      taken.set(unique, { id });
      verdicts.set(id, { verdict: 'waiting' });
      const { iat } = one.statement;
      candidates.push({ ...one, id, iat, issuer: organisation.id, lookup: lookupOf(vault, one.claims) });
    }
    const decided = await this.#compare(tx, candidates);
    for (const [id, verdict] of decided) verdicts.set(id, verdict);
    const rows = candidates.map((one): StatementRow => {
      const verdict = decided.get(one.id)!;
      const sealed = vault.seal(encodeOpenings(one.disclosures));
      return {
        id: one.id,
        event: null,
        issuer: organisation.id,
        counterpart: counterpartOf(organisation.id, one.claims),
        uniqueness: uniqueness.get(one.id)!,
        lookup: one.lookup,
        state: verdict.verdict === 'refused' ? 'disputed' : verdict.verdict,
        jws: one.statement.jws,
        countersignature: verdict.verdict === 'countersigned' ? verdict.countersignature : null,
        openings: sealed.ciphertext,
        openingsKey: sealed.wrappedKey,
        preparedAt: now(),
        attemptAt: null,
        iat: Math.max(one.statement.iat, issuedAt()),
      };
    });
    await insertStatements(tx, rows);
    await this.#announce(
      tx,
      [...decided].filter(([, verdict]) => verdict.verdict !== 'waiting'),
    );
    return { verdicts, rows };
  }

  async #known(tx: Tx, group: readonly CheckedStatement[]): Promise<KnownRow[]> {
    return tx.query<KnownRow[]>(
      'SELECT id, state, countersignature FROM statement WHERE id = ANY($1::text[])',
      [arrays.text(group.map((one) => one.statement.id))],
    );
  }

  /** Compares with the exchange's own records. Who is no party to a message gets the answer that an unknown one gets. */
  async #compare(tx: Tx, candidates: readonly Candidate[]): Promise<Map<string, CountersignVerdict>> {
    const { vault, freshRecords, toleranceSeconds } = this.#context;
    const records = await freshRecords.take(
      tx,
      vault,
      candidates.map((one) => one.lookup),
    );
    return new Map(
      candidates.map((one): [string, CountersignVerdict] => {
        const record = unlessDamaged(() => records.get(one.lookup)?.());
        if (record === undefined) return [one.id, { verdict: 'waiting' }];
        if (!isParty(one.issuer, record)) return [one.id, { verdict: 'waiting' }];
        if (differingClaims(one.claims, record, toleranceSeconds).length > 0)
          return [one.id, { verdict: 'disputed' }];
        return [one.id, { verdict: 'countersigned', countersignature: this.#sign(one) }];
      }),
    );
  }

  /** Where the issuer's clock is ahead, the slot is the statement's: no countersignature is older than what it is about. */
  #sign(statement: Candidate): string {
    const { exchange, issuedAt, toleranceSeconds, signer } = this.#context;
    const signingInput = prepareCountersignature({
      statement: statement.id,
      issuer: exchange,
      iat: Math.max(statement.iat, issuedAt()),
      checked: CLAIM_NAMES,
      tolerance: toleranceSeconds,
    });
    return attachSignature(signingInput, signer.sign(signingInput));
  }

  async #announce(tx: Tx, decided: readonly (readonly [string, CountersignVerdict])[]): Promise<void> {
    if (decided.length === 0) return;
    await this.#context.store.append(tx, [
      {
        stream: `decided-${decided[0]![0]}`,
        expectedVersion: 0,
        type: 'StatementsDecided',
        data: { entries: decided.map(([id, verdict]) => ({ statement: id, verdict: verdict.verdict })) },
      },
    ]);
  }
}

/** Undefined where something does not open: the others of its group do not wait for it. What a key file lacks is waited for. */
function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof KeyError && error.retryable) throw error;
    return undefined;
  }
}

function verdictOf(row: KnownRow): CountersignVerdict {
  switch (row.state) {
    case 'countersigned':
      return { verdict: 'countersigned', countersignature: row.countersignature! };
    case 'disputed':
      return { verdict: 'disputed' };
    case 'waiting':
      return { verdict: 'waiting' };
  }
}
