import type { FactsVault } from '@besure/keys';
import { z } from 'zod';
import { EVENT_STATES, type EventStatus } from './event-state.js';
import { firstIdAt } from './event-id.js';
import {
  STATE_OF_ROW,
  STATUS_COLUMNS,
  STATUS_TABLES,
  type Queryable,
  type StatusRow,
  toStatus,
} from './state-rows.js';
import { keyedHex } from './submission.js';

/** Most events on one page. */
export const MAX_PAGE = 500;

const moment = z.iso.datetime({ offset: true, error: 'must be a moment (RFC 3339)' });
const CURSOR_RULE = 'must be the next of an earlier answer';

/** What a look-up may ask for. All that is given must hold. */
export const lookUpQuery = z.strictObject({
  message: z.string().min(1).max(256).optional().describe('The message that the events are about.'),
  from: moment.optional().describe('Accepted at this moment or later.'),
  to: moment.optional().describe('Accepted before this moment.'),
  state: z.enum(EVENT_STATES).optional().describe('In this state now.'),
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|[1-4]\d\d|500)$/, { error: `must be a whole number from 1 to ${MAX_PAGE}` })
    .optional()
    .describe('Most events in the answer; 100 without it.'),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{24,128}$/, { error: CURSOR_RULE })
    .optional()
    .describe('`next` of the answer before: what follows it.'),
});

export type LookUpQuery = z.output<typeof lookUpQuery>;

/** An event as a look-up shows it: under the names that its sender gave it. */
export interface FoundEvent extends EventStatus {
  readonly id: string;
  readonly source: string;
}

/** A page of events, in the order of their acceptance. `next` is null where nothing follows now. */
export interface FoundPage {
  readonly events: readonly FoundEvent[];
  readonly next: string | null;
}

interface FoundRow extends StatusRow {
  readonly hash: Buffer;
  readonly event: string;
  readonly name: Buffer;
  readonly name_key: Buffer;
}

/**
 * The accepted events that a question holds of. The database sees keyed hashes; source and id are opened here.
 *
 * @param sources those that the caller may speak for; null for all
 */
export async function lookUp(
  db: Queryable,
  vault: FactsVault,
  query: LookUpQuery,
  sources: readonly string[] | null,
): Promise<FoundPage> {
  const limit = Number(query.limit ?? 100);
  const after = query.cursor === undefined ? null : readCursor(query.cursor);
  const rows = await db.query<FoundRow[]>(
    `SELECT r.hash, r.name, r.name_key, ${STATUS_COLUMNS}
       FROM ${STATUS_TABLES}
      WHERE r.name IS NOT NULL
        AND ($1::bytea[] IS NULL OR r.message = ANY($1::bytea[]))
        AND ($2::bytea[] IS NULL OR r.source = ANY($2::bytea[]))
        AND ($3::uuid IS NULL OR r.event >= $3::uuid)
        AND ($4::uuid IS NULL OR r.event < $4::uuid)
        AND ($5::uuid IS NULL OR (r.event, r.hash) > ($5::uuid, $6::bytea))
        AND ($7::text IS NULL OR ${STATE_OF_ROW} = $7::text)
      ORDER BY r.event, r.hash
      LIMIT $8`,
    [
      query.message === undefined ? null : bytes(keyedHex(vault, 'message', query.message)),
      sources === null ? null : bytes(sources.flatMap((source) => keyedHex(vault, 'source', source))),
      query.from === undefined ? null : firstIdAt(Date.parse(query.from)),
      query.to === undefined ? null : firstIdAt(Date.parse(query.to)),
      after?.event ?? null,
      after?.hash ?? null,
      query.state ?? null,
      limit + 1,
    ],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    events: page.map((row) => ({ ...nameOf(row, vault), ...toStatus(row) })),
    next: last === undefined || rows.length <= limit ? null : cursorOf(last),
  };
}

function nameOf(row: FoundRow, vault: FactsVault): { id: string; source: string } {
  const opened = vault.open({ ciphertext: row.name, wrappedKey: row.name_key });
  const [source, id] = JSON.parse(Buffer.from(opened).toString()) as [string, string];
  return { id, source };
}

function cursorOf({ event, hash }: FoundRow): string {
  return Buffer.concat([Buffer.from(event.replaceAll('-', ''), 'hex'), hash]).toString('base64url');
}

function readCursor(cursor: string): { event: string; hash: Buffer } {
  const all = Buffer.from(cursor, 'base64url');
  return { event: all.toString('hex', 0, 16), hash: all.subarray(16) };
}

function bytes(hashes: readonly string[]): string[] {
  return hashes.map((hash) => `\\x${hash}`);
}
