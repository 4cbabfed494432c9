import { randomUUID } from 'node:crypto';
import type { ShortName } from '@besure/protocol';
import type { DocumentEventData } from '../back-office.js';
import type { DemoDocument } from './documents.js';

/** One event of one document: who says it, and what. */
export interface PlannedEvent {
  readonly document: DemoDocument;
  readonly event: ShortName;
  /** The organisation that states it. */
  readonly by: string;
  readonly data: DocumentEventData;
}

/** A document on its way from one organisation to another. */
export interface Delivery {
  readonly document: DemoDocument;
  readonly from: string;
  readonly to: string;
  readonly events: readonly PlannedEvent[];
}

const REASONS: Partial<Record<ShortName, string>> = {
  refused: 'http://uri.etsi.org/19522/EventReason/ConsignmentRejectedByRecipient',
  expired: 'http://uri.etsi.org/19522/EventReason/AcceptanceRejectionPeriodExpired',
};

/** Numbers in a register of enterprises. */
const ENTERPRISES: Readonly<Record<string, string>> = {
  alpha: '0200000001',
  beta: '0200000002',
  gamma: '0200000003',
};
const UNKNOWN = '0200000000';

/**
 * Plans what happens to each document: sent, made available, received. With three documents or more, the last but one is
 * refused by its recipient and the last one expires unread.
 */
export function planDeliveries(
  documents: readonly DemoDocument[],
  pair: readonly [string, string],
): Delivery[] {
  return documents.map((document, at) => {
    const [from, to] = at % 2 === 0 ? pair : [pair[1], pair[0]];
    const data = {
      message: `urn:uuid:${randomUUID()}`,
      sender: { scheme: 'be:cbe', id: ENTERPRISES[from] ?? UNKNOWN, organisation: from },
      recipient: { scheme: 'be:cbe', id: ENTERPRISES[to] ?? UNKNOWN, organisation: to },
      document: document.digest,
    };
    const plan = (event: ShortName): PlannedEvent => {
      const reason = REASONS[event];
      return {
        document,
        event,
        by: event === 'sent' ? from : to,
        data: reason === undefined ? data : { ...data, reason },
      };
    };
    const end = lastEvent(documents.length - at, documents.length);
    return { document, from, to, events: [plan('sent'), plan('made-available'), plan(end)] };
  });
}

function lastEvent(fromTheEnd: number, count: number): ShortName {
  if (count >= 2 && fromTheEnd === (count === 2 ? 1 : 2)) return 'refused';
  if (count >= 3 && fromTheEnd === 1) return 'expired';
  return 'received';
}
