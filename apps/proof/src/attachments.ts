import type { JsonValue } from '@besure/event-store';
import { MAX_ENTRIES, frame } from '@besure/protocol';

/** One entry of an event about many statements, and what travels beside it. */
export interface AttachedEntry {
  readonly entry: { readonly [key: string]: JsonValue };
  readonly attached: Uint8Array;
}

/** As many bytes of attachment: as base64 it must still fit beside the entries into one message of the bus. */
const MOST_BYTES = 500_000;

/** Splits entries into events, in order, none with too many entries or too much attached. */
export function splitAttached(
  all: readonly AttachedEntry[],
): { entries: { readonly [key: string]: JsonValue }[]; attachment: Uint8Array }[] {
  const groups: { entries: { readonly [key: string]: JsonValue }[]; members: Uint8Array[]; bytes: number }[] =
    [];
  for (const { entry, attached } of all) {
    const last = groups.at(-1);
    if (
      last === undefined ||
      last.entries.length >= MAX_ENTRIES ||
      last.bytes + attached.length > MOST_BYTES
    ) {
      groups.push({ entries: [entry], members: [attached], bytes: attached.length });
    } else {
      last.entries.push(entry);
      last.members.push(attached);
      last.bytes += attached.length;
    }
  }
  return groups.map(({ entries, members }) => ({ entries, attachment: frame(members) }));
}
