import type { FactsVault } from '@besure/keys';
import { problems } from '@besure/service';
import { z } from 'zod';
import { cursorOf, placeOf } from './cursor.js';
import { FIRST_ID, LAST_ID, firstIdAt } from './event-id.js';
import { EVENT_STATES, type EventStateName, type EventStatus } from './event-state.js';
import { type Queryable, toStatus } from './state-rows.js';
import { keyedHex } from './submission.js';
import { type Place, type Walk, type WalkedRow, hasWay, walkQuery } from './walk.js';

/** Most events on one page. */
export const MAX_PAGE = 500;

/** Most events that are looked at for one page, in steps of so many. */
const MAX_LOOKED = 5_000;
const STEP = 500;

const moment = z.iso.datetime({ offset: true, error: 'must be a moment (RFC 3339)' });
const CURSOR_RULE = 'must be the next of an earlier answer to the same question';

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
    .regex(/^[A-Za-z0-9_-]{86}$/, { error: CURSOR_RULE })
    .optional()
    .describe('`next` of the answer before: what follows it.'),
});

export type LookUpQuery = z.output<typeof lookUpQuery>;

/** An event as a look-up shows it: under the names that its sender gave it. */
export interface FoundEvent extends EventStatus {
  readonly id: string;
  readonly source: string;
}

/**
 * A page of events, in the order of their acceptance. `next` is null where nothing follows now; a page may be short, or empty, although
 * something follows: where many events had to be looked at.
 */
export interface FoundPage {
  readonly events: readonly FoundEvent[];
  readonly next: string | null;
}

/**
 * The accepted events that a question holds of. The database sees keyed hashes; source and id are opened here. One index is walked along,
 * and what it leads to is looked at here, up to a number: no question costs more than a page.
 *
 * @param sources those that the caller may speak for; null for all
 * @throws Problem 400 for a cursor that is not of this question
 */
export async function lookUp(
  db: Queryable,
  vault: FactsVault,
  query: LookUpQuery,
  sources: readonly string[] | null,
): Promise<FoundPage> {
  const { message, from, to, state, cursor } = query;
  const limit = Number(query.limit ?? 100);
  const question = JSON.stringify([message, from, to, state]);
  const mine = sources?.flatMap((source) => keyedHex(vault, 'source', source)) ?? null;
  const walk = walkFor(query, mine, vault);
  const step = state === undefined && mine === null ? limit + 1 : STEP;
  const until = to === undefined ? LAST_ID : firstIdAt(Date.parse(to));
  let place = cursor === undefined ? startOf(from) : placeOf(cursor, question, vault);
  if (place === null) throw problems.malformed({ field: 'cursor', rule: CURSOR_RULE });
  const found: WalkedRow[] = [];
  let more = true;
  for (let looked = 0; more && found.length <= limit && looked < MAX_LOOKED; looked += STEP) {
    const { sql, parameters } = walkQuery(walk, place, until, step);
    const rows = await db.query<WalkedRow[]>(sql, parameters);
    found.push(...rows.filter((row) => isAsked(row, state, mine)));
    place = rows.at(-1) ?? place;
    more = rows.length === step;
  }
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1)! : place;
  return {
    events: page.map((row) => ({ ...nameOf(row, vault), ...toStatus(row) })),
    next: found.length > limit || more ? cursorOf(last, question, vault) : null,
  };
}

/** The narrowest index: a message has few events, a rare state has, a source may have many. */
function walkFor({ message, state }: LookUpQuery, mine: readonly string[] | null, vault: FactsVault): Walk {
  if (message !== undefined) return { along: 'message', hashes: keyedHex(vault, 'message', message) };
  if (state !== undefined && hasWay(state)) return { along: 'state', state };
  return mine === null ? { along: 'all' } : { along: 'source', hashes: mine };
}

function startOf(from: string | undefined): Place {
  return { event: from === undefined ? FIRST_ID : firstIdAt(Date.parse(from)), hash: Buffer.alloc(0) };
}

function isAsked(row: WalkedRow, state: EventStateName | undefined, mine: readonly string[] | null): boolean {
  return (
    (mine === null || mine.includes(row.source.toString('hex'))) &&
    (state === undefined || toStatus(row).state === state)
  );
}

function nameOf(row: WalkedRow, vault: FactsVault): { id: string; source: string } {
  const opened = vault.open({ ciphertext: row.name, wrappedKey: row.name_key });
  const [source, id] = JSON.parse(Buffer.from(opened).toString()) as [string, string];
  return { id, source };
}
