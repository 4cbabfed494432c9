import type { EventStore } from '@besure/event-store';
import { type Charter, isSlotStart } from '@besure/governance';
import type { FactsVault } from '@besure/keys';
import {
  type CountersignVerdict,
  MAX_GROUP,
  type Primitives,
  type StatementToCountersign,
  assertCountersigns,
  parseCountersignature,
  parseStatement,
  verifyCountersignature,
  decodeOpenings,
} from '@besure/protocol';
import type { FreshStatements, StatementBytes } from './fresh-statements.js';
import { type Outcome, type WaitingRow, keepDecisions } from './keep-decisions.js';
import { type Decision, decideStatement } from './statement-states.js';

/** Asks the exchange about a group: a verdict each, in order. Rejects where no answer came. */
export type CountersignRequest = (
  statements: readonly StatementToCountersign[],
) => Promise<readonly CountersignVerdict[]>;

/** What asking for countersignatures needs. */
export interface AskingContext {
  readonly store: EventStore;
  /** What was made here a moment ago. */
  readonly fresh: FreshStatements;
  readonly vault: FactsVault;
  readonly primitives: Primitives;
  readonly charter: Pick<Charter, 'slots'>;
  readonly exchange: { readonly id: string; readonly signingKeys: readonly Uint8Array[] };
  readonly deadlineMillis: number;
  /**
   * Since when this process asks, in milliseconds. What was prepared before it has its deadline from then on: while nobody asked, silence was not
   * the exchange's, and after a stop of both the exchange may be back a moment later.
   */
  readonly askingSince: number;
  readonly now: () => number;
  readonly request: CountersignRequest;
}

interface OverdueRow extends WaitingRow {
  prepared_at: string;
  slot: string | null;
}

interface DueRow extends OverdueRow {
  erased: boolean;
}

/** With its signed bytes, and what is opened to the exchange; see {@link disclosuresOf}. */
interface DueStatement extends OverdueRow {
  readonly jws: string;
  readonly disclosures: readonly string[] | null;
}

/**
 * One round: takes the statements that are due, asks the exchange once about all of them, and keeps what follows. Where no answer came, what has
 * waited for its whole deadline does not wait for a round of its own: there would be fewer rounds than statements.
 *
 * @returns how many statements were due
 */
export async function askExchange(context: AskingContext): Promise<number> {
  const due = await dueStatements(context);
  if (due.length === 0) return 0;
  const verdicts = await ask(context, due);
  const now = context.now();
  await keep(
    context,
    due.map((row, at) => ({
      row,
      decision: decide(context, row, usable(context, row, verdicts?.[at], now), now),
    })),
  );
  if (verdicts === null) await endOverdue(context);
  return due.length;
}

/** What was never decided goes before what the exchange was silent about already: after a long silence that is a long line. */
async function dueStatements(context: AskingContext): Promise<DueStatement[]> {
  const { store, fresh, vault, now } = context;
  const columns = `id, event, state, openings IS NULL OR openings_key IS NULL AS erased, prepared_at, attempts, slot`;
  return store.transaction(async (tx) => {
    const rows = await tx.query<DueRow[]>(
      `(SELECT ${columns} FROM statement WHERE state = 'prepared' AND attempt_at <= $1 ORDER BY attempt_at LIMIT $2)
       UNION ALL
       (SELECT ${columns} FROM statement WHERE state = 'one-sided' AND attempt_at <= $1 ORDER BY attempt_at LIMIT $2)
       LIMIT $2`,
      [now(), MAX_GROUP],
    );
    const ids = rows.map((row) => row.id);
    const bytes = rows.length === 0 ? new Map<string, StatementBytes>() : await fresh.read(tx, ids);
    return rows.map(({ erased, ...row }): DueStatement => {
      const known = bytes.get(row.id)!;
      return { ...row, jws: known.jws, disclosures: erased ? null : disclosuresOf(vault, known) };
    });
  });
}

/** Decides, as after silence, about all whose deadline is over. */
async function endOverdue(context: AskingContext): Promise<void> {
  const { store, deadlineMillis, askingSince } = context;
  const now = context.now();
  const before = now - deadlineMillis;
  if (askingSince > before) return;
  for (;;) {
    const overdue = await store.transaction((tx) =>
      tx.query<OverdueRow[]>(
        `SELECT id, event, state, prepared_at, attempts, slot FROM statement
         WHERE state = 'prepared' AND attempt_at <= $1 AND prepared_at <= $2 ORDER BY attempt_at LIMIT $3`,
        [now, before, MAX_GROUP],
      ),
    );
    await keep(
      context,
      overdue.map((row) => ({ row, decision: decide(context, row, null, now) })),
    );
    if (overdue.length < MAX_GROUP) return;
  }
}

async function keep(context: AskingContext, outcomes: readonly Outcome[]): Promise<void> {
  if (outcomes.length === 0) return;
  await context.store.transaction((tx) => keepDecisions(context, tx, outcomes));
}

/** What the exchange says of each; null where there was nothing that it could be asked. Null in place of all where it does not answer. */
async function ask(
  { request }: AskingContext,
  due: readonly DueStatement[],
): Promise<(CountersignVerdict | null)[] | null> {
  const asked = due.flatMap(({ jws, disclosures }, at) =>
    disclosures === null ? [] : [{ at, jws, disclosures }],
  );
  const answers: (CountersignVerdict | null)[] = due.map(() => null);
  if (asked.length === 0) return answers;
  try {
    const verdicts = await request(asked.map(({ jws, disclosures }) => ({ jws, disclosures })));
    asked.forEach(({ at }, i) => (answers[at] = verdicts[i] ?? null));
  } catch {
    // No answer is an answer here: the deadline decides, and the statement's own state asks again.
    return null;
  }
  return answers;
}

/** Null where they were erased or do not open: nobody can be asked about that statement, and its deadline decides. The others do not wait for it. */
function disclosuresOf(
  vault: FactsVault,
  { openings, disclosures }: StatementBytes,
): readonly string[] | null {
  if (disclosures !== undefined) return disclosures;
  if (openings === null) return null;
  try {
    return decodeOpenings(vault.open({ ciphertext: openings.ciphertext, wrappedKey: openings.key }));
  } catch {
    return null;
  }
}

function decide(
  { askingSince, deadlineMillis }: AskingContext,
  row: OverdueRow,
  verdict: CountersignVerdict | null,
  now: number,
): Decision {
  return decideStatement(
    {
      state: row.state,
      preparedAt: Math.max(Number(row.prepared_at), askingSince),
      attempts: row.attempts,
      inSlot: row.slot !== null,
    },
    verdict,
    now,
    deadlineMillis,
  );
}

/** A countersignature that does not verify is none: the exchange is asked again, and the deadline decides. */
function usable(
  context: AskingContext,
  row: DueStatement,
  verdict: CountersignVerdict | null | undefined,
  now: number,
): CountersignVerdict | null {
  if (verdict?.verdict === 'countersigned' && !isUsable(context, row.jws, verdict.countersignature, now))
    return null;
  return verdict ?? null;
}

/**
 * One that is dated far ahead could not be recorded for as long: the exchange would have a veto over the proof. And one that bears a finer time than
 * a slot's would be recorded with the statement, and no verifier would take either.
 */
function isUsable(
  { charter, exchange, primitives, deadlineMillis }: AskingContext,
  statement: string,
  countersignature: string,
  now: number,
): boolean {
  const isBy = (key: Uint8Array): boolean => {
    try {
      const parsed = parseCountersignature(countersignature);
      if (parsed.issuer !== exchange.id || parsed.iat * 1000 > now + deadlineMillis) return false;
      if (!isSlotStart(charter, parsed.iat)) return false;
      assertCountersigns(parsed, parseStatement(statement, primitives.sha256));
      verifyCountersignature(parsed, key, primitives);
      return true;
    } catch {
      return false;
    }
  };
  // Which of its keys counts depends on the height at which this will be recorded.
  return exchange.signingKeys.some(isBy);
}
