import { CLAIM_NAMES } from './claims.js';
import { MAX_DISCLOSURE_LENGTH } from './disclosure.js';
import { ProtocolError } from './error.js';
import { MAX_STATEMENT_LENGTH } from './statement.js';

const MAX_LENGTH = MAX_STATEMENT_LENGTH + CLAIM_NAMES.length * (MAX_DISCLOSURE_LENGTH + 1) + 1;

/** A statement with the disclosures that its holder chose to show (RFC 9901 section 4), without key binding. */
export function composeSdJwt(jws: string, disclosures: readonly string[]): string {
  return `${[jws, ...disclosures].join('~')}~`;
}

/** Takes an SD-JWT apart. Throws a `statement-format` error for a key-binding JWT or more than ten disclosures. */
export function splitSdJwt(text: string): { jws: string; disclosures: string[] } {
  if (text.length > MAX_LENGTH) throw fault('it is too long');
  const [jws, ...disclosures] = text.split('~');
  if (disclosures.pop() !== '') throw fault('it does not end in ~');
  if (disclosures.length > CLAIM_NAMES.length) throw fault('it has more than ten disclosures');
  if (jws === undefined || jws === '' || disclosures.includes('')) throw fault('a part of it is empty');
  return { jws, disclosures };
}

function fault(why: string): ProtocolError {
  return new ProtocolError('statement-format', `the SD-JWT is refused: ${why}`);
}
