import type { ClaimName } from '@besure/protocol';
import { disclosures, type RawStatement, rawJws } from './raw-statement.ts';
import type { ExpectedError, Fault } from './vector.ts';

/** A statement that was really signed over a wrong text of one claim. */
export function withText(
  name: string,
  comment: string,
  error: ExpectedError,
  of: ClaimName,
  text: string,
): Fault[] {
  const shown = disclosures({ [of]: text });
  const statement: RawStatement = { disclosures: shown };
  return [[name, comment, error, rawJws(statement), shown]];
}
