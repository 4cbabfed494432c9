import { randomUUID } from 'node:crypto';
import { type EventStore, type Tx, arrays } from '@besure/event-store';
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
import { type StatementChange, changeStatements } from './statement-rows.js';
import { type Decision, decideStatement } from './statement-states.js';

/** Asks the exchange about a group: a verdict each, in order. Rejects where no answer came. */
export type CountersignRequest = (
  statements: readonly StatementToCountersign[],
) => Promise<readonly CountersignVerdict[]>;

/** What asking for countersignatures needs. */
export interface AskingContext {
  readonly store: EventStore;
  readonly vault: FactsVault;
  readonly primitives: Primitives;
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

interface DueRow {
  id: string;
  event: string;
  state: 'prepared' | 'one-sided';
  jws: string;
  openings: Buffer | null;
  openings_key: Buffer | null;
  prepared_at: string;
  attempts: number;
  slot: string | null;
}

interface Outcome {
  readonly row: DueRow;
  readonly decision: Decision;
}

/**
 * One round: takes the statements that are due, asks the exchange once about all of them, and keeps what follows.
 *
 * @returns how many statements were due
 */
export async function askExchange(context: AskingContext): Promise<number> {
  const due = await dueStatements(context);
  if (due.length === 0) return 0;
  const verdicts = await ask(context, due);
  const now = context.now();
  const outcomes = due.map((row, at) => ({ row, decision: decide(context, row, verdicts[at] ?? null, now) }));
  await context.store.transaction((tx) => keep(context, tx, outcomes));
  return due.length;
}

async function dueStatements({ store, now }: AskingContext): Promise<DueRow[]> {
  return store.transaction((tx) =>
    tx.query<DueRow[]>(
      `SELECT id, event, state, jws, openings, openings_key, prepared_at, attempts, slot FROM statement
       WHERE attempt_at <= $1 ORDER BY attempt_at LIMIT $2`,
      [now(), MAX_GROUP],
    ),
  );
}

async function ask(
  { vault, request }: AskingContext,
  due: readonly DueRow[],
): Promise<readonly (CountersignVerdict | null)[]> {
  const asked = due.flatMap((row, at) => {
    const disclosures = disclosuresOf(vault, row);
    return disclosures === null ? [] : [{ at, jws: row.jws, disclosures }];
  });
  const answers: (CountersignVerdict | null)[] = due.map(() => null);
  try {
    const verdicts = await request(asked.map(({ jws, disclosures }) => ({ jws, disclosures })));
    asked.forEach(({ at }, i) => (answers[at] = verdicts[i] ?? null));
  } catch {
    // No answer is an answer here: the deadline decides, and the statement's own state asks again.
  }
  return answers;
}

/** Null where they were erased or do not open: nobody can be asked about that statement, and its deadline decides. The others do not wait for it. */
function disclosuresOf(vault: FactsVault, { openings, openings_key: key }: DueRow): readonly string[] | null {
  if (openings === null || key === null) return null;
  try {
    return decodeOpenings(vault.open({ ciphertext: openings, wrappedKey: key }));
  } catch {
    return null;
  }
}

/** A countersignature that does not verify is none: the exchange is asked again, and the deadline decides. */
function decide(
  context: AskingContext,
  row: DueRow,
  verdict: CountersignVerdict | null,
  now: number,
): Decision {
  const usable =
    verdict?.verdict === 'countersigned' && !isUsable(context, row.jws, verdict.countersignature, now)
      ? null
      : verdict;
  return decideStatement(
    {
      state: row.state,
      preparedAt: Math.max(Number(row.prepared_at), context.askingSince),
      attempts: row.attempts,
      inSlot: row.slot !== null,
    },
    usable,
    now,
    context.deadlineMillis,
  );
}

/** One that is dated far ahead could not be recorded for as long: the exchange would have a veto over the proof. */
function isUsable(
  { exchange, primitives, deadlineMillis }: AskingContext,
  statement: string,
  countersignature: string,
  now: number,
): boolean {
  const isBy = (key: Uint8Array): boolean => {
    try {
      const parsed = parseCountersignature(countersignature);
      if (parsed.issuer !== exchange.id || parsed.iat * 1000 > now + deadlineMillis) return false;
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

async function keep(context: AskingContext, tx: Tx, asked: readonly Outcome[]): Promise<void> {
  // Between reading and keeping, a slot may have taken a one-sided statement: its row tells whether this came too late.
  // And another instance may have asked as well: the count of attempts is the version of the row.
  const rows = await tx.query<{ id: string; slot: string | null; attempts: number }[]>(
    'SELECT id, slot, attempts FROM statement WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE',
    [arrays.text(asked.map(({ row }) => row.id))],
  );
  const current = new Map(rows.map((row) => [row.id, row]));
  const outcomes = asked.filter(({ row }) => current.get(row.id)?.attempts === row.attempts);
  const recorded = new Set(rows.filter((row) => row.slot !== null).map((row) => row.id));
  const askLaterAt = context.now() + Math.min(context.deadlineMillis, LONGEST_PAUSE_MILLIS);
  await changeStatements(
    tx,
    outcomes.map((outcome) => changeOf(outcome, recorded.has(outcome.row.id), askLaterAt)),
  );
  const entries = (type: Decision['type'], late: boolean): Outcome[] =>
    outcomes.filter(
      ({ row, decision }) =>
        decision.type === type && (type !== 'countersigned' || recorded.has(row.id) === late),
    );
  const groups: [string, { event: string; statement: string; disputed?: boolean; why?: string }[]][] = [
    ['StatementsCountersigned', entries('countersigned', false).map(({ row }) => entryOf(row))],
    ['StatementsCompletedLate', entries('countersigned', true).map(({ row }) => entryOf(row))],
    [
      'StatementsOneSided',
      entries('one-sided', false)
        // A dispute that is known already changes nothing.
        .filter(
          ({ row, decision }) =>
            row.state === 'prepared' || (decision.type === 'one-sided' && decision.disputed),
        )
        .map(({ row, decision }) => ({
          ...entryOf(row),
          ...(decision.type === 'one-sided' ? { disputed: decision.disputed, why: decision.why } : {}),
        })),
    ],
  ];
  const events = groups
    .filter(([, list]) => list.length > 0)
    .map(([type, list]) => ({
      stream: `asked-${randomUUID()}`,
      expectedVersion: 0,
      type,
      data: { entries: list },
    }));
  if (events.length > 0) await context.store.append(tx, events);
}

function entryOf(row: DueRow): { event: string; statement: string } {
  return { event: row.event, statement: row.id };
}

function changeOf({ row, decision }: Outcome, recorded: boolean, askLaterAt: number): StatementChange {
  const attempts = row.attempts + 1;
  switch (decision.type) {
    case 'countersigned':
      return {
        id: row.id,
        // What stands in a slot as one-sided stays so there; the exchange records the countersigned one.
        state: recorded ? 'one-sided' : 'countersigned',
        disputed: false,
        countersignature: decision.countersignature,
        attempts,
        attemptAt: null,
        iat: parseCountersignature(decision.countersignature).iat,
      };
    case 'one-sided':
      return {
        id: row.id,
        state: 'one-sided',
        disputed: decision.disputed,
        countersignature: null,
        attempts,
        attemptAt: decision.disputed ? null : askLaterAt,
        iat: 0,
      };
    case 'ask-again':
      return {
        id: row.id,
        state: row.state,
        disputed: false,
        countersignature: null,
        attempts,
        attemptAt: decision.at,
        iat: 0,
      };
  }
}

/** How long after its deadline a one-sided statement is brought to the exchange again, at most: as long again as the deadline. */
const LONGEST_PAUSE_MILLIS = 60_000;
