import { type DocumentDigest, encodeBase64url, type Primitives } from '@besure/protocol';

/** Whether a document has the size and both digests that a statement names. */
export function documentMatches(
  document: Uint8Array,
  claimed: DocumentDigest,
  primitives: Primitives,
): boolean {
  return (
    document.length === claimed.size &&
    encodeBase64url(primitives.sha256(document)) === claimed.sha256 &&
    encodeBase64url(primitives.sha3_512(document)) === claimed.sha3_512
  );
}
