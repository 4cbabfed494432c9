import {
  decodeBase64url,
  decodeEs256,
  decodeJson,
  encodeBase64url,
  encodeJson,
  type Primitives,
  ProtocolError,
  type Sha256,
  splitCompactJws,
  utf8Encode,
} from '@besure/protocol';
import { z } from 'zod';
import { CharterError } from '../error.js';
import { readBySchema } from '../json.js';
import { hash, height, hex, id, type Immutable, object, signingKey, whole } from '../values.js';
import { changeSchema } from './change.js';

/** The `typ` of a note: the format and its version. */
export const NOTE_TYPE = 'besure-rights-note-v1+jws';

/** The most characters of a note's JWS: what an item has room for, less its magic. */
export const MAX_NOTE_LENGTH = 64_000;

const said = {
  /** Fingerprint of the network's first charter: a note counts in one network only. */
  network: hex(32),
  member: id,
};

const proposalSchema = object({
  kind: z.literal('proposal'),
  ...said,
  state: whole(0, Number.MAX_SAFE_INTEGER),
  expires: height,
  minute: hash.nullable(),
  change: changeSchema,
});
const voteSchema = object({
  kind: z.literal('vote'),
  ...said,
  state: whole(0, Number.MAX_SAFE_INTEGER),
  proposal: hash,
  number: whole(1, Number.MAX_SAFE_INTEGER),
  choice: z.enum(['for', 'against'], { error: 'must be for or against' }),
});
const withdrawalSchema = object({ kind: z.literal('withdrawal'), ...said, proposal: hash });

/** The form of what a note says. */
export const noteSchema = z.discriminatedUnion('kind', [proposalSchema, voteSchema, withdrawalSchema], {
  error: 'must be a proposal, a vote or a withdrawal',
});

/**
 * A member asks the board for a change. `state` is the version of the rights that it was made for, `expires` the last height at
 * which it can be voted on, `minute` the SHA-256 of a paper, if there is one.
 */
export type ProposalNote = Immutable<z.output<typeof proposalSchema>>;

/** A member's vote. Of those that it casts on one proposal, one with a higher `number` takes the place of the one before. */
export type VoteNote = Immutable<z.output<typeof voteSchema>>;

/** A member takes its proposal back. */
export type WithdrawalNote = Immutable<z.output<typeof withdrawalSchema>>;

/** What a member says to the board. */
export type NoteContent = ProposalNote | VoteNote | WithdrawalNote;

/** A note as received. That its form is right says nothing of its signature. */
export interface Note {
  readonly jws: string;
  /** base64url of SHA-256 over the signing input: the signature does not change it. */
  readonly id: string;
  readonly signingInput: string;
  /** The seat's key: an uncompressed P-256 point in base64url. */
  readonly key: string;
  readonly content: NoteContent;
  /** r||s, 64 bytes, low s. */
  readonly signature: Uint8Array;
}

/** The signing input of a note; `attachSignature` makes the JWS. Throws CharterError `field`. */
export function prepareNote(content: NoteContent, key: string): string {
  // Reading puts the members in the order of the format, whatever order they came in.
  const ordered = readBySchema(noteSchema, content);
  return `${headerOf(readBySchema(signingKey, key))}.${encodeJson(JSON.stringify(ordered))}`;
}

/** Reads a note: header and payload are the one canonical text of what they say. Throws ProtocolError `rights-note`. */
export function parseNote(jws: string, sha256: Sha256): Note {
  const parts = splitCompactJws(jws, MAX_NOTE_LENGTH, 'rights-note');
  const { value: header } = decodeJson(parts.header, 'rights-note');
  const key = read(z.looseObject({ kid: signingKey }), header).kid;
  if (parts.header !== headerOf(key)) throw fault('its header is not that of a note');
  const { text, value } = decodeJson(parts.payload, 'rights-note');
  const content = read(noteSchema, value);
  if (JSON.stringify(content) !== text) throw fault('the text of its payload is not canonical');
  return {
    jws,
    id: encodeBase64url(sha256(utf8Encode(parts.signingInput))),
    signingInput: parts.signingInput,
    key,
    content,
    signature: decodeEs256(parts.signature, 'rights-note'),
  };
}

/** Whether a note is signed with the key that it names. */
export function isSignedByItsKey({ key, signingInput, signature }: Note, primitives: Primitives): boolean {
  return primitives.verifyP256(decodeBase64url(key), utf8Encode(signingInput), signature);
}

function headerOf(key: string): string {
  return encodeJson(`{"alg":"ES256","typ":"${NOTE_TYPE}","kid":"${key}"}`);
}

function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  try {
    return readBySchema(schema, value);
  } catch (error) {
    if (!(error instanceof CharterError)) throw error;
    throw fault(error.message, error.field);
  }
}

function fault(why: string, field?: string): ProtocolError {
  return new ProtocolError(
    'rights-note',
    `the note is refused: ${why}`,
    field === undefined ? {} : { field },
  );
}
