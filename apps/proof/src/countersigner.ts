import { type EventStore, type Tx, arrays } from '@besure/event-store';
import { type Charter, type Organisation, signingKeyOf } from '@besure/governance';
import type { FactsVault, StatementSigner } from '@besure/keys';
import {
  CLAIM_NAMES,
  type Claims,
  type CountersignVerdict,
  type Primitives,
  type Statement,
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
import { firstOf, lookupOf, uniquenessOf } from './keyed-hashes.js';
import { KEY_PATIENCE_MILLIS, type Unopened, tryToOpen } from './opening.js';
import { recordLookups } from './record-lookups.js';
import {
  changeStatements,
  insertStatements,
  leaveWaiting,
  lookAgain,
  makeWay,
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
  /** Told of a key that the charter does not have: the board may have decided on it a moment ago. */
  readonly onUnknownKey: () => void;
  /** Told once of a statement that waits for good because it or its record does not open. */
  readonly onDamaged: (statement: string) => void;
  /** Told how many statements wait for a key that the key file does not hold. */
  readonly onKeyMissing: (count: number) => void;
}

type StatementRow = Parameters<typeof insertStatements>[1][number];

interface KnownRow {
  id: string;
  state: 'waiting' | 'countersigned' | 'disputed';
  countersignature: string | null;
}

interface WaitingRow {
  id: string;
  issuer: string;
  lookup: string;
  jws: string;
  openings: Buffer;
  openings_key: Buffer;
}

/** What a comparison gives, or why it cannot be made. */
type Compared = CountersignVerdict | Unopened;

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

  /**
   * Decides on statements that waited for a record which is there now.
   *
   * @returns how many it looked at: each of them is decided, waits for good, or is put off
   */
  async decideWaiting(limit: number): Promise<number> {
    const { store, now, issuedAt, onDamaged, onKeyMissing } = this.#context;
    return store.transaction(async (tx) => {
      const rows = await tx.query<WaitingRow[]>(
        `SELECT s.id, s.issuer, s.lookup, s.jws, s.openings, s.openings_key
         FROM statement s JOIN record r USING (lookup)
         WHERE s.state = 'waiting' AND s.attempts = 0 AND s.openings IS NOT NULL AND coalesce(s.attempt_at, 0) <= $2
         ORDER BY s.prepared_at LIMIT $1 FOR UPDATE OF s SKIP LOCKED`,
        [limit, now()],
      );
      const compared = await this.#compareWaiting(tx, rows);
      const decided = compared.flatMap(([id, outcome]): (readonly [string, CountersignVerdict])[] =>
        typeof outcome === 'string' || outcome.verdict === 'waiting' ? [] : [[id, outcome]],
      );
      const sealed = compared.flatMap(([id, outcome]) => (outcome === 'key-missing' ? [id] : []));
      const damaged = compared.flatMap(([id, outcome]) => (outcome === 'damaged' ? [id] : []));
      // Their record is about others, and stands, or one of the two is damaged: looked at again and again, they would keep those behind them
      // from being looked at.
      const done = new Set([...decided.map(([id]) => id), ...sealed]);
      await leaveWaiting(
        tx,
        rows.flatMap(({ id }) => (done.has(id) ? [] : [id])),
      );
      await lookAgain(tx, sealed, now(), now() + KEY_PATIENCE_MILLIS);
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
      damaged.forEach(onDamaged);
      if (sealed.length > 0) onKeyMissing(sealed.length);
      return rows.length;
    });
  }

  async #compareWaiting(tx: Tx, rows: readonly WaitingRow[]): Promise<(readonly [string, Compared])[]> {
    const { vault, primitives } = this.#context;
    const openings = rows.map(
      (row) =>
        [
          row.id,
          tryToOpen((): Candidate => {
            const statement = parseStatement(row.jws, primitives.sha256);
            const sealed = { ciphertext: row.openings, wrappedKey: row.openings_key };
            const disclosures = decodeOpenings(vault.open(sealed));
            const claims = openDisclosures(statement, disclosures, primitives.sha256) as Claims;
            return { id: row.id, iat: statement.iat, claims, lookup: row.lookup, issuer: row.issuer };
          }),
        ] as const,
    );
    const candidates = openings.flatMap(([, opening]) =>
      typeof opening === 'string' ? [] : [opening.opened],
    );
    const compared = await this.#compare(tx, candidates);
    return openings.map(([id, opening]) => [id, typeof opening === 'string' ? opening : compared.get(id)!]);
  }

  #check(input: StatementToCountersign, organisation: Organisation): CheckedStatement | CountersignVerdict {
    const { issuedAt, toleranceSeconds, onUnknownKey } = this.#context;
    try {
      return checkStatement(input, organisation, this.#context, issuedAt() + toleranceSeconds);
    } catch (error) {
      if (!(error instanceof StatementRefusedError)) throw error;
      if (error.code !== 'key-unknown') return { verdict: 'refused', code: error.code };
      // Who asks may have read what the board has decided a moment before it is read here.
      onUnknownKey();
      return { verdict: 'waiting' };
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
    const taken = await statementsByUniqueness(tx, [...uniqueness.values()].flat());
    const lookups = await recordLookups(
      tx,
      fresh.map((one) => lookupOf(vault, one.claims)),
    );
    const ended = await this.#endedAmong(
      tx,
      organisation,
      [...taken.values()].map(({ id }) => id),
    );
    const makingWay: string[] = [];
    const candidates: (Candidate & CheckedStatement)[] = [];
    for (const [at, one] of fresh.entries()) {
      const { id } = one.statement;
      const unique = uniqueness.get(id)!;
      if (verdicts.has(id)) continue;
      const earlier = firstOf(unique, taken)?.id;
      if (earlier !== undefined && (!ended.has(earlier) || isOfEndedKey(organisation, one.statement))) {
        verdicts.set(id, { verdict: 'refused', code: 'already-stated' });
        continue;
      }
      if (earlier !== undefined) makingWay.push(earlier);
      taken.set(unique[0], { id });
      verdicts.set(id, { verdict: 'waiting' });
      const { iat } = one.statement;
      candidates.push({ ...one, id, iat, issuer: organisation.id, lookup: lookups[at]! });
    }
    // What cannot be read is no reason to keep the others from their answer: it waits, and is looked at by {@link decideWaiting}.
    const decided = new Map(
      [...(await this.#compare(tx, candidates))].map(([id, outcome]): [string, CountersignVerdict] => [
        id,
        typeof outcome === 'string' ? { verdict: 'waiting' } : outcome,
      ]),
    );
    for (const [id, verdict] of decided) verdicts.set(id, verdict);
    const rows = candidates.map((one): StatementRow => {
      const verdict = decided.get(one.id)!;
      const sealed = vault.seal(encodeOpenings(one.disclosures));
      return {
        id: one.id,
        event: null,
        issuer: organisation.id,
        counterpart: counterpartOf(organisation.id, one.claims),
        uniqueness: uniqueness.get(one.id)![0],
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
    await makeWay(tx, makingWay);
    await insertStatements(tx, rows);
    await this.#announce(
      tx,
      [...decided].filter(([, verdict]) => verdict.verdict !== 'waiting'),
    );
    return { verdicts, rows };
  }

  /**
   * Those that were signed with a key that the board has ended since. Their issuer cannot record them any more, and makes them anew: one of them may be
   * followed by another about the same.
   */
  async #endedAmong(
    tx: Tx,
    organisation: Organisation,
    ids: readonly string[],
  ): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const { sha256 } = this.#context.primitives;
    const rows = await tx.query<{ id: string; jws: string }[]>(
      'SELECT id, jws FROM statement WHERE id = ANY($1::text[])',
      [arrays.text(ids)],
    );
    const ended = rows.filter(({ jws }) => isOfEndedKey(organisation, parseStatement(jws, sha256)));
    return new Set(ended.map(({ id }) => id));
  }

  async #known(tx: Tx, group: readonly CheckedStatement[]): Promise<KnownRow[]> {
    return tx.query<KnownRow[]>(
      'SELECT id, state, countersignature FROM statement WHERE id = ANY($1::text[])',
      [arrays.text(group.map((one) => one.statement.id))],
    );
  }

  /** Compares with the exchange's own records. Who is no party to a message gets the answer that an unknown one gets. */
  async #compare(tx: Tx, candidates: readonly Candidate[]): Promise<Map<string, Compared>> {
    const { vault, freshRecords, toleranceSeconds } = this.#context;
    const records = await freshRecords.take(
      tx,
      vault,
      candidates.map((one) => one.lookup),
    );
    return new Map(
      candidates.map((one): [string, Compared] => {
        const opening = tryToOpen(() => records.get(one.lookup)?.());
        if (typeof opening === 'string') return [one.id, opening];
        const record = opening.opened;
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

function isOfEndedKey(organisation: Organisation, { certificateKey }: Statement): boolean {
  const until = signingKeyOf(organisation, certificateKey)?.until;
  return until !== undefined && until !== null;
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
