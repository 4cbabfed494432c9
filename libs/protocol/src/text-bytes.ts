import { decodeBase64urlInto, encodeBase64url } from './base64.js';
import { utf8Decode, utf8Encode, utf8EncodeInto } from './bytes.js';
import type { Sha256 } from './primitives.js';

// A statement is some thirty short texts that are hashed or encoded. An array for each costs more than the work on it,
// so they share this one; nothing of it is kept beyond a call.
const shared = new Uint8Array(49_152);
const LONGEST = shared.length / 3; // UTF-8 has at most three bytes for each UTF-16 code unit

/** SHA-256 over the UTF-8 of a text. The digest function gets a view that is only valid while it runs. */
export function sha256OfText(text: string, sha256: Sha256): Uint8Array {
  return sha256(viewOf(text));
}

/** base64url of the UTF-8 of a text. Throws on a lone surrogate. */
export function encodeText(text: string): string {
  return encodeBase64url(viewOf(text));
}

/** The text whose UTF-8 stands in base64url. Strict in both. */
export function decodeText(encoded: string): string {
  if (encoded.length > shared.length)
    return utf8Decode(decodeBase64urlInto(encoded, new Uint8Array(encoded.length)));
  return utf8Decode(decodeBase64urlInto(encoded, shared));
}

function viewOf(text: string): Uint8Array {
  return text.length > LONGEST ? utf8Encode(text) : utf8EncodeInto(text, shared);
}
