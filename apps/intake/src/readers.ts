import type { StoredEvent, Tx } from '@besure/event-store';
import { parseStatementsMadeAnew } from '@besure/protocol';
import type { Source } from '@besure/service/zone';
import { changesOfEvents, changesOfEvidence } from './state-changes.js';
import { applyEventChanges, applyEvidenceChanges, applyMadeAnew } from './state-rows.js';

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
      StatementsMadeAnew: [],
      RecordsKept: [],
      EventsDiscarded: [],
    },
    handler: applyTold,
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

/** What was told of a statement before another one was made in its place does not count any more: so in their order, up to each of these. */
async function applyTold(tx: Tx, events: readonly StoredEvent[]): Promise<void> {
  let from = 0;
  for (const [at, { type, data }] of events.entries()) {
    if (type !== 'StatementsMadeAnew') continue;
    await applyEventChanges(tx, changesOfEvents(events.slice(from, at)));
    await applyMadeAnew(tx, parseStatementsMadeAnew(data));
    from = at + 1;
  }
  await applyEventChanges(tx, changesOfEvents(events.slice(from)));
}
