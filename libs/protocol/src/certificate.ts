import { decodeHex } from './bytes.js';
import { ProtocolError } from './error.js';

/** The most bytes that a certificate in a statement may have. */
export const MAX_CERTIFICATE_LENGTH = 4096;

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const VERSION = 0xa0; // [0] EXPLICIT, RFC 5280 section 4.1
/** AlgorithmIdentifier of a P-256 key: ecPublicKey, prime256v1 (RFC 5480 section 2.1.1), then the BIT STRING's head. */
const P256_KEY_INFO = decodeHex('301306072a8648ce3d020106082a8648ce3d030107' + '034200');
const POINT_LENGTH = 65;

/**
 * That some bytes are one DER SEQUENCE, as every certificate is, and not too long. For the certificates after the
 * first, whose keys may be of any kind. Throws a `certificate` error.
 */
export function assertCertificateForm(certificate: Uint8Array): void {
  outermost(certificate);
}

/**
 * The P-256 key of an X.509 certificate (RFC 5280 section 4.1) as an uncompressed point, 65 bytes. Walks only as far
 * as the key, strictly (DER lengths, exact nesting), and judges nothing else: which key counts is said by the charter,
 * a certificate informs. Throws a `certificate` error for anything that is not a certificate with such a key.
 */
export function publicKeyOfCertificate(der: Uint8Array): Uint8Array {
  const certificate = outermost(der);
  const body = element(der, certificate.start, certificate.end, SEQUENCE);
  let at = body.start;
  if (der[at] === VERSION) at = element(der, at, body.end, VERSION).end;
  at = element(der, at, body.end, INTEGER).end; // serialNumber
  for (const _ of ['signature', 'issuer', 'validity', 'subject'])
    at = element(der, at, body.end, SEQUENCE).end;
  const keyInfo = element(der, at, body.end, SEQUENCE);
  const key = keyInfo.start + P256_KEY_INFO.length;
  if (
    keyInfo.end !== key + POINT_LENGTH ||
    P256_KEY_INFO.some((byte, i) => der[keyInfo.start + i] !== byte)
  ) {
    throw fault('its key is not on P-256');
  }
  if (der[key] !== 0x04) throw fault('its key is not an uncompressed point');
  return der.slice(key, keyInfo.end);
}

function outermost(der: Uint8Array): { start: number; end: number } {
  if (der.length > MAX_CERTIFICATE_LENGTH)
    throw fault(`longer than ${MAX_CERTIFICATE_LENGTH.toString()} bytes`);
  const certificate = element(der, 0, der.length, SEQUENCE);
  if (certificate.end !== der.length) throw fault('bytes after its end');
  return certificate;
}

/** Where the content of the DER element at `at` lies (X.690 section 8.1, lengths minimal as in section 10.1). */
function element(der: Uint8Array, at: number, limit: number, tag: number): { start: number; end: number } {
  if (at + 2 > limit || der[at] !== tag) throw fault('it is not an X.509 certificate in DER');
  const first = der[at + 1]!;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first - 0x80;
    if (count < 1 || count > 2 || start + count > limit) throw fault('a length in it is not DER');
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + der[start + i]!;
    if (length < (count === 1 ? 0x80 : 0x100)) throw fault('a length in it is not minimal');
    start += count;
  }
  if (start + length > limit) throw fault('an element in it is longer than what holds it');
  return { start, end: start + length };
}

function fault(what: string): ProtocolError {
  return new ProtocolError('certificate', `the certificate is refused: ${what}`);
}
