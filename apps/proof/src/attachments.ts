import type { JsonValue } from '@besure/event-store';
import { MAX_ENTRIES, sealedToJson, utf8Encode } from '@besure/protocol';

/** What travels beside an entry of `StatementsRecorded`: erasable, so never part of the event itself. `path` in base64, from the leaf upwards. */
export interface RecordedAttachment {
  readonly jws: string;
  readonly countersignature: string | null;
  readonly path: readonly string[];
  readonly openings: SealedJson | null;
}

type SealedJson = ReturnType<typeof sealedToJson>;

/** Sealed openings for a message; null where they were erased. */
export function sealedForMessage(ciphertext: Uint8Array | null, key: Uint8Array | null): SealedJson | null {
  return ciphertext === null || key === null ? null : sealedToJson({ ciphertext, key });
}

/** One entry of an event about many statements, and what travels beside it. */
export interface AttachedEntry {
  readonly entry: { readonly [key: string]: JsonValue };
  readonly attached: object;
}

/** As many bytes of attachment: as base64 it must still fit beside the entries into one message of the bus. */
const MOST_BYTES = 500_000;

/** Splits entries into events, in order, none with too many entries or too much attached. */
export function splitAttached(
  all: readonly AttachedEntry[],
): { entries: { readonly [key: string]: JsonValue }[]; attachment: Uint8Array }[] {
  const groups: { entries: { readonly [key: string]: JsonValue }[]; texts: string[]; bytes: number }[] = [];
  for (const { entry, attached } of all) {
    const text = JSON.stringify(attached);
    const last = groups.at(-1);
    if (last === undefined || last.entries.length >= MAX_ENTRIES || last.bytes + text.length > MOST_BYTES) {
      groups.push({ entries: [entry], texts: [text], bytes: text.length });
    } else {
      last.entries.push(entry);
      last.texts.push(text);
      last.bytes += text.length;
    }
  }
  return groups.map(({ entries, texts }) => ({ entries, attachment: utf8Encode(`[${texts.join(',')}]`) }));
}
