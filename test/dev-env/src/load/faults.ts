import type { CloudEvent } from '../back-office.js';
import type { Random } from './random.js';

/** The answer that a request gets. `field`: how the member at fault begins. */
export interface Expected {
  readonly status: number;
  readonly code: string | null;
  /** `any`: it is not known whether the event came through before. */
  readonly replayed?: boolean | 'any';
  readonly field?: string;
}

/** An event that is taken, as something new. */
export const TAKEN: Expected = { status: 202, code: null, replayed: false };

/** A refusal. */
export function refused(status: number, code: string, field?: string): Expected {
  return { status, code, ...(field !== undefined && { field }) };
}

/** Something wrong with the value of an otherwise good event. */
export interface EventFault {
  readonly what: string;
  readonly expected: Expected;
  readonly spoil: (event: CloudEvent, random: Random) => unknown;
}

/** Something wrong with the text of an otherwise good event; `inBatch`: it may stand in an array without spoiling its neighbours. */
export interface TextFault {
  readonly what: string;
  readonly expected: Expected;
  readonly inBatch: boolean;
  readonly spoil: (text: string) => string | Uint8Array;
}

const invalid = (field: string): Expected => refused(422, 'invalid', field);
const DAY_MILLIS = 86_400_000;

function data(change: Readonly<Record<string, unknown>>): (event: CloudEvent) => unknown {
  return (event) => ({ ...event, data: { ...event.data, ...change } });
}

function document(change: Readonly<Record<string, unknown>>): (event: CloudEvent) => unknown {
  return (event) => ({ ...event, data: { ...event.data, document: { ...event.data.document, ...change } } });
}

function at(moment: (random: Random) => number): EventFault['spoil'] {
  return (event, random) => ({ ...event, time: new Date(moment(random)).toISOString() });
}

function without(event: CloudEvent, name: keyof CloudEvent): unknown {
  return Object.fromEntries(Object.entries(event).filter(([one]) => one !== name));
}

/** What is wrong with events of careless back offices. Each is refused in every zone, by whatever door. */
export const EVENT_FAULTS: readonly EventFault[] = [
  {
    what: 'an unknown type',
    expected: invalid('type'),
    spoil: (event) => ({ ...event, type: 'be.besure.document.lost.v1' }),
  },
  { what: 'no type', expected: invalid('type'), spoil: (event) => without(event, 'type') },
  { what: 'no id', expected: invalid('id'), spoil: (event) => without(event, 'id') },
  { what: 'no time', expected: invalid('time'), spoil: (event) => without(event, 'time') },
  {
    what: 'CloudEvents 0.3',
    expected: invalid('specversion'),
    spoil: (event) => ({ ...event, specversion: '0.3' }),
  },
  {
    what: 'an unknown attribute',
    expected: invalid('colour'),
    spoil: (event) => ({ ...event, colour: 'red' }),
  },
  { what: 'an unknown member', expected: invalid('data.colour'), spoil: data({ colour: 'red' }) },
  { what: 'a missing message', expected: invalid('data.message'), spoil: data({ message: undefined }) },
  { what: 'an empty message', expected: invalid('data.message'), spoil: data({ message: '' }) },
  { what: 'a message with NUL', expected: invalid('data.message'), spoil: data({ message: 'a\u0000b' }) },
  { what: 'a turned message', expected: invalid('data.message'), spoil: data({ message: 'a\u202eb' }) },
  { what: 'half a character', expected: invalid('data.message'), spoil: data({ message: 'a\ud800' }) },
  {
    what: 'too long a message',
    expected: invalid('data.message'),
    spoil: data({ message: 'm'.repeat(257) }),
  },
  { what: 'no recipient', expected: invalid('data.recipient'), spoil: data({ recipient: null }) },
  { what: 'a short digest', expected: invalid('data.document.sha256'), spoil: document({ sha256: 'AAAA' }) },
  {
    what: 'a digest in plain base64',
    expected: invalid('data.document.sha3_512'),
    spoil: document({ sha3_512: '+/'.repeat(43) }),
  },
  {
    what: 'a digest in hex',
    expected: invalid('data.document.sha256'),
    spoil: document({ sha256: '0f'.repeat(32) }),
  },
  { what: 'a negative size', expected: invalid('data.document.size'), spoil: document({ size: -1 }) },
  { what: 'a size with a fraction', expected: invalid('data.document.size'), spoil: document({ size: 0.5 }) },
  { what: 'a size in a text', expected: invalid('data.document.size'), spoil: document({ size: '1' }) },
  {
    what: 'a size beyond a double',
    expected: invalid('data.document.size'),
    spoil: document({ size: 2 ** 53 }),
  },
  { what: 'a wrong correction', expected: invalid('data.corrects'), spoil: data({ corrects: 'letter-1' }) },
  { what: 'no moment', expected: invalid('time'), spoil: (event) => ({ ...event, time: 'yesterday' }) },
  {
    what: '30 February',
    expected: invalid('time'),
    spoil: (event) => ({ ...event, time: '2026-02-30T10:00:00Z' }),
  },
  {
    what: 'a moment in the future',
    expected: refused(422, 'time-in-future', 'time'),
    spoil: at((random) => Date.now() + random.between(400, 900_000) * 1000),
  },
  {
    what: 'a moment long ago',
    expected: refused(422, 'time-too-old', 'time'),
    spoil: at((random) => Date.now() - random.between(31, 9000) * DAY_MILLIS),
  },
  {
    what: 'an organisation that nobody knows',
    expected: refused(422, 'organisation-unknown', 'data.recipient.organisation'),
    spoil: (event) => ({
      ...event,
      data: { ...event.data, recipient: { ...event.data.recipient, organisation: 'gamma' } },
    }),
  },
];

const MALFORMED = refused(400, 'malformed');
const NESTED = `${'['.repeat(5000)}${']'.repeat(5000)}`;
/** Each event has this once. */
const MARK = '"specversion":"1.0"';
const put = (text: string) => (event: string) => event.replace(MARK, text);

/** What is wrong with texts: no JSON, or JSON that readers could understand differently. */
export const TEXT_FAULTS: readonly TextFault[] = [
  { what: 'an empty body', expected: MALFORMED, inBatch: false, spoil: () => '' },
  { what: 'a cut text', expected: MALFORMED, inBatch: false, spoil: (text) => text.slice(0, -1) },
  { what: 'a second text', expected: MALFORMED, inBatch: false, spoil: (text) => `${text}{}` },
  { what: 'NaN', expected: MALFORMED, inBatch: false, spoil: put(`${MARK},"n":NaN`) },
  { what: 'a raw NUL', expected: MALFORMED, inBatch: false, spoil: put('"specversion":"\u0000"') },
  {
    what: 'Latin-1',
    expected: MALFORMED,
    inBatch: false,
    spoil: (text) => Buffer.from(text.replace(MARK, '"specversion":"é"'), 'latin1'),
  },
  { what: 'UTF-16', expected: MALFORMED, inBatch: false, spoil: (text) => Buffer.from(text, 'utf16le') },
  { what: 'a member twice', expected: invalid('specversion'), inBatch: true, spoil: put(`${MARK},${MARK}`) },
  {
    what: 'a member twice, once escaped',
    expected: invalid('specversion'),
    inBatch: true,
    spoil: put(`${MARK},"\\u0073pecversion":"1.0"`),
  },
  { what: 'deep nesting', expected: invalid('x.0'), inBatch: true, spoil: put(`${MARK},"x":${NESTED}`) },
  {
    what: 'half a surrogate pair',
    expected: invalid('subject'),
    inBatch: true,
    spoil: put(`${MARK},"subject":"\\udfff"`),
  },
  { what: 'a huge number', expected: invalid('n'), inBatch: true, spoil: put(`${MARK},"n":1e400`) },
  {
    what: 'a number that is not exact',
    expected: invalid('n'),
    inBatch: true,
    spoil: put(`${MARK},"n":9007199254740993`),
  },
  { what: 'a number instead', expected: refused(422, 'invalid'), inBatch: true, spoil: () => '1' },
  { what: 'nothing', expected: refused(422, 'invalid'), inBatch: true, spoil: () => 'null' },
];
