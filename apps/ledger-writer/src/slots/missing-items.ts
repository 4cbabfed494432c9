import { parseBigint } from '@besure/event-store';
import { type Charter, isMemberAt } from '@besure/governance';
import type { Db } from '@besure/log-store';
import { readChainState } from '../chain-rows.js';
import { lastDueSlot } from './slot-times.js';

/** Slots that follow one another, both ends included. */
export interface SlotRange {
  readonly from: number;
  readonly to: number;
}

/** What of the items that were due is missing or came late: each member owes one for each slot, whether or not it has statements. */
export interface MissingItems extends SlotRange {
  /** The last slot whose items were due by the time in the last final block. */
  readonly due: number;
  readonly missing: readonly (SlotRange & { readonly member: string })[];
  /** Seconds from the end of the slot to the block. */
  readonly late: readonly { readonly member: string; readonly slot: number; readonly seconds: number }[];
  /** Members that have never had an item. */
  readonly silent: readonly string[];
}

/** As many slots as one look may ask for. */
export const MOST_SLOTS = 10_000;
/** As many as are looked at where nothing is asked for. */
const RECENT_SLOTS = 100;
/** As many items, slots times members, as one look reads: whoever asks for more goes on after its last slot. */
const MOST_ITEMS = 50_000;

/**
 * Compares the log with what was due, from each member's first item on. All of it follows from the ledger: block times decide, no clock.
 *
 * @param asked the slots to look at, by default the newest 100 that were due; what was not due yet is never missing. With many members
 *   fewer slots are looked at: what the answer says of `from` and `to` is what counts
 */
export async function missingItems(
  db: Db,
  charter: Charter,
  asked: Partial<SlotRange> = {},
): Promise<MissingItems> {
  const { height, time } = await readChainState(db);
  const due = Math.max(charter.slots.base - 1, lastDueSlot(charter, time));
  const members = charter.organisations.filter((member) => isMemberAt(member, height)).map(({ id }) => id);
  const { from, to } = slotsLookedAt({ base: charter.slots.base, due, members: members.length }, asked);
  const firsts = await firstSlots(db, members);
  const found = await db.query<{ member: string; slot: string; late_seconds: string }[]>(
    `SELECT member, slot, late_seconds FROM slot_leaf
      WHERE member = ANY($1::text[]) AND slot >= $2 AND slot <= $3 ORDER BY member, slot`,
    [members, from, to],
  );
  const here = Map.groupBy(found, ({ member }) => member);
  const missing = members.flatMap((member) => {
    const first = firsts.get(member);
    if (first === undefined) return [];
    const slots = (here.get(member) ?? []).map(({ slot }) => parseBigint(slot));
    return gaps(slots, Math.max(from, first), to).map((range) => ({ member, ...range }));
  });
  const late = found.flatMap(({ member, slot, late_seconds }) => {
    const seconds = parseBigint(late_seconds);
    return seconds === 0 ? [] : [{ member, slot: parseBigint(slot), seconds }];
  });
  const silent = due < charter.slots.base ? [] : members.filter((member) => !firsts.has(member));
  return { due, from, to, missing, late, silent };
}

/** Which slots are looked at: of those asked for the first ones, of the newest the last ones, and never more than can be read at once. */
export function slotsLookedAt(
  known: { readonly base: number; readonly due: number; readonly members: number },
  asked: Partial<SlotRange>,
): SlotRange {
  const most = Math.max(1, Math.floor(MOST_ITEMS / Math.max(1, known.members)));
  if (asked.from === undefined) {
    const to = Math.min(asked.to ?? known.due, known.due);
    return { from: Math.max(known.base, to - Math.min(RECENT_SLOTS, most) + 1), to };
  }
  const from = Math.max(known.base, asked.from);
  return { from, to: Math.min(asked.to ?? known.due, known.due, from + most - 1) };
}

/** How many items are missing. */
export function countMissing({ missing }: Pick<MissingItems, 'missing'>): number {
  return missing.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

/** What lies between slots that are there, in their order. */
export function gaps(slots: readonly number[], from: number, to: number): SlotRange[] {
  const ranges: SlotRange[] = [];
  let next = from;
  for (const slot of [...slots.filter((one) => one >= from && one <= to), to + 1]) {
    if (slot > next) ranges.push({ from: next, to: slot - 1 });
    next = slot + 1;
  }
  return ranges;
}

async function firstSlots(db: Db, members: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.query<{ member: string; first: string | null }[]>(
    `SELECT m AS member, (SELECT min(slot) FROM slot_leaf WHERE member = m) AS first FROM unnest($1::text[]) AS m`,
    [members],
  );
  return new Map(
    rows.flatMap(({ member, first }) => (first === null ? [] : [[member, parseBigint(first)] as const])),
  );
}
