import { ProtocolError, type ProtocolErrorCode } from './error.js';

/** A number in ASCII decimal without leading zeroes, below 2^53: exactly one text for a number. */
export function parseDecimal(text: string, code: ProtocolErrorCode, what: string): number {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text))
    throw new ProtocolError(code, `${what} is not a plain decimal number`);
  let value = 0;
  for (const digit of text) value = value * 10 + (digit.charCodeAt(0) - 48);
  if (!Number.isSafeInteger(value)) throw new ProtocolError(code, `${what} is not below 2^53`);
  return value;
}
