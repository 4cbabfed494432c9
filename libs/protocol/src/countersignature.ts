import { utf8Encode } from './bytes.js';
import { claimIndex, type ClaimName } from './claims.js';
import { ProtocolError, type ProtocolErrorCode } from './error.js';
import { decodeEs256, decodeJson, encodeJson, splitCompactJws } from './jws.js';
import type { Primitives } from './primitives.js';
import { BYTES_32, isSecond, MEMBER_ID, SECOND_RULE } from './rules.js';
import type { Statement } from './statement.js';

/** The `typ` of a countersignature: the format and its version. */
export const COUNTERSIGNATURE_TYPE = 'besure-countersignature-v1+jws';

const HEADER_TEXT = `{"alg":"ES256","typ":"${COUNTERSIGNATURE_TYPE}"}`;
const HEADER = encodeJson(HEADER_TEXT);

/** The most characters that a countersignature's JWS may have. */
export const MAX_COUNTERSIGNATURE_LENGTH = 2048;

/** That the exchange recorded the same about a statement's message: what it checked, and how exactly. */
export interface Countersignature {
  readonly jws: string;
  readonly signingInput: string;
  /** The claims that it compared with its own record, in the order of CLAIM_NAMES. */
  readonly checked: readonly ClaimName[];
  /** Start of the slot in which it was signed, in seconds since 1970. */
  readonly iat: number;
  readonly issuer: string;
  /** The identity of the statement. */
  readonly statement: string;
  /** How far, in seconds, its own record's time may lie from the claimed one. */
  readonly tolerance: number;
  readonly signature: Uint8Array;
}

/** What the exchange says of a statement. */
export type CountersignatureContent = Pick<
  Countersignature,
  'statement' | 'issuer' | 'iat' | 'checked' | 'tolerance'
>;

/** The signing input of a countersignature; {@link attachSignature} makes the JWS. */
export function prepareCountersignature(content: CountersignatureContent): string {
  assertContent(content, 'countersignature-input');
  return `${HEADER}.${encodeJson(payloadText(content))}`;
}

/** Reads a countersignature, strictly as parseStatement does. Throws a `countersignature-…` error. */
export function parseCountersignature(jws: string): Countersignature {
  const parts = splitCompactJws(jws, MAX_COUNTERSIGNATURE_LENGTH, 'countersignature-format');
  if (parts.header !== HEADER) throw fault('its header is not that of a countersignature');
  const { text, value } = decodeJson(parts.payload, 'countersignature-format');
  if (typeof value !== 'object' || value === null) throw fault('its payload is not an object');
  const { checked, iat, iss: issuer, statement, tolerance } = value as Record<string, unknown>;
  const content: unknown = { checked, iat, issuer, statement, tolerance };
  assertContent(content, 'countersignature-format');
  if (payloadText(content) !== text) throw fault('the text of its payload is not canonical');
  const signature = decodeEs256(parts.signature, 'countersignature-signature');
  return { jws, signingInput: parts.signingInput, ...content, signature };
}

/** Checks the signature with the exchange's key. Throws `countersignature-signature`. */
export function verifyCountersignature(
  countersignature: Countersignature,
  publicKey: Uint8Array,
  primitives: Primitives,
): void {
  const { signingInput, signature } = countersignature;
  if (!primitives.verifyP256(publicKey, utf8Encode(signingInput), signature)) {
    throw new ProtocolError(
      'countersignature-signature',
      'the signature of the countersignature does not verify',
    );
  }
}

/**
 * Checks that a countersignature is about this statement, and not from before it. Throws `countersignature-statement`,
 * whose `field` tells which of the two is wrong.
 */
export function assertCountersigns(
  { statement: id, iat }: Pick<Countersignature, 'statement' | 'iat'>,
  statement: Pick<Statement, 'id' | 'iat'>,
): void {
  if (id !== statement.id) {
    throw new ProtocolError('countersignature-statement', 'the countersignature is about another statement', {
      field: 'statement',
    });
  }
  if (iat < statement.iat) {
    throw new ProtocolError(
      'countersignature-statement',
      'the countersignature is older than the statement',
      {
        field: 'iat',
      },
    );
  }
}

function payloadText({ checked, iat, issuer, statement, tolerance }: CountersignatureContent): string {
  return (
    `{"checked":["${checked.join('","')}"],"iat":${iat.toString()},"iss":"${issuer}"` +
    `,"statement":"${statement}","tolerance":${tolerance.toString()}}`
  );
}

function assertContent(
  content: unknown,
  code: ProtocolErrorCode,
): asserts content is CountersignatureContent {
  const { checked, iat, issuer, statement, tolerance } = content as Record<string, unknown>;
  if (!Array.isArray(checked) || checked.length === 0) {
    throw new ProtocolError(code, 'checked must name at least one claim', { field: 'checked' });
  }
  let last = -1;
  for (const name of checked as readonly unknown[]) {
    const index = typeof name === 'string' ? claimIndex(name) : -1;
    if (index <= last) {
      throw new ProtocolError(code, 'checked must name claims once each, in their order', {
        field: 'checked',
      });
    }
    last = index;
  }
  if (!isSecond(iat)) throw new ProtocolError(code, `iat ${SECOND_RULE}`, { field: 'iat' });
  if (typeof issuer !== 'string' || !MEMBER_ID.holds(issuer)) {
    throw new ProtocolError(code, `iss ${MEMBER_ID.rule}`, { field: 'iss' });
  }
  if (typeof statement !== 'string' || !BYTES_32.holds(statement)) {
    throw new ProtocolError(code, `statement ${BYTES_32.rule}`, { field: 'statement' });
  }
  if (typeof tolerance !== 'number' || !Number.isSafeInteger(tolerance) || tolerance < 0) {
    throw new ProtocolError(code, 'tolerance must be a whole number of seconds', { field: 'tolerance' });
  }
}

function fault(why: string): ProtocolError {
  return new ProtocolError('countersignature-format', `the countersignature is refused: ${why}`);
}
