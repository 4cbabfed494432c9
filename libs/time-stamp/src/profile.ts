import { readableCertificate, type TimeStampAuthority } from './authority.js';
import { type Certificate, withSignature } from './certificate.js';
import { TimeStampError } from './error.js';
import { chainOf, reach } from './path.js';
import { canonicalSignature } from './signature.js';
import { isIdOf, parseSignedAttributes, type SignedAttributes } from './signed-attributes.js';
import { encodeToken, isSigner, parseToken, type Token } from './token.js';

/**
 * Brings a token as authorities make them into the profile, for the first of the authorities that its certificates lead to:
 * what no signature covers is left out or written in its one form. Throws a TimeStampError where that is impossible;
 * whether the result verifies is for {@link verifyTimeStamp} to say.
 */
export function toProfile(token: Uint8Array, authorities: readonly TimeStampAuthority[]): Uint8Array {
  const parts = parseToken(token);
  const certificates = parts.certificates
    .map(readableCertificate)
    .filter((certificate) => certificate !== undefined);
  const signer = signerOf(parts, certificates);
  const chain = chainOf(signer, certificates);
  for (const { certificate } of authorities) {
    const anchor = readableCertificate(certificate);
    const length = anchor === undefined ? undefined : reach(chain, anchor);
    if (anchor === undefined || length === undefined) continue;
    const attributes = parseSignedAttributes(parts.signedAttributes);
    return canonicalToken(parts, attributes, chain.slice(0, length), anchor);
  }
  throw new TimeStampError('chain', 'the certificates lead to no authority that was given');
}

/** The certificate that a token names as its signer's. */
export function signerOf(token: Token, certificates: readonly Certificate[]): Certificate {
  const signer = certificates.find((certificate) => isSigner(token, certificate));
  if (signer === undefined) throw new TimeStampError('signer', 'its certificate is not in the token');
  return signer;
}

/** The one form of a token with this chain up to, and without, this anchor. */
export function canonicalToken(
  token: Token,
  attributes: SignedAttributes,
  chain: readonly Certificate[],
  anchor: Certificate,
): Uint8Array {
  const [signer] = chain;
  if (signer === undefined) throw new TimeStampError('signer', 'its certificate is not in the token');
  const certificates = chain.map((certificate, i) =>
    // What the signer signed for cannot be changed unseen; of the others only the form of the signature is open.
    attributes.certificates.some((id) => isIdOf(id, certificate))
      ? certificate.bytes
      : withSignature(certificate, canonicalSignature((chain[i + 1] ?? anchor).key, certificate.signature)),
  );
  const signature = canonicalSignature(signer.key, token.signature);
  return encodeToken({ ...token, signature }, signer, certificates);
}
