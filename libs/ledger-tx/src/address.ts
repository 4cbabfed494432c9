import { decodeBase58, encodeBase58 } from './base58.js';
import { concat, isEqual, parseHex } from './bytes.js';
import { defaultSha256, doubleSha256, type Sha256 } from './digest.js';
import { LedgerTxError } from './error.js';

/** How one chain writes addresses; both values are chain parameters. */
export interface AddressFormat {
  /** `address-pubkeyhash-version`: 1 to 20 bytes, spread over the hash. */
  readonly version: Uint8Array;
  /** `address-checksum-value`: 4 bytes that are combined with the checksum. */
  readonly checksum: Uint8Array;
}

/** Longest text that is even looked at: 20 + 20 + 4 bytes never need more characters. */
const LONGEST_ADDRESS = 64;

/** Reads the address format from the two chain parameters in hexadecimal. */
export function parseAddressFormat(version: string, checksum: string): AddressFormat {
  const format = { version: parseHex(version), checksum: parseHex(checksum) };
  assertFormat(format);
  return format;
}

/** The address of a key hash on the chain with this format. */
export function encodeAddress(
  keyHash: Uint8Array,
  format: AddressFormat,
  sha256: Sha256 = defaultSha256,
): string {
  assertFormat(format);
  if (keyHash.length !== 20) throw new LedgerTxError('key-hash', 'a key hash has 20 bytes');
  const body = spread(keyHash, format.version);
  return encodeBase58(concat(body, checksumOf(body, format, sha256)));
}

/** The key hash of an address; throws for an address of another chain, a wrong checksum or another spelling. */
export function decodeAddress(
  text: string,
  format: AddressFormat,
  sha256: Sha256 = defaultSha256,
): Uint8Array {
  assertFormat(format);
  if (text.length > LONGEST_ADDRESS) throw new LedgerTxError('address-length', 'too long for an address');
  const bytes = decodeBase58(text);
  const bodyLength = 20 + format.version.length;
  if (bytes.length !== bodyLength + 4) {
    throw new LedgerTxError('address-length', `an address of this chain has ${bodyLength + 4} bytes`);
  }
  const body = bytes.subarray(0, bodyLength);
  if (!isEqual(bytes.subarray(bodyLength), checksumOf(body, format, sha256))) {
    throw new LedgerTxError('address-checksum', 'the checksum is not the one of this chain');
  }
  const keyHash = collect(body, format.version.length);
  if (!isEqual(spread(keyHash, format.version), body)) {
    throw new LedgerTxError('address-version', 'the version is not the one of this chain');
  }
  return keyHash;
}

/** One version byte goes before each step of the hash; what is left of the hash follows. */
function spread(keyHash: Uint8Array, version: Uint8Array): Uint8Array {
  const step = Math.floor(20 / version.length);
  const parts: Uint8Array[] = [];
  version.forEach((byte, i) => parts.push(Uint8Array.of(byte), keyHash.subarray(i * step, (i + 1) * step)));
  return concat(...parts, keyHash.subarray(version.length * step));
}

function collect(body: Uint8Array, versionLength: number): Uint8Array {
  const step = Math.floor(20 / versionLength);
  return body.filter((_, i) => i >= versionLength * (step + 1) || i % (step + 1) !== 0);
}

function checksumOf(body: Uint8Array, format: AddressFormat, sha256: Sha256): Uint8Array {
  return doubleSha256(body, sha256)
    .slice(0, 4)
    .map((byte, i) => byte ^ (format.checksum[i] ?? 0));
}

function assertFormat(format: AddressFormat): void {
  if (format.version.length < 1 || format.version.length > 20 || format.checksum.length !== 4) {
    throw new LedgerTxError('address-format', 'a version of 1 to 20 bytes and a checksum value of 4 bytes');
  }
}
