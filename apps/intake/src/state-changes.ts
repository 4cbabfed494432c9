import type { StoredEvent } from '@besure/event-store';
import {
  parseEventsDiscarded,
  parseEvidenceReady,
  parseRecordsKept,
  parseStatementEntries,
  parseStatementsOneSided,
} from '@besure/protocol';

/** What a batch of events says about one accepted event. Times are RFC 3339; null where nothing was said. */
export interface EventChange {
  readonly event: string;
  readonly statement: string | null;
  readonly preparedAt: string | null;
  readonly countersignedAt: string | null;
  readonly oneSidedAt: string | null;
  readonly recordAt: string | null;
  readonly discardedAt: string | null;
  readonly disputed: boolean;
  /** Why it is one-sided, or was discarded. */
  readonly why: string | null;
}

/** What a batch of the archive's events says about one statement. */
export interface EvidenceChange {
  readonly statement: string;
  readonly recordedAt: string;
  readonly completeAt: string | null;
}

type Change = { -readonly [K in keyof EventChange]: EventChange[K] };

/** What one entry of an event says about one accepted event. */
interface Said {
  readonly event: string | null;
  readonly statement?: string;
  readonly disputed?: boolean;
  readonly why?: string | null;
  readonly reached: 'preparedAt' | 'countersignedAt' | 'oneSidedAt' | 'recordAt' | 'discardedAt';
}

/**
 * Folds a batch of proof's or the archive's events into one change per accepted event, so that the batch costs one UPDATE. The first time of a
 * state counts; why an event was discarded is the last word on it.
 *
 * @throws ProtocolError 'message' for an event that is not in the agreed form
 */
export function changesOfEvents(events: readonly StoredEvent[]): EventChange[] {
  const changes = new Map<string, Change>();
  for (const event of events) {
    for (const { event: id, statement, disputed, why, reached } of saidBy(event)) {
      // At the exchange some are about the statements of others: they have no event here.
      if (id === null) continue;
      const change = changeOf(changes, id);
      change[reached] ??= event.recordedAt;
      change.statement ??= statement ?? null;
      if (disputed === true) change.disputed = true;
      change.why = reached === 'discardedAt' ? (why ?? null) : (change.why ?? why ?? null);
    }
  }
  return [...changes.values()];
}

/**
 * Folds a batch of the archive's events into one change per statement. What is complete is recorded too, also where the archive says both
 * at once.
 *
 * @throws ProtocolError 'message' for an event that is not in the agreed form
 */
export function changesOfEvidence(events: readonly StoredEvent[]): EvidenceChange[] {
  const changes = new Map<string, EvidenceChange>();
  for (const event of events) {
    if (event.type !== 'EvidenceReady') continue;
    for (const { statement, state } of parseEvidenceReady(event.data)) {
      const earlier = changes.get(statement);
      const completeAt = state === 'complete' ? event.recordedAt : null;
      changes.set(statement, {
        statement,
        recordedAt: earlier?.recordedAt ?? event.recordedAt,
        completeAt: earlier?.completeAt ?? completeAt,
      });
    }
  }
  return [...changes.values()];
}

/** Types that are not named here are not about accepted events. */
function saidBy({ type, data }: StoredEvent): Said[] {
  switch (type) {
    case 'StatementsPrepared':
    // Proof has stated this before: the event shares the state of that statement.
    case 'EventsRepeated':
      return parseStatementEntries(data).map((entry) => ({ ...entry, reached: 'preparedAt' }));
    case 'StatementsCountersigned':
    case 'StatementsCompletedLate':
      return parseStatementEntries(data).map((entry) => ({ ...entry, reached: 'countersignedAt' }));
    case 'StatementsOneSided':
      return parseStatementsOneSided(data).map((entry) => ({ ...entry, reached: 'oneSidedAt' }));
    case 'RecordsKept':
      return parseRecordsKept(data).map((entry) => ({ ...entry, reached: 'recordAt' }));
    case 'EventsDiscarded':
      return parseEventsDiscarded(data).map((entry) => ({ ...entry, reached: 'discardedAt' }));
    default:
      return [];
  }
}

function changeOf(changes: Map<string, Change>, event: string): Change {
  let change = changes.get(event);
  if (change === undefined) {
    change = {
      event,
      statement: null,
      preparedAt: null,
      countersignedAt: null,
      oneSidedAt: null,
      recordAt: null,
      discardedAt: null,
      disputed: false,
      why: null,
    };
    changes.set(event, change);
  }
  return change;
}
