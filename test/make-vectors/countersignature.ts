import {
  attachSignature,
  CLAIM_NAMES,
  COUNTERSIGNATURE_TYPE,
  type CountersignatureContent,
  encodeBase64url,
  prepareCountersignature,
  utf8Encode,
} from '@besure/protocol';
import { testBytes, testKey } from '../../libs/protocol/test/material.ts';
import { highS } from './high-s.ts';
import { type ExpectedError, IAT, type Vector } from './vector.ts';

const exchange = testKey('exchange');
const STATEMENT = encodeBase64url(testBytes('a statement', 32));
const CONTENT: CountersignatureContent = {
  statement: STATEMENT,
  issuer: 'exchange',
  iat: IAT,
  checked: CLAIM_NAMES,
  tolerance: 300,
};
/** What the vectors hold the countersignature against. */
const COUNTERSIGNED = { id: STATEMENT, iat: IAT };
const HEADER = `{"alg":"ES256","typ":"${COUNTERSIGNATURE_TYPE}"}`;
const PAYLOAD = payload({});

function vector(kind: Vector['kind'], name: string, content: Vector['content']): Vector {
  return { format: 'countersignature', kind, name, content };
}

function valid(name: string, comment: string, content: CountersignatureContent): Vector {
  const signingInput = prepareCountersignature(content);
  const jws = attachSignature(signingInput, exchange.sign(utf8Encode(signingInput)));
  return vector('valid', name, {
    comment,
    publicKey: encodeBase64url(exchange.publicKey),
    statement: COUNTERSIGNED,
    jws,
    content,
  });
}

function invalid(name: string, comment: string, error: ExpectedError, jws: string): Vector {
  return vector('invalid', name, {
    comment,
    publicKey: encodeBase64url(exchange.publicKey),
    statement: COUNTERSIGNED,
    jws,
    error,
  });
}

/** Texts of the members of a payload, some replaced. */
function payload(
  other: Partial<Record<'checked' | 'iat' | 'iss' | 'statement' | 'tolerance', string>>,
): string {
  const members = {
    checked: JSON.stringify(CLAIM_NAMES),
    iat: String(IAT),
    iss: '"exchange"',
    statement: `"${STATEMENT}"`,
    tolerance: '300',
    ...other,
  };
  return `{${Object.entries(members)
    .map(([name, text]) => `"${name}":${text}`)
    .join(',')}}`;
}

function raw(header: string, body: string, key = exchange, change = (s: Uint8Array) => s): string {
  const signingInput = `${encodeBase64url(utf8Encode(header))}.${encodeBase64url(utf8Encode(body))}`;
  return `${signingInput}.${encodeBase64url(change(key.sign(utf8Encode(signingInput))))}`;
}

const format: ExpectedError = { code: 'countersignature-format' };
const signature: ExpectedError = { code: 'countersignature-signature' };
const of = (field: string): ExpectedError => ({ ...format, field });

/** Countersignatures, right ones and wrong ones. */
export function countersignatures(): Vector[] {
  const good = raw(HEADER, PAYLOAD);
  return [
    valid('all-claims', 'The exchange compared all ten claims.', CONTENT),
    valid('one-claim', 'One claim, no tolerance.', { ...CONTENT, checked: ['message'], tolerance: 0 }),
    valid('later', 'Signed in a later slot than the statement.', { ...CONTENT, iat: IAT + 3600 }),
    valid('last-second', 'Signed at the end of the year 9999.', { ...CONTENT, iat: 253_402_300_799 }),
    invalid(
      'iat-before-statement',
      'Older than the statement that it is about.',
      { code: 'countersignature-statement', field: 'iat' },
      raw(HEADER, payload({ iat: String(IAT - 1) })),
    ),
    invalid(
      'statement-other',
      'About another statement.',
      { code: 'countersignature-statement', field: 'statement' },
      raw(HEADER, payload({ statement: `"${encodeBase64url(testBytes('another statement', 32))}"` })),
    ),
    invalid(
      'iat-too-large',
      'iat after the year 9999.',
      of('iat'),
      raw(HEADER, payload({ iat: '253402300800' })),
    ),
    invalid('two-parts', 'No signature part.', format, good.slice(0, good.lastIndexOf('.'))),
    invalid('too-long', 'More than 2048 characters.', format, raw(HEADER, `${PAYLOAD}${' '.repeat(2048)}`)),
    invalid(
      'typ-statement',
      'The type of another format.',
      format,
      raw(HEADER.replace('countersignature-v1+jws', 'statement-v1+sd-jwt'), PAYLOAD),
    ),
    invalid(
      'header-member',
      'An unknown member in the header.',
      format,
      raw(HEADER.replace('}', ',"kid":"1"}'), PAYLOAD),
    ),
    invalid(
      'header-order',
      'Members of the header in another order.',
      format,
      raw(`{"typ":"${COUNTERSIGNATURE_TYPE}","alg":"ES256"}`, PAYLOAD),
    ),
    invalid('checked-empty', 'Nothing compared.', of('checked'), raw(HEADER, payload({ checked: '[]' }))),
    invalid(
      'checked-order',
      'Claims out of order.',
      of('checked'),
      raw(HEADER, payload({ checked: '["reason","event"]' })),
    ),
    invalid(
      'checked-twice',
      'A claim twice.',
      of('checked'),
      raw(HEADER, payload({ checked: '["event","event"]' })),
    ),
    invalid(
      'checked-unknown',
      'The name of no claim.',
      of('checked'),
      raw(HEADER, payload({ checked: '["subject"]' })),
    ),
    invalid('iat-text', 'iat as a text.', of('iat'), raw(HEADER, payload({ iat: `"${IAT}"` }))),
    invalid(
      'iss-form',
      'An issuer that is no organisation id.',
      of('iss'),
      raw(HEADER, payload({ iss: '"the exchange"' })),
    ),
    invalid(
      'statement-form',
      'An identity of another length.',
      of('statement'),
      raw(HEADER, payload({ statement: '"abc"' })),
    ),
    invalid(
      'tolerance-negative',
      'A tolerance below zero.',
      of('tolerance'),
      raw(HEADER, payload({ tolerance: '-1' })),
    ),
    invalid(
      'tolerance-fraction',
      'A tolerance with a fraction that is zero.',
      format,
      raw(HEADER, payload({ tolerance: '300.0' })),
    ),
    invalid('payload-member', 'An unknown member.', format, raw(HEADER, PAYLOAD.replace('}', ',"note":1}'))),
    invalid('payload-space', 'White space.', format, raw(HEADER, PAYLOAD.replace(':', ': '))),
    invalid('payload-not-json', 'No JSON.', format, raw(HEADER, 'yes')),
    invalid(
      'signature-other-key',
      'Signed by another key.',
      signature,
      raw(HEADER, PAYLOAD, testKey('alpha')),
    ),
    invalid(
      'signature-high-s',
      'The twin (r, n - s) of a right signature.',
      signature,
      raw(HEADER, PAYLOAD, exchange, highS),
    ),
    invalid(
      'signature-short',
      'A byte too few.',
      signature,
      raw(HEADER, PAYLOAD, exchange, (s) => s.slice(1)),
    ),
  ];
}
