import { type Charter, type Organisation, isSlotStart, signingKeyOf } from '@besure/governance';
import {
  type Claims,
  CLAIM_NAMES,
  type Primitives,
  type Statement,
  type StatementToCountersign,
  mayState,
  openDisclosures,
  parseStatement,
  verifyStatementSignature,
} from '@besure/protocol';

/** A statement that the exchange has checked as far as the statement alone allows. */
export interface CheckedStatement {
  readonly statement: Statement;
  readonly claims: Claims;
  readonly disclosures: readonly string[];
}

/** Why the exchange refuses to look at a statement. Closed; the sender records the statement one-sided with it. */
export type RefusalCode =
  | 'not-a-statement'
  | 'not-the-issuer'
  | 'key-unknown'
  | 'bad-signature'
  | 'openings-do-not-match'
  | 'openings-missing'
  | 'not-allowed-to-state'
  | 'signing-time-invalid'
  | 'signed-ahead';

/** Thrown by {@link checkStatement}. */
export class StatementRefusedError extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, options?: ErrorOptions) {
    super(`statement refused: ${code}`, options);
    this.name = 'StatementRefusedError';
    this.code = code;
  }
}

/**
 * Checks a statement and all its openings before the exchange compares it with anything: form, issuer, signature, the time in it, every
 * digest, and the role table.
 *
 * @param organisation who asks, as the bus knows it; it can only have its own statements countersigned
 * @param latest the latest time, in seconds, that may be signed in it: what lies ahead could not be recorded for as long
 * @throws StatementRefusedError
 */
export function checkStatement(
  input: StatementToCountersign,
  organisation: Organisation,
  { primitives, charter }: { primitives: Primitives; charter: Pick<Charter, 'slots'> },
  latest: number,
): CheckedStatement {
  const statement = attempt('not-a-statement', () => parseStatement(input.jws, primitives.sha256));
  if (statement.issuer !== organisation.id) throw new StatementRefusedError('not-the-issuer');
  if (signingKeyOf(organisation, statement.certificateKey) === undefined)
    throw new StatementRefusedError('key-unknown');
  attempt('bad-signature', () => verifyStatementSignature(statement, statement.certificateKey, primitives));
  if (!isSlotStart(charter, statement.iat)) throw new StatementRefusedError('signing-time-invalid');
  if (statement.iat > latest) throw new StatementRefusedError('signed-ahead');
  const opened = attempt('openings-do-not-match', () =>
    openDisclosures(statement, input.disclosures, primitives.sha256),
  );
  if (!hasAllClaims(opened)) throw new StatementRefusedError('openings-missing');
  if (!mayState(opened.event, organisation.id, opened))
    throw new StatementRefusedError('not-allowed-to-state');
  return { statement, claims: opened, disclosures: input.disclosures };
}

function hasAllClaims(claims: Partial<Claims>): claims is Claims {
  return CLAIM_NAMES.every((name) => claims[name] !== undefined);
}

function attempt<T>(code: RefusalCode, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new StatementRefusedError(code, { cause });
  }
}
