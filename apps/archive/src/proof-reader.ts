import type { EventStore } from '@besure/event-store';
import type { FactsVault } from '@besure/keys';
import { nodePrimitives } from '@besure/keys';
import { SlotPaths, upcastStatementsRecorded } from '@besure/protocol';
import { type Source, acceptedEventsOf, discardEvents } from '@besure/service/zone';
import { keepParts } from './keep.js';
import { readRecorded } from './recorded-events.js';

/** What reading proof's events needs. */
export interface ProofReaderOptions {
  readonly organisation: string;
  readonly vault: FactsVault;
  readonly store: EventStore;
  /** Told of openings that open nothing; the recording is kept without them. */
  readonly onMismatch: (statement: string) => void;
  /** Told of what proof recorded with another countersignature than is kept: that recording is not kept. */
  readonly onDiffering: (statement: string) => void;
  /** Called for each batch, shortly before its commit. */
  readonly kept: () => void;
}

/**
 * What the archive reads of proof: recorded statements, to keep them. Each recording is told of once, and is kept whatever else is: a dead letter
 * keeps nothing else from its effect, and a copy of the exchange may come before it. One that is discarded leaves a statement in the ledger that
 * this organisation cannot show: its event ends so at intake, with the reason.
 */
export function proofReader(options: ProofReaderOptions): Source {
  const { organisation, vault, store, onMismatch, onDiffering, kept } = options;
  const { sha256 } = nodePrimitives;
  const reading = { organisation, vault, sha256, paths: new SlotPaths(sha256), onMismatch };
  return {
    source: 'proof',
    reads: { StatementsRecorded: [upcastStatementsRecorded] },
    async handler(tx, events) {
      const differing = await keepParts(tx, readRecorded(events, reading));
      differing.forEach((statement) => onDiffering(statement));
      kept();
    },
    discarded: (tx, event, why) => discardEvents(store, tx, acceptedEventsOf(event, 'event'), why),
  };
}
