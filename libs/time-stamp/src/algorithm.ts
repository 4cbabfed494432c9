import { equalBytes } from '@besure/protocol';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { contextTag, der, derOid, DerReader, type Element, oidOf, smallInteger, TAG } from './der.js';
import { malformed, TimeStampError } from './error.js';
import { OID } from './oid.js';

/** The hashes of the profile. */
export type HashName = 'sha256' | 'sha384' | 'sha512';

/** How something is signed. `rsa`: RSASSA-PKCS1-v1_5; `rsa-pss`: RSASSA-PSS, its mask and its salt of the same hash. */
export interface SignatureAlgorithm {
  readonly kind: 'rsa' | 'rsa-pss' | 'ecdsa';
  readonly hash: HashName;
}

const HASHES: Readonly<Record<HashName, (data: Uint8Array) => Uint8Array>> = { sha256, sha384, sha512 };
const HASH_OIDS: Readonly<Record<string, HashName>> = {
  [OID.sha256]: 'sha256',
  [OID.sha384]: 'sha384',
  [OID.sha512]: 'sha512',
};
const SIGNATURE_OIDS: Readonly<Record<string, SignatureAlgorithm>> = {
  [OID.rsaSha256]: { kind: 'rsa', hash: 'sha256' },
  [OID.rsaSha384]: { kind: 'rsa', hash: 'sha384' },
  [OID.rsaSha512]: { kind: 'rsa', hash: 'sha512' },
  [OID.ecdsaSha256]: { kind: 'ecdsa', hash: 'sha256' },
  [OID.ecdsaSha384]: { kind: 'ecdsa', hash: 'sha384' },
  [OID.ecdsaSha512]: { kind: 'ecdsa', hash: 'sha512' },
};
const NULL = Uint8Array.of(TAG.null, 0);

/** The digest of some bytes. */
export function digestOf(hash: HashName, data: Uint8Array): Uint8Array {
  return HASHES[hash](data);
}

/** How many bytes a digest has. */
export function digestLength(hash: HashName): number {
  return { sha256: 32, sha384: 48, sha512: 64 }[hash];
}

/** The hash that an AlgorithmIdentifier names; its parameters absent or NULL (RFC 5754 section 2). */
export function readHash(algorithm: Element): HashName {
  const { oid, parameters } = partsOf(algorithm);
  const hash = HASH_OIDS[oid];
  if (hash === undefined || !isAbsentOrNull(parameters))
    throw new TimeStampError('algorithm', 'a hash that is not SHA-256, SHA-384 or SHA-512');
  return hash;
}

/** The AlgorithmIdentifier of a hash in its one form: without parameters. */
export function derHash(hash: HashName): Uint8Array {
  return der(TAG.sequence, derOid(OID[hash]));
}

/** How a certificate is signed. */
export function readSignatureAlgorithm(algorithm: Element): SignatureAlgorithm {
  const { oid, parameters } = partsOf(algorithm);
  if (oid === OID.rsaPss) return { kind: 'rsa-pss', hash: readPssHash(parameters) };
  const found = SIGNATURE_OIDS[oid];
  if (found === undefined) throw unknownSignature();
  // RFC 4055 section 5: NULL; RFC 5758 section 3.2: absent.
  if (found.kind === 'rsa' ? !isNull(parameters) : parameters !== undefined)
    throw new TimeStampError('algorithm', 'parameters that the signature algorithm does not have');
  return found;
}

/**
 * How a token is signed. Authorities may also write `rsaEncryption`, the hash then being the one of the digest
 * (RFC 3370 section 3.2); if they name a hash, it must be that one.
 */
export function readTokenSignatureAlgorithm(algorithm: Element, hash: HashName): SignatureAlgorithm {
  const { oid, parameters } = partsOf(algorithm);
  if (oid === OID.rsa && isAbsentOrNull(parameters)) return { kind: 'rsa', hash };
  const found = readSignatureAlgorithm(algorithm);
  if (found.hash !== hash)
    throw new TimeStampError('algorithm', 'the signature is by another hash than the digest');
  return found;
}

/** The AlgorithmIdentifier of a signature in its one form. */
export function derSignatureAlgorithm({ kind, hash }: SignatureAlgorithm): Uint8Array {
  if (kind === 'rsa-pss') return derPss(hash);
  const [oid] = Object.entries(SIGNATURE_OIDS).find(([, a]) => a.kind === kind && a.hash === hash) ?? [];
  if (oid === undefined) throw unknownSignature();
  return der(TAG.sequence, derOid(oid), ...(kind === 'rsa' ? [NULL] : []));
}

/** RSASSA-PSS-params (RFC 4055 section 3.1) of which hash, mask and salt go together. */
function readPssHash(parameters: Element | undefined): HashName {
  if (parameters?.tag !== TAG.sequence) throw unknownPss();
  const reader = new DerReader(parameters.content, 'the parameters of RSASSA-PSS');
  const hash = readHash(reader.into(contextTag(0)).next(TAG.sequence));
  const mask = partsOf(reader.into(contextTag(1)).next(TAG.sequence));
  const salt = smallInteger(reader.into(contextTag(2)).next(TAG.integer));
  reader.end();
  if (mask.oid !== OID.mgf1 || mask.parameters === undefined || readHash(mask.parameters) !== hash)
    throw unknownPss();
  if (salt !== digestLength(hash)) throw unknownPss();
  return hash;
}

function derPss(hash: HashName): Uint8Array {
  const mask = der(TAG.sequence, derOid(OID.mgf1), derHash(hash));
  const salt = der(TAG.integer, Uint8Array.of(digestLength(hash)));
  const parameters = der(
    TAG.sequence,
    der(contextTag(0), derHash(hash)),
    der(contextTag(1), mask),
    der(contextTag(2), salt),
  );
  return der(TAG.sequence, derOid(OID.rsaPss), parameters);
}

/** An AlgorithmIdentifier (RFC 5280 section 4.1.1.2). */
export function partsOf(algorithm: Element): { readonly oid: string; readonly parameters?: Element } {
  if (algorithm.tag !== TAG.sequence) throw malformed('an algorithm that is no sequence');
  const reader = new DerReader(algorithm.content, 'an algorithm');
  const oid = oidOf(reader.next(TAG.oid));
  if (reader.tag === undefined) return { oid };
  const parameters = reader.any();
  reader.end();
  return { oid, parameters };
}

/** Whether parameters are NULL. */
export function isNull(parameters: Element | undefined): boolean {
  return parameters !== undefined && equalBytes(parameters.bytes, NULL);
}

function isAbsentOrNull(parameters: Element | undefined): boolean {
  return parameters === undefined || isNull(parameters);
}

function unknownSignature(): TimeStampError {
  return new TimeStampError('algorithm', 'a signature that is neither RSA nor ECDSA with SHA-2');
}

function unknownPss(): TimeStampError {
  return new TimeStampError('algorithm', 'RSASSA-PSS with parameters that do not go together');
}
