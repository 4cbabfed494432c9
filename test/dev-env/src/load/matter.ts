import { EVENTS, type KnownEvent, cloudEventType } from '@besure/protocol';
import type { CloudEvent, DocumentEventData } from '../back-office.js';
import type { Random } from './random.js';

/** What is said of one event of one message, before anybody gives it a source and an id. */
export interface Matter {
  readonly event: KnownEvent;
  readonly time: Date;
  readonly data: DocumentEventData;
}

/** Who sends a document to whom, by organisation. */
export interface Way {
  readonly from: string;
  readonly to: string;
}

const MEDIA_TYPES = ['application/pdf', 'text/plain; charset=utf-8', 'image/png', 'application/xml'];
const NAMES = ['0200000001', '90.01.01-123.45', 'Straßenbau Müller & Söhne', 'société n° 7', '株式会社'];
const DAY_MILLIS = 86_400_000;

/** A document on its way: the part of the data that all its events share. */
export function newDocument(random: Random, { from, to }: Way): DocumentEventData {
  const party = (organisation: string): DocumentEventData['sender'] => ({
    scheme: random.pick(['be:cbe', 'person', 'enterprise']),
    id: random.pick(NAMES),
    organisation,
  });
  return {
    message: random.pick(['urn:uuid:', 'Brief n° ', 'message/']) + random.hex(12),
    sender: party(from),
    recipient: party(to),
    document: {
      mediaType: random.pick(MEDIA_TYPES),
      size: random.pick([0, 1, random.next(), Number.MAX_SAFE_INTEGER]),
      sha256: Buffer.from(random.bytes(32)).toString('base64url'),
      sha3_512: Buffer.from(random.bytes(64)).toString('base64url'),
    },
  };
}

/** Something that happened to a document just now; long ago, once in a while. */
export function newMatter(random: Random, document: DocumentEventData, event: KnownEvent): Matter {
  const age = random.chance(0.04) ? random.between(1, 20) * DAY_MILLIS : random.below(60_000);
  return {
    event,
    time: new Date(Date.now() - age),
    data: {
      ...document,
      ...(!event.ownType && { event: event.uri }),
      ...((event.needsReason || (event.negative && random.chance(0.5))) && {
        reason: 'http://uri.etsi.org/19522/EventReason/ConsignmentRejectedByRecipient',
      }),
      ...(random.chance(0.05) && { corrects: Buffer.from(random.bytes(32)).toString('base64url') }),
    },
  };
}

/** Some events of a document, each once, in no order. */
export function someEvents(random: Random, most: number): KnownEvent[] {
  const rest: KnownEvent[] = [...EVENTS];
  return Array.from({ length: random.between(1, most) }, () => rest.splice(random.below(rest.length), 1)[0]!);
}

/** Who may state it. */
export function issuerOf({ event, data }: Matter): string {
  return event.statedBy === 'sender' ? data.sender.organisation : data.recipient.organisation;
}

/** The event as a back office sends it. */
export function cloudEventOf({ event, time, data }: Matter, source: string, id: string): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source,
    type: cloudEventType(event.shortName),
    time: time.toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}

/** The same matter with something else in it: another content for the same message and event. */
export function altered(random: Random, matter: Matter): Matter {
  const { data, time } = matter;
  switch (random.below(4)) {
    case 0:
      return { ...matter, data: { ...data, document: { ...data.document, size: 12_345 + random.below(9) } } };
    case 1: {
      const sha256 = Buffer.from(random.bytes(32)).toString('base64url');
      return { ...matter, data: { ...data, document: { ...data.document, sha256 } } };
    }
    case 2:
      return {
        ...matter,
        data: { ...data, recipient: { ...data.recipient, id: `not ${data.recipient.id}` } },
      };
    default:
      // Beyond what clocks may differ, and never into the future.
      return { ...matter, time: new Date(time.getTime() - random.between(400, 3000) * 1000) };
  }
}
