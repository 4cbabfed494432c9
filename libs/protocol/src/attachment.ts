import { concatBytes, readU32be, u32be, utf8Decode, utf8Encode } from './bytes.js';
import { ProtocolError } from './error.js';

// What is attached to an event has one member for each of its entries. Members are bytes, one after the other, each behind its length: sealed bytes
// and signatures would be a third longer as text, and have to be encoded here and decoded there. Those of version 1 of an event are JSON arrays in
// UTF-8.

/** What an attachment begins with; a JSON text never does. */
const FRAMED = 2;
/** Stands for the length of what is not there. */
const NOTHING = 0xffff_ffff;

/** Several pieces of bytes as one. */
export function frame(pieces: readonly (Uint8Array | null)[]): Uint8Array {
  return concatBytes(
    Uint8Array.of(FRAMED),
    ...pieces.flatMap((piece) => (piece === null ? [u32be(NOTHING)] : [u32be(piece.length), piece])),
  );
}

/** Whether bytes begin as {@link frame} begins them. */
export function isFramed(bytes: Uint8Array): boolean {
  return bytes[0] === FRAMED;
}

/** The inverse of {@link frame}; the pieces share its memory. Throws a `message` error. */
export function unframe(bytes: Uint8Array, field: string): (Uint8Array | null)[] {
  const pieces: (Uint8Array | null)[] = [];
  let at = isFramed(bytes) ? 1 : -1;
  while (at > 0 && at + 4 <= bytes.length) {
    const length = readU32be(bytes, at);
    at += 4;
    if (length === NOTHING) {
      pieces.push(null);
    } else {
      pieces.push(bytes.subarray(at, at + length));
      at += length;
    }
  }
  if (at !== bytes.length)
    throw new ProtocolError('message', 'must be pieces behind their lengths', { field });
  return pieces;
}

/** An attachment of version 1: a JSON array with one member for each entry of the event. */
export function encodeAttachment(entries: readonly unknown[]): Uint8Array {
  return utf8Encode(JSON.stringify(entries));
}

/** The members of an attachment of version 1. Throws a `message` error. */
export function parseAttachment(attachment: Uint8Array): unknown[] {
  let members: unknown;
  try {
    members = JSON.parse(utf8Decode(attachment));
  } catch (cause) {
    throw new ProtocolError('message', 'must be a JSON array in UTF-8', { field: 'attachment', cause });
  }
  if (!Array.isArray(members)) throw new ProtocolError('message', 'must be a list', { field: 'attachment' });
  return members;
}

/** Takes an attachment of any version apart into attachments of one member each. Throws a `message` error. */
export function splitAttachment(attachment: Uint8Array): Uint8Array[] {
  return isFramed(attachment)
    ? unframe(attachment, 'attachment').map((member) => frame([member]))
    : parseAttachment(attachment).map((member) => encodeAttachment([member]));
}
