import type { EventStore } from '@besure/event-store';
import { slotAt, slotIat } from '@besure/governance';
import { nodePrimitives, type StatementSigner } from '@besure/keys';
import { upcastEventsAccepted } from '@besure/protocol';
import { type Source, acceptedEventsOf, discardEvents } from '@besure/service/zone';
import type { ProofConfig } from './configuration.js';
import { FreshRecords } from './fresh-records.js';
import { FreshStatements } from './fresh-statements.js';
import { keepRecords } from './keep-records.js';
import { stateOwnEvents } from './state-own-events.js';
import { StatementMaker } from './statement-maker.js';

/**
 * What proof reads of intake: in an organisation each accepted event is stated, at the exchange it is kept as a record. An accepted event is told
 * of once, and no later event is about it: a dead letter keeps nothing else from its effect. One that is replayed is stated as of then; one that is
 * discarded ends so, and intake shows why.
 *
 * @param signer signs the statements
 * @param taken called shortly before the commit where there is something to do for others
 * @param fresh gets the statements that are made
 * @param freshRecords gets the records that are kept
 */
export function intakeReader(
  config: ProofConfig,
  store: EventStore,
  signer: StatementSigner,
  taken: () => void,
  fresh = new FreshStatements(config.statementsInMemory),
  freshRecords = new FreshRecords(config.statementsInMemory),
): Source {
  const { organisation, vault } = config;
  const stating = {
    organisation,
    store,
    vault,
    maker: makerOf(config, signer),
    fresh,
    now: Date.now,
    issuedAt: issuedAt(config),
  };
  return {
    source: 'intake',
    reads: { EventsAccepted: [upcastEventsAccepted] },
    async handler(tx, events) {
      const count =
        config.role === 'exchange'
          ? await keepRecords({ store, vault, freshRecords }, tx, events)
          : await stateOwnEvents(stating, tx, events);
      if (count > 0) taken();
    },
    discarded: (tx, event, why) => discardEvents(store, tx, acceptedEventsOf(event, 'id'), why),
  };
}

/** Makes statements of this organisation. */
export function makerOf(
  { organisation: issuer, vault }: ProofConfig,
  signer: StatementSigner,
): StatementMaker {
  return new StatementMaker({ issuer, signer, vault, sha256: nodePrimitives.sha256 });
}

/** The start of the slot of this moment, in whole seconds: the only time that statements bear. */
export function issuedAt({ charter }: ProofConfig): () => number {
  return () => slotIat(charter, slotAt(charter, Date.now()));
}
