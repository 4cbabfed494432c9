import { randomUUID } from 'node:crypto';
import { type EventStore, type Tx, arrays } from '@besure/event-store';
import { parseCountersignature } from '@besure/protocol';
import { type StatementChange, changeStatements } from './statement-rows.js';
import type { Decision } from './statement-states.js';

/** A statement that waits for the exchange, as it was when it was decided about. */
export interface WaitingRow {
  readonly id: string;
  readonly event: string;
  readonly state: 'prepared' | 'one-sided';
  readonly attempts: number;
}

/** What was decided about a statement. */
export interface Outcome {
  readonly row: WaitingRow;
  readonly decision: Decision;
}

/** What keeping decisions needs. */
export interface KeepingContext {
  readonly store: EventStore;
  readonly deadlineMillis: number;
  readonly now: () => number;
}

interface CurrentRow {
  readonly id: string;
  readonly slot: string | null;
  readonly attempts: number;
  /** Neither agreed nor disputed yet. */
  readonly undecided: boolean;
}

/** Keeps what was decided about a group of statements, and tells it. */
export async function keepDecisions(
  context: KeepingContext,
  tx: Tx,
  asked: readonly Outcome[],
): Promise<void> {
  // Between reading and keeping, a slot may have taken a one-sided statement: its row tells whether this came too late.
  // One that was made anew meanwhile is of no interest any more. And another instance may have asked as well: the count of attempts is the version of the row. Only that the other one had no answer is no reason
  // to let go of a countersignature.
  const rows = await tx.query<CurrentRow[]>(
    `SELECT id, slot, attempts, countersignature IS NULL AND NOT disputed AS undecided FROM statement
     WHERE id = ANY($1::text[]) AND state <> 'replaced' ORDER BY id FOR UPDATE`,
    [arrays.text(asked.map(({ row }) => row.id))],
  );
  const current = new Map(rows.map((row) => [row.id, row]));
  const outcomes = asked.filter(({ row, decision }) => {
    const now = current.get(row.id);
    return now?.attempts === row.attempts || (decision.type === 'countersigned' && now?.undecided === true);
  });
  const recorded = new Set(rows.filter((row) => row.slot !== null).map((row) => row.id));
  const askLaterAt = context.now() + Math.min(context.deadlineMillis, LONGEST_PAUSE_MILLIS);
  await changeStatements(
    tx,
    outcomes.map((outcome) => changeOf(outcome, current.get(outcome.row.id)!, askLaterAt)),
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

function entryOf(row: WaitingRow): { event: string; statement: string } {
  return { event: row.event, statement: row.id };
}

function changeOf({ row, decision }: Outcome, current: CurrentRow, askLaterAt: number): StatementChange {
  const attempts = current.attempts + 1;
  switch (decision.type) {
    case 'countersigned':
      return {
        id: row.id,
        // What stands in a slot as one-sided stays so there; the exchange records the countersigned one.
        state: current.slot !== null ? 'one-sided' : 'countersigned',
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
