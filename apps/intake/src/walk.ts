import type { EventStateName } from './event-state.js';
import { STATUS_COLUMNS, STATUS_TABLES, type StatusRow } from './state-rows.js';

/** A place in the order of acceptance: requests of one event stand together, by their hash. */
export interface Place {
  readonly event: string;
  readonly hash: Buffer;
}

/** A request with its state, as a walk finds it. */
export interface WalkedRow extends StatusRow, Place {
  readonly source: Buffer;
  readonly name: Buffer;
  readonly name_key: Buffer;
}

/** What an index leads through, always in the order of acceptance. */
export type Walk =
  | { readonly along: 'all' }
  /** The requests under keyed hashes of a message, or of sources. */
  | { readonly along: 'message' | 'source'; readonly hashes: readonly string[] }
  | { readonly along: 'state'; readonly state: EventStateName };

/** Where the indexes of states lead: to every event in the state, and to few others. */
const WAYS: Partial<Readonly<Record<EventStateName, string>>> = {
  accepted: 'w.prepared_at IS NULL AND w.record_at IS NULL AND w.discarded_at IS NULL',
  prepared: 'w.prepared_at IS NOT NULL AND w.countersigned_at IS NULL AND w.one_sided_at IS NULL',
  'one-sided': 'w.one_sided_at IS NOT NULL',
  record: 'w.record_at IS NOT NULL',
  discarded: 'w.discarded_at IS NOT NULL',
  erased: 'w.erased_at IS NOT NULL',
};

/** Whether an index leads to the events of a state. */
export function hasWay(state: EventStateName): boolean {
  return state in WAYS;
}

/**
 * The query for the next rows of a walk: at most so many, after a place and before an event. It reads no more rows than it answers, but for
 * the lists of several hashes, each of which is read as far.
 */
export function walkQuery(
  walk: Walk,
  after: Place,
  until: string,
  count: number,
): { readonly sql: string; readonly parameters: unknown[] } {
  return {
    sql: `SELECT r.event, r.hash, r.source, r.name, r.name_key, ${STATUS_COLUMNS}
            FROM (${requestsOf(walk)}) AS r ${STATUS_TABLES}
           ORDER BY r.event, r.hash`,
    parameters: [
      after.event,
      after.hash,
      until,
      count,
      ...('hashes' in walk ? [walk.hashes.map((hash) => `\\x${hash}`)] : []),
    ],
  };
}

const FOUND = 'q.event, q.hash, q.source, q.name, q.name_key';
const IN_RANGE = '(q.event, q.hash) > ($1::uuid, $2::bytea) AND q.event < $3::uuid AND q.name IS NOT NULL';
const IN_ORDER = 'ORDER BY q.event, q.hash LIMIT $4';

function requestsOf(walk: Walk): string {
  switch (walk.along) {
    case 'all':
      return `SELECT ${FOUND} FROM request q WHERE ${IN_RANGE} ${IN_ORDER}`;
    case 'message':
    case 'source':
      return `SELECT ${FOUND}
                FROM unnest($5::bytea[]) AS key,
                     LATERAL (SELECT * FROM request q WHERE q.${walk.along} = key AND ${IN_RANGE} ${IN_ORDER}) AS q
               ${IN_ORDER}`;
    case 'state':
      return `SELECT ${FOUND}
                FROM event_state w,
                     LATERAL (SELECT * FROM request q WHERE q.event = w.event AND ${IN_RANGE} ${IN_ORDER}) AS q
               WHERE ${WAYS[walk.state] ?? 'true'} AND w.event >= $1::uuid AND w.event < $3::uuid
               ORDER BY w.event, q.hash LIMIT $4`;
  }
}
