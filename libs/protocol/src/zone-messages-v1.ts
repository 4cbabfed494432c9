import { frame, parseAttachment } from './attachment.js';
import { decodeBase64, encodeBase64 } from './bytes.js';
import { readBytes, readHash, readList, readMembers, readNullable, readText } from './shape.js';
import { type Recording, type SealedBytes, encodeRecording, encodeSealedFacts } from './zone-messages.js';

// Version 1 of the events of a zone that have an attachment: it was a JSON array, with bytes in base64. Such events stand in databases, and are read
// for as long as they do.

/** What versions of an event differ in. */
interface Content<D> {
  readonly data: D;
  readonly attachment: Uint8Array | null;
}

/** `EventsAccepted` of version 1 as version 2. Throws a `message` error. */
export function upcastEventsAccepted<D>({ data, attachment }: Content<D>): Content<D> {
  if (attachment === null) return { data, attachment };
  const facts = parseAttachment(attachment).map((member, i) =>
    readNullable(member, `attachment.${i.toString()}`, sealed),
  );
  return { data, attachment: encodeSealedFacts(facts) };
}

/** `StatementsRecorded` of version 1 as version 2. Throws a `message` error. */
export function upcastStatementsRecorded<D>({ data, attachment }: Content<D>): Content<D> {
  if (attachment === null) return { data, attachment };
  const recordings = parseAttachment(attachment).map((member, i) =>
    encodeRecording(recording(member, `attachment.${i.toString()}`)),
  );
  return { data, attachment: frame(recordings) };
}

/** Sealed bytes in an attachment of version 1. */
export function sealedToJson({ ciphertext, key }: SealedBytes): { ciphertext: string; key: string } {
  return { ciphertext: encodeBase64(ciphertext), key: encodeBase64(key) };
}

/** Lengths of texts are looked at where version 2 is read. */
function recording(value: unknown, field: string): Recording {
  const { jws, countersignature, path, openings } = readMembers(value, field, [
    'jws',
    'countersignature',
    'path',
    'openings',
  ]);
  const text = (member: unknown, at: string): string => readText(member, at, 65_536);
  return {
    jws: text(jws, `${field}.jws`),
    countersignature: readNullable(countersignature, `${field}.countersignature`, text),
    path: readList(path, `${field}.path`, 64, (hash, at) => readHash(hash, at, decodeBase64)),
    openings: readNullable(openings, `${field}.openings`, sealed),
  };
}

function sealed(value: unknown, field: string): SealedBytes {
  const { ciphertext, key } = readMembers(value, field, ['ciphertext', 'key']);
  return {
    ciphertext: readBytes(ciphertext, `${field}.ciphertext`, 65_536, decodeBase64),
    key: readBytes(key, `${field}.key`, 1024, decodeBase64),
  };
}
