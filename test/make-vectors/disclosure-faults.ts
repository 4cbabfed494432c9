import { encodeBase64url, utf8Encode } from '@besure/protocol';
import { testBytes } from '../../libs/protocol/test/material.ts';
import { digests, disclosures, disclosureText, rawJws, SALTS } from './raw-statement.ts';
import { CLAIMS, type Fault } from './vector.ts';
import { withText } from './wrong-claim.ts';

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

function encodeText(text: string): string {
  return encodeBase64url(utf8Encode(text));
}
