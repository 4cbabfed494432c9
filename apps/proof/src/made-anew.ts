import { type EventStore, type Tx, arrays } from '@besure/event-store';
import type { FactsVault } from '@besure/keys';
import {
  type Claims,
  type Primitives,
  decodeOpenings,
  encodeBase64url,
  openDisclosures,
  parseStatement,
  readStatementHeader,
} from '@besure/protocol';
import type { FreshStatements, StatementBytes } from './fresh-statements.js';
import type { EndedKey } from './key-standing.js';
import { uniquenessOf } from './keyed-hashes.js';
import { type Opening, tryToOpen } from './opening.js';
import { newRow } from './state-own-events.js';
import type { StatementMaker } from './statement-maker.js';
import { type NewStatementRow, insertStatements, makeWay } from './statement-rows.js';
import { tellInGroups } from './tell-in-groups.js';

/** What making statements anew needs. */
export interface RenewalContext {
  readonly organisation: string;
  readonly store: EventStore;
  readonly vault: FactsVault;
  readonly maker: StatementMaker;
  readonly fresh: FreshStatements;
  readonly primitives: Primitives;
  /** The signing keys of this organisation that the board has ended. */
  readonly ended: () => readonly EndedKey[];
  /** Whether statements can be signed now. */
  readonly mayMake: () => boolean;
  readonly now: () => number;
  /** The start of the current slot, in whole seconds. */
  readonly issuedAt: () => number;
}

/** A statement that no block can record any more. */
export interface EndedStatement extends Pick<StatementBytes, 'jws' | 'openings'> {
  readonly id: string;
  readonly event: string | null;
}

/** Whether one of these keys signed a statement: recorded from its end on, it would prove nothing. */
export function isSignedBy(keys: readonly EndedKey[], jws: string): boolean {
  if (keys.length === 0) return false;
  const { certificateKey } = readStatementHeader(jws.slice(0, jws.indexOf('.')));
  const signer = encodeBase64url(certificateKey);
  return keys.some(({ key }) => key === signer);
}

/**
 * Makes statements anew, with the key that is in force, and begins with them from the start: they are other statements, which the exchange has not seen.
 *
 * @returns those that have to wait, for a signing key or for the key that sealed their openings. What nobody can open any more is in neither: there is
 *   nothing left to state, and it goes on as it is
 */
export async function makeAnew(
  context: RenewalContext,
  tx: Tx,
  ended: readonly EndedStatement[],
): Promise<{ readonly made: readonly string[]; readonly waiting: readonly string[] }> {
  if (!context.mayMake()) return { made: [], waiting: ended.map(({ id }) => id) };
  const { organisation, vault, maker, store } = context;
  const [now, iat] = [context.now(), context.issuedAt()];
  const waiting: string[] = [];
  const renewed = ended.flatMap((statement): { before: string; row: NewStatementRow }[] => {
    const claims = claimsOf(context, statement);
    if (claims === 'key-missing') waiting.push(statement.id);
    if (claims === null || typeof claims === 'string') return [];
    const { opened } = claims;
    const [uniqueness] = uniquenessOf(vault, organisation, opened);
    const { id: before, event } = statement;
    const row = newRow(context, maker.make(opened, iat), { event, claims: opened, uniqueness, now, iat });
    return [{ before, row }];
  });
  const made = renewed.map(({ before }) => before);
  await replace(tx, made);
  const rows = renewed.map(({ row }) => row);
  context.fresh.keep(rows);
  await insertStatements(tx, rows);
  const entries = renewed.map(({ before, row }) => ({ event: row.event, statement: row.id, before }));
  await store.append(
    tx,
    tellInGroups('StatementsMadeAnew', entries, ({ statement }) => `anew-${statement}`),
  );
  return { made, waiting };
}

/** Null where they were erased. */
function claimsOf(
  { vault, primitives }: RenewalContext,
  { jws, openings }: EndedStatement,
): Opening<Claims> | null {
  if (openings === null) return null;
  return tryToOpen(() => {
    const sealed = { ciphertext: openings.ciphertext, wrappedKey: openings.key };
    const disclosures = decodeOpenings(vault.open(sealed));
    return openDisclosures(parseStatement(jws, primitives.sha256), disclosures, primitives.sha256) as Claims;
  });
}

/** They stay, as the exchange and the archive know of them. */
async function replace(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await makeWay(tx, ids);
  await tx.query("UPDATE statement SET state = 'replaced', attempt_at = NULL WHERE id = ANY($1::text[])", [
    arrays.text(ids),
  ]);
}
