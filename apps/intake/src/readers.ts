import type { Source } from '@besure/service/zone';
import { changesOfEvents, changesOfEvidence } from './state-changes.js';
import { applyEventChanges, applyEvidenceChanges } from './state-rows.js';

/**
 * What intake reads of its zone, for its read models. What is told comes in any order: a dead letter of one event keeps no other from its effect,
 * and may have its own late. What is attached are openings, sealed for others.
 */
export const readers: readonly Source[] = [
  {
    source: 'proof',
    attachments: false,
    reads: {
      StatementsPrepared: [],
      EventsRepeated: [],
      StatementsCountersigned: [],
      StatementsCompletedLate: [],
      StatementsOneSided: [],
      RecordsKept: [],
      EventsDiscarded: [],
    },
    handler: (tx, events) => applyEventChanges(tx, changesOfEvents(events)),
  },
  {
    source: 'archive',
    attachments: false,
    reads: { EvidenceReady: [], EventsDiscarded: [] },
    async handler(tx, events) {
      await applyEvidenceChanges(tx, changesOfEvidence(events));
      await applyEventChanges(tx, changesOfEvents(events));
    },
  },
];
