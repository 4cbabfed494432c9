import type { CloudEvent } from '../back-office.js';
import type { Answer, Letter } from './doors.js';
import { type Expected, refused } from './faults.js';
import { BATCH_TYPE, batch, binary, structured, withHeaders } from './letters.js';
import type { Office } from './office.js';
import type { Random } from './random.js';

/** Something wrong with a request around an event that is good. */
export interface BadRequest {
  readonly what: string;
  readonly expected: Expected;
  readonly send: (office: Office, event: CloudEvent, random: Random) => Promise<Answer>;
}

/** The letter with the token of the office. */
export function signed(office: Office, letter: Letter): Letter {
  return bearing(office.token, letter);
}

function bearing(token: string, letter: Letter): Letter {
  return withHeaders(letter, ['authorization', `Bearer ${token}`]);
}

/** What only HTTP can have wrong. */
function overHttp(letter: (event: CloudEvent, random: Random) => Letter): BadRequest['send'] {
  return (office, event, random) => office.http.post(signed(office, letter(event, random)));
}

/** What is the same by both doors. */
function overEither(
  letter: (event: CloudEvent, office: Office, random: Random) => Letter,
): BadRequest['send'] {
  return (office, event, random) =>
    (random.chance(0.3) ? office.bus : office.http).post(letter(event, office, random));
}

const UNAUTHENTICATED = refused(401, 'unauthenticated');
const OTHER_TYPES = ['text/plain', 'application/xml', 'application/cloudevents+avro', 'multipart/form-data'];

/** What is wrong with requests of careless back offices. */
export const BAD_REQUESTS: readonly BadRequest[] = [
  {
    what: 'no token',
    expected: UNAUTHENTICATED,
    send: overEither((event) => structured(event)),
  },
  {
    what: 'an unknown token',
    expected: UNAUTHENTICATED,
    send: overEither((event, _office, random) => bearing(`besure_${random.hex(32)}`, structured(event))),
  },
  {
    what: 'a token in another way',
    expected: UNAUTHENTICATED,
    send: overEither((event, { token }) =>
      withHeaders(structured(event), ['authorization', `Basic ${token}`]),
    ),
  },
  {
    what: 'a token that may only look',
    expected: refused(403, 'forbidden'),
    send: overEither((event, { reader }) => bearing(reader, structured(event))),
  },
  {
    what: 'the source of somebody else',
    expected: refused(403, 'source-not-allowed', 'source'),
    send: overEither((event, office) =>
      signed(office, structured({ ...event, source: `${event.source}/of-somebody-else` })),
    ),
  },
  {
    what: 'a media type of something else',
    expected: refused(415, 'unsupported-media-type'),
    send: overHttp((event, random) => structured(event, random.pick(OTHER_TYPES))),
  },
  {
    what: 'a body that is announced as too large',
    expected: refused(413, 'too-large'),
    send: (office, event, random) =>
      office.http.announce(signed(office, structured(event)), random.between(2 ** 20 + 1, 2 ** 30)),
  },
  {
    what: 'too many events at once',
    expected: refused(413, 'too-large'),
    send: overEither((_event, office) => signed(office, batch(Array.from({ length: 501 }, () => '1')))),
  },
  {
    what: 'an empty batch',
    expected: refused(400, 'malformed'),
    send: overEither((_event, office) => signed(office, batch([]))),
  },
  {
    what: 'a batch that is none',
    expected: refused(400, 'malformed'),
    send: overEither((event, office) => signed(office, structured(event, BATCH_TYPE))),
  },
  {
    what: 'an attribute twice',
    expected: refused(422, 'invalid', 'id'),
    send: overHttp((event) => withHeaders(binary(event), ['ce-id', 'another'])),
  },
  {
    what: 'an attribute that is not encoded',
    expected: refused(422, 'invalid', 'subject'),
    send: overHttp((event) => withHeaders(binary(event), ['ce-subject', '100 %'])),
  },
];
