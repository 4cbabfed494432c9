import { type ClaimName, encodeBase64url, utf8Encode } from '@besure/protocol';
import { testBytes } from '../../libs/protocol/test/material.ts';
import { digests, disclosures, disclosureText, type RawStatement, rawJws, SALTS } from './raw-statement.ts';
import { CLAIMS, type ExpectedError, type Fault } from './vector.ts';

const GOOD = rawJws();
const all = disclosures();
/** Disclosures that do not belong to their statement, or are not written as they must be. */
export const DISCLOSURE_FAULTS: readonly Fault[] = [
  [
    'disclosure-other-salt',
    'A disclosure that the statement was not signed over.',
    { code: 'disclosure', field: 'message' },
    GOOD,
    [encodeText(`["${SALTS[0]!}","message",${JSON.stringify(CLAIMS.message)}]`)],
  ],
  [
    'disclosure-twice',
    'A disclosure twice.',
    { code: 'disclosure', field: 'time' },
    GOOD,
    [all[2]!, all[2]!],
  ],
  [
    'disclosure-order',
    'Disclosures out of order.',
    { code: 'disclosure', field: 'event' },
    GOOD,
    [all[2]!, all[0]!],
  ],
  ['disclosure-padding', 'base64url with padding.', { code: 'disclosure' }, GOOD, [`${all[0]!}=`]],
  ...withText(
    'disclosure-name',
    'The name of no claim.',
    { code: 'disclosure' },
    'message',
    `["${SALTS[7]!}","subject","x"]`,
  ),
  ...withText(
    'disclosure-inherited-name',
    'A name that every object has.',
    { code: 'disclosure' },
    'message',
    `["${SALTS[7]!}","constructor","x"]`,
  ),
  ...withText(
    'disclosure-short-salt',
    'A salt of 15 bytes.',
    { code: 'disclosure' },
    'message',
    disclosureText('message').replace(SALTS[7]!, encodeBase64url(testBytes('salt', 15))),
  ),
  ...withText(
    'disclosure-loose-salt',
    'A salt whose last character has bits that stand for nothing.',
    { code: 'disclosure' },
    'message',
    disclosureText('message').replace(SALTS[7]!, `${SALTS[7]!.slice(0, -1)}B`),
  ),
  ...withText(
    'disclosure-array-element',
    'An array of two, as for elements of arrays.',
    { code: 'disclosure' },
    'message',
    `["${SALTS[7]!}","x"]`,
  ),
  ...withText(
    'disclosure-four',
    'An array of four.',
    { code: 'disclosure' },
    'message',
    disclosureText('message').replace(']', ',1]'),
  ),
  ...withText(
    'disclosure-space',
    'White space.',
    { code: 'disclosure' },
    'message',
    disclosureText('message').replace(',', ', '),
  ),
  ...withText(
    'disclosure-escape',
    'A character escaped that need not be.',
    { code: 'disclosure' },
    'message',
    disclosureText('message', '"\\u0061"'),
  ),
  ...withText(
    'disclosure-bom',
    'A byte order mark.',
    { code: 'disclosure' },
    'message',
    `\ufeff${disclosureText('message')}`,
  ),
  ...withText(
    'disclosure-member-order',
    'Members of a value in another order.',
    { code: 'disclosure' },
    'sender',
    disclosureText('sender', '{"id":"1","scheme":"cbe"}'),
  ),
  ...withText(
    'disclosure-nested-sd',
    'A nested _sd.',
    { code: 'claim', field: 'sender' },
    'sender',
    disclosureText('sender', `{"scheme":"cbe","id":"1","_sd":["${digests()[0]!}"]}`),
  ),
];

const claim = (field: string): ExpectedError => ({ code: 'claim', field });
/** Claims that break the rule of their kind, in statements that were really signed over them. */
export const CLAIM_FAULTS: readonly Fault[] = [
  ...withText(
    'claim-event',
    'An event that the role table does not have.',
    claim('event'),
    'event',
    disclosureText('event', '"http://uri.etsi.org/19522/Event/Sending"'),
  ),
  ...withText('claim-event-null', 'No event.', claim('event'), 'event', disclosureText('event', 'null')),
  ...withText(
    'claim-reason-unexpected',
    'A reason beside an event that is not negative.',
    claim('reason'),
    'reason',
    disclosureText('reason', '"urn:reason:1"'),
  ),
  ...withText(
    'claim-reason-missing',
    'A negative event without its reason.',
    claim('reason'),
    'event',
    disclosureText('event', '"http://uri.etsi.org/19522/Event/ConsignmentRejection"'),
  ),
  ...withText(
    'claim-time-offset',
    'A time with an offset.',
    claim('time'),
    'time',
    disclosureText('time', '"2026-11-22T10:53:30.123+01:00"'),
  ),
  ...withText(
    'claim-time-seconds',
    'A time without milliseconds.',
    claim('time'),
    'time',
    disclosureText('time', '"2026-11-22T09:53:30Z"'),
  ),
  ...withText(
    'claim-time-february',
    '30 February.',
    claim('time'),
    'time',
    disclosureText('time', '"2026-02-30T09:53:30.123Z"'),
  ),
  ...withText(
    'claim-message-control',
    'A control character.',
    claim('message'),
    'message',
    disclosureText('message', '"a\\u0000b"'),
  ),
  ...withText(
    'claim-message-surrogate',
    'A lone surrogate.',
    claim('message'),
    'message',
    disclosureText('message', '"\\ud800"'),
  ),
  ...withText(
    'claim-message-direction',
    'A direction override: it reads unlike it is.',
    claim('message'),
    'message',
    disclosureText('message', '"abc\u202edef"'),
  ),
  ...withText(
    'claim-message-long',
    '257 characters.',
    claim('message'),
    'message',
    disclosureText('message', `"${'a'.repeat(257)}"`),
  ),
  ...withText(
    'claim-organisation',
    'Capitals in an organisation id.',
    claim('sender_org'),
    'sender_org',
    disclosureText('sender_org', '"Alpha"'),
  ),
  ...withText(
    'claim-identity-member',
    'A member too many in an identity.',
    claim('recipient'),
    'recipient',
    disclosureText('recipient', '{"scheme":"a","id":"b","name":"c"}'),
  ),
  ...withText(
    'claim-identity-text',
    'An identity that is no object.',
    claim('recipient'),
    'recipient',
    disclosureText('recipient', '"b"'),
  ),
  ...withText(
    'claim-size',
    'A size with a fraction.',
    claim('document.size'),
    'document',
    disclosureText('document', JSON.stringify({ ...CLAIMS.document, size: 1.5 })),
  ),
  ...withText(
    'claim-digest',
    'A digest of 31 bytes.',
    claim('document.sha256'),
    'document',
    disclosureText(
      'document',
      JSON.stringify({ ...CLAIMS.document, sha256: encodeBase64url(testBytes('d', 31)) }),
    ),
  ),
  ...withText(
    'claim-media-type',
    'A media type in capitals.',
    claim('document.mediaType'),
    'document',
    disclosureText('document', JSON.stringify({ ...CLAIMS.document, mediaType: 'Application/PDF' })),
  ),
  ...withText(
    'claim-corrects',
    'An identity of another length.',
    claim('corrects'),
    'corrects',
    disclosureText('corrects', '"abc"'),
  ),
];

/** A statement that was really signed over a wrong text of one claim. */
function withText(name: string, comment: string, error: ExpectedError, of: ClaimName, text: string): Fault[] {
  const shown = disclosures({ [of]: text });
  const statement: RawStatement = { disclosures: shown };
  return [[name, comment, error, rawJws(statement), shown]];
}

function encodeText(text: string): string {
  return encodeBase64url(utf8Encode(text));
}
