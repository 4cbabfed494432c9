import { equalBytes } from '@besure/protocol';
import { type Certificate, hasIssued } from './certificate.js';
import { TimeStampError } from './error.js';
import { KEY_USAGE } from './extensions.js';
import { OID } from './oid.js';

/** The most certificates between a signer and the authority that was given. */
export const MOST_INTERMEDIATES = 3;

/** The signer, and each time the certificate among the others that issued the one before, as far as there is one. */
export function chainOf(signer: Certificate, others: readonly Certificate[]): Certificate[] {
  const chain = [signer];
  const left = new Set(others);
  while (chain.length <= MOST_INTERMEDIATES) {
    const below = chain.at(-1)!;
    const issuer = [...left].find((candidate) => hasIssued(candidate, below));
    if (issuer === undefined) break;
    left.delete(issuer);
    chain.push(issuer);
  }
  return chain;
}

/**
 * How many certificates of a chain lead to an anchor: up to the first that it issued, or the signer alone if it is
 * itself the anchor. `undefined`: the chain does not lead there.
 */
export function reach(chain: readonly Certificate[], anchor: Certificate): number | undefined {
  if (equalBytes(chain[0]!.bytes, anchor.bytes)) return 1;
  const last = chain.findIndex((certificate) => hasIssued(anchor, certificate));
  return last === -1 ? undefined : last + 1;
}

/** That a certificate may sign time stamps, and nothing else (RFC 3161 section 2.3). */
export function assertSigner({ extensions }: Certificate): void {
  const { authority, keyUsage, purposes } = extensions;
  if (purposes?.critical !== true || purposes.oids.length !== 1 || purposes.oids[0] !== OID.timeStamping)
    throw new TimeStampError('signer', 'its certificate is not, critically, for time stamping only');
  if (keyUsage?.has(KEY_USAGE.digitalSignature) === false && !keyUsage.has(KEY_USAGE.contentCommitment))
    throw new TimeStampError('signer', 'its certificate is not for signatures');
  if (authority?.ca === true) throw new TimeStampError('signer', 'its certificate is that of an authority');
  assertNoUnknown(extensions.unknownCritical);
}

/** That a certificate may issue others, `below` of which lie between it and the signer (RFC 5280 section 6.1.4). */
export function assertIssuer({ extensions }: Certificate, below: number): void {
  const { authority, keyUsage, purposes } = extensions;
  if (authority?.ca !== true) throw new TimeStampError('chain', 'an issuer that is not an authority');
  if (authority.pathLength !== null && authority.pathLength < below)
    throw new TimeStampError('chain', 'the path is longer than an issuer allows');
  if (keyUsage?.has(KEY_USAGE.keyCertSign) === false)
    throw new TimeStampError('chain', 'an issuer that may not sign certificates');
  const allowed: readonly string[] = [OID.timeStamping, OID.anyExtendedKeyUsage];
  if (purposes !== null && !purposes.oids.some((oid) => allowed.includes(oid)))
    throw new TimeStampError('chain', 'an issuer that is not for time stamping');
  assertNoUnknown(extensions.unknownCritical);
}

function assertNoUnknown([first]: readonly string[]): void {
  if (first !== undefined)
    throw new TimeStampError('critical-extension', `a certificate has an unknown one: ${first}`);
}
