import { decodeBase64, encodeBase64, equalBytes } from './bytes.js';
import { assertCertificateForm, MAX_CERTIFICATE_LENGTH, publicKeyOfCertificate } from './certificate.js';
import { ProtocolError } from './error.js';
import { decodeJson, encodeJson } from './jws.js';

/** The `typ` of a statement: the format and its version. */
export const STATEMENT_TYPE = 'besure-statement-v1+sd-jwt';

/** What the header of a statement says. Shared between the statements that carry it: nobody may change it. */
export interface StatementHeader {
  readonly certificates: readonly Uint8Array[];
  /** The key in the first certificate: 65 bytes. */
  readonly certificateKey: Uint8Array;
}

const MAX_CERTIFICATES = 4;
const CACHE_SIZE = 64;

// An issuer's header is the same in all its statements, and reading certificates costs more than all the rest:
// both directions remember the last few. What is remembered is a pure function of its key.
const decoded = new Map<string, StatementHeader>();
const encoded: { certificates: readonly Uint8Array[]; header: string }[] = [];

/** The encoded header with these certificates, the issuer's seal certificate first (RFC 7515 section 4.1.6). */
export function encodeStatementHeader(certificates: readonly Uint8Array[]): string {
  const known = encoded.find((entry) => sameCertificates(entry.certificates, certificates));
  if (known !== undefined) return known.header;
  const x5c = certificates.map(encodeBase64);
  const header = encodeJson(headerText(x5c));
  readStatementHeader(header); // refuses what no verifier would take
  if (encoded.length >= CACHE_SIZE) encoded.shift();
  encoded.push({ certificates: certificates.map((certificate) => certificate.slice()), header });
  return header;
}

/** Reads an encoded header. Throws `statement-header` or `certificate` unless it is exactly what the format says. */
export function readStatementHeader(header: string): StatementHeader {
  const known = decoded.get(header);
  if (known !== undefined) return known;
  const read = decodeStatementHeader(header);
  const oldest = decoded.size < CACHE_SIZE ? undefined : decoded.keys().next().value;
  if (oldest !== undefined) decoded.delete(oldest);
  decoded.set(header, read);
  return read;
}

function decodeStatementHeader(header: string): StatementHeader {
  const { text, value } = decodeJson(header, 'statement-header');
  if (typeof value !== 'object' || value === null) throw fault('it is not an object');
  const { x5c } = value as { x5c?: unknown };
  if (!Array.isArray(x5c) || x5c.length < 1 || x5c.length > MAX_CERTIFICATES) {
    throw fault(`it has not 1 to ${MAX_CERTIFICATES.toString()} certificates in x5c`);
  }
  const certificates = x5c.map((entry: unknown) => {
    if (typeof entry !== 'string' || entry.length > Math.ceil(MAX_CERTIFICATE_LENGTH / 3) * 4) {
      throw fault('a certificate in x5c is no text or too long');
    }
    try {
      return decodeBase64(entry);
    } catch (cause) {
      throw new ProtocolError('statement-header', 'a certificate in x5c is not base64', {
        field: 'x5c',
        cause,
      });
    }
  });
  if (headerText(x5c as string[]) !== text) throw fault('its text is not canonical');
  // The first holds the issuer's key; the others inform, and need not be P-256.
  certificates.forEach(assertCertificateForm);
  return { certificates, certificateKey: publicKeyOfCertificate(certificates[0]!) };
}

function headerText(x5c: readonly string[]): string {
  return `{"alg":"ES256","typ":"${STATEMENT_TYPE}","x5c":[${x5c.map((entry) => `"${entry}"`).join(',')}]}`;
}

function sameCertificates(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((certificate, i) => equalBytes(certificate, b[i]!));
}

function fault(why: string): ProtocolError {
  return new ProtocolError('statement-header', `the header of the statement is refused: ${why}`);
}
