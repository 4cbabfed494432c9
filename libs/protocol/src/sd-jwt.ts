import { CLAIM_NAMES } from './claims.js';
import { ProtocolError } from './error.js';

/** A statement with the disclosures that its holder chose to show (RFC 9901 section 4), without key binding. */
export function composeSdJwt(jws: string, disclosures: readonly string[]): string {
  return `${[jws, ...disclosures].join('~')}~`;
}

/** Takes an SD-JWT apart. Throws a `statement-format` error for a key-binding JWT or more than ten disclosures. */
export function splitSdJwt(text: string): { jws: string; disclosures: string[] } {
  const [jws, ...disclosures] = text.split('~', CLAIM_NAMES.length + 3);
  if (disclosures.pop() !== '') throw fault('it does not end in ~, or holds more than ten disclosures');
  if (jws === undefined || jws === '' || disclosures.includes('')) throw fault('a part of it is empty');
  return { jws, disclosures };
}

function fault(why: string): ProtocolError {
  return new ProtocolError('statement-format', `the SD-JWT is refused: ${why}`);
}
