import type { EventStore, StoredEvent, Tx } from '@besure/event-store';
import type { FactsVault } from '@besure/keys';
import type { Claims } from '@besure/protocol';
import { openAcceptedEvents } from './accepted-events.js';
import { counterpartOf } from './compare.js';
import type { FreshStatements } from './fresh-statements.js';
import { firstOf, lookupOf, uniquenessOf } from './keyed-hashes.js';
import type { MadeStatement, StatementMaker } from './statement-maker.js';
import { type NewStatementRow, insertStatements, statementsByUniqueness } from './statement-rows.js';
import { tellInGroups } from './tell-in-groups.js';

/** What turning accepted events into statements needs. */
export interface StatingContext {
  readonly organisation: string;
  readonly store: EventStore;
  readonly vault: FactsVault;
  readonly maker: StatementMaker;
  /** Gets what is made here: identities of their own, so nothing else can ever stand under them. */
  readonly fresh: FreshStatements;
  readonly now: () => number;
  /** The start of the current slot, in whole seconds. */
  readonly issuedAt: () => number;
}

/**
 * In an organisation: makes one statement of each accepted event and keeps it, prepared, in the transaction of the consumer's
 * progress. A second event about what is already stated gets no statement; it is told which one stands for it.
 */
export async function stateOwnEvents(
  context: StatingContext,
  tx: Tx,
  events: readonly StoredEvent[],
): Promise<number> {
  const { organisation, vault, maker, store } = context;
  const accepted = openAcceptedEvents(events, vault).map((one) => ({
    ...one,
    uniqueness: uniquenessOf(vault, organisation, one.claims),
  }));
  const known = await statementsByUniqueness(
    tx,
    accepted.flatMap((one) => one.uniqueness),
  );
  const now = context.now();
  const iat = context.issuedAt();
  const rows: NewStatementRow[] = [];
  const repeats: { event: string; statement: string }[] = [];
  for (const one of accepted) {
    const [uniqueness] = one.uniqueness;
    const earlier = firstOf(one.uniqueness, known);
    if (earlier !== undefined) {
      repeats.push({ event: one.event, statement: earlier.id });
      continue;
    }
    const made = maker.make(one.claims, iat);
    known.set(uniqueness, { id: made.id });
    rows.push(newRow(context, made, { event: one.event, claims: one.claims, uniqueness, now, iat }));
  }
  context.fresh.keep(rows);
  await insertStatements(tx, rows);
  const prepared = rows.map(({ event, id }) => ({ event, statement: id }));
  const appended = [
    ...tellInGroups('StatementsPrepared', prepared, ({ statement }) => `prepared-${statement}`),
    ...tellInGroups('EventsRepeated', repeats, ({ event }) => `repeated-${event}`),
  ];
  await store.append(tx, appended);
  return rows.length;
}

/** A statement of this organisation as it is first kept: prepared, and to be asked about at once. */
export function newRow(
  { organisation, vault }: Pick<StatingContext, 'organisation' | 'vault'>,
  made: MadeStatement,
  of: {
    readonly event: string | null;
    readonly claims: Claims;
    readonly uniqueness: string;
    readonly now: number;
    readonly iat: number;
  },
): NewStatementRow {
  const { event, claims, uniqueness, now, iat } = of;
  return {
    ...made,
    event,
    issuer: organisation,
    counterpart: counterpartOf(organisation, claims),
    uniqueness,
    lookup: lookupOf(vault, claims)[0],
    state: 'prepared',
    countersignature: null,
    preparedAt: now,
    attemptAt: now,
    iat,
  };
}
