import {
  cloudEventType,
  encodeBase64url,
  eventByShortName,
  type Facts,
  GENERAL_EVENT_TYPE,
} from '@besure/protocol';
import { testBytes } from '../../libs/protocol/test/material.ts';
import { FACTS, type Vector } from './vector.ts';

const { message, sender, recipient, document } = FACTS;
const DATA = { message, sender, recipient, document };
const EVENT = {
  specversion: '1.0',
  id: 'e-1',
  source: '/alpha/back-office',
  type: cloudEventType('sent'),
  time: FACTS.time,
  data: DATA,
};
const REFUSED = { ...EVENT, type: cloudEventType('refused') };
const REASON = 'http://uri.etsi.org/19522/EventReason/R_ERDS_RecipientRefused';
const CORRECTED = encodeBase64url(testBytes('an earlier statement', 32));

function valid(name: string, comment: string, event: object, facts: Partial<Facts> = {}): Vector {
  const { id, source } = { ...EVENT, ...event };
  return {
    format: 'document-event',
    kind: 'valid',
    name,
    content: { comment, event, id, source, facts: { ...FACTS, ...facts } },
  };
}

function invalid(name: string, comment: string, field: string, event: unknown): Vector {
  return {
    format: 'document-event',
    kind: 'invalid',
    name,
    content: { comment, event, error: { code: 'document-event', field } },
  };
}

function without(member: keyof typeof EVENT): object {
  return Object.fromEntries(Object.entries(EVENT).filter(([name]) => name !== member));
}

function data(other: object): object {
  return { ...EVENT, data: { ...DATA, ...other } };
}

/** Events as back offices send them. */
export function documentEvents(): Vector[] {
  const other = eventByShortName('consignment-notification')!.uri;
  return [
    valid('sent', 'The least that an event must hold.', EVENT),
    valid(
      'everything',
      'Every member that an event may hold.',
      {
        ...REFUSED,
        datacontenttype: 'application/json; charset=utf-8',
        subject: 'means nothing here',
        data: { ...DATA, reason: REASON, corrects: CORRECTED },
      },
      { event: 'refused', reason: REASON, corrects: CORRECTED },
    ),
    valid('nulls', 'null where there is nothing.', data({ reason: null, corrects: null })),
    valid(
      'expired',
      'The one negative event that needs no reason.',
      { ...EVENT, type: cloudEventType('expired') },
      { event: 'expired' },
    ),
    valid('time-offset', 'A moment with an offset.', { ...EVENT, time: '2026-11-22T10:53:30.123+01:00' }),
    valid('time-nanoseconds', 'A moment in nanoseconds: cut to milliseconds.', {
      ...EVENT,
      time: '2026-11-22T09:53:30.123999999Z',
    }),
    valid(
      'time-seconds',
      'A moment in seconds.',
      { ...EVENT, time: '2026-11-22T09:53:30Z' },
      { time: '2026-11-22T09:53:30.000Z' },
    ),
    valid(
      'time-1970',
      'An offset that leads into the year 1970.',
      { ...EVENT, time: '1969-12-31T23:30:00-00:30' },
      { time: '1970-01-01T00:00:00.000Z' },
    ),
    valid(
      'other-event',
      'An event of the standard without a type of its own.',
      {
        ...EVENT,
        type: GENERAL_EVENT_TYPE,
        data: { ...DATA, event: other },
      },
      { event: 'consignment-notification' },
    ),
    invalid('not-an-object', 'A list.', '', [EVENT]),
    invalid('specversion', 'Another version of CloudEvents.', 'specversion', {
      ...EVENT,
      specversion: '0.3',
    }),
    invalid('id-missing', 'No id.', 'id', without('id')),
    invalid('id-empty', 'An empty id.', 'id', { ...EVENT, id: '' }),
    invalid('id-number', 'An id that is no text.', 'id', { ...EVENT, id: 1 }),
    invalid('source-missing', 'No source.', 'source', without('source')),
    invalid('source-space', 'A source that is no URI reference.', 'source', {
      ...EVENT,
      source: 'back office',
    }),
    invalid('type-missing', 'No type.', 'type', without('type')),
    invalid('type-unknown', 'A type that is not known.', 'type', {
      ...EVENT,
      type: 'be.besure.document.lost.v1',
    }),
    invalid('type-version', 'Another version of a type.', 'type', {
      ...EVENT,
      type: 'be.besure.document.sent.v2',
    }),
    invalid('time-missing', 'No moment: ours is not the one of the event.', 'time', without('time')),
    invalid('time-local', 'A moment without offset.', 'time', { ...EVENT, time: '2026-11-22T09:53:30' }),
    invalid('time-february', '30 February.', 'time', { ...EVENT, time: '2026-02-30T09:53:30Z' }),
    invalid('time-leap', 'A leap second.', 'time', { ...EVENT, time: '2016-12-31T23:59:60Z' }),
    invalid('time-before-1970', 'A moment before 1970.', 'time', { ...EVENT, time: '1969-12-31T23:59:59Z' }),
    invalid('time-after-9999', 'An offset that leads out of the year 9999.', 'time', {
      ...EVENT,
      time: '9999-12-31T23:59:59-00:01',
    }),
    invalid('content-type', 'Data that are not JSON.', 'datacontenttype', {
      ...EVENT,
      datacontenttype: 'text/xml',
    }),
    invalid('extension', 'An extension attribute: what is not read is not proven.', 'traceparent', {
      ...EVENT,
      traceparent: '00-1',
    }),
    invalid('data-missing', 'No data.', 'data', without('data')),
    invalid('data-text', 'Data as a text.', 'data', { ...EVENT, data: JSON.stringify(DATA) }),
    invalid('data-member', 'An unknown member.', 'data.priority', data({ priority: 1 })),
    invalid('message-missing', 'No message.', 'data.message', data({ message: undefined })),
    invalid('message-space', 'A space at the end.', 'data.message', data({ message: 'm-1 ' })),
    invalid(
      'sender-member',
      'An unknown member.',
      'data.sender.name',
      data({ sender: { ...sender, name: 'A' } }),
    ),
    invalid(
      'sender-organisation',
      'Capitals in an organisation id.',
      'data.sender.organisation',
      data({ sender: { ...sender, organisation: 'Alpha' } }),
    ),
    invalid(
      'recipient-id',
      'A direction override: it reads unlike it is.',
      'data.recipient.id',
      data({ recipient: { ...recipient, id: '42\u202e' } }),
    ),
    invalid(
      'recipient-scheme',
      'A scheme with a space.',
      'data.recipient.scheme',
      data({ recipient: { ...recipient, scheme: 'a b' } }),
    ),
    invalid(
      'media-type',
      'A media type in capitals.',
      'data.document.mediaType',
      data({ document: { ...document, mediaType: 'Application/PDF' } }),
    ),
    invalid(
      'size-negative',
      'A size below zero.',
      'data.document.size',
      data({ document: { ...document, size: -1 } }),
    ),
    invalid(
      'size-text',
      'A size as a text.',
      'data.document.size',
      data({ document: { ...document, size: '1' } }),
    ),
    invalid(
      'sha256-hex',
      'A digest in hexadecimal.',
      'data.document.sha256',
      data({ document: { ...document, sha256: 'ab'.repeat(32) } }),
    ),
    invalid(
      'sha3-missing',
      'One digest alone: a second family is needed for the day that the first breaks.',
      'data.document.sha3_512',
      data({ document: { ...document, sha3_512: undefined } }),
    ),
    invalid('reason-missing', 'A negative event without its reason.', 'data.reason', REFUSED),
    invalid(
      'reason-unexpected',
      'A reason beside an event that is not negative.',
      'data.reason',
      data({ reason: REASON }),
    ),
    invalid('reason-form', 'A reason that is no URI.', 'data.reason', {
      ...REFUSED,
      data: { ...DATA, reason: 'not at home' },
    }),
    invalid('reason-513', 'A URI of 513 characters.', 'data.reason', {
      ...REFUSED,
      data: { ...DATA, reason: `urn:${'a'.repeat(509)}` },
    }),
    invalid('corrects-form', 'An identity of another length.', 'data.corrects', data({ corrects: 'abc' })),
    invalid(
      'event-beside-type',
      'An event named beside a type that names it.',
      'data.event',
      data({ event: eventByShortName('sent')!.uri }),
    ),
    invalid('event-missing', 'The general type without the event.', 'data.event', {
      ...EVENT,
      type: GENERAL_EVENT_TYPE,
    }),
    invalid('event-with-own-type', 'The general type for an event that has its own.', 'data.event', {
      ...EVENT,
      type: GENERAL_EVENT_TYPE,
      data: { ...DATA, event: eventByShortName('sent')!.uri },
    }),
  ];
}
