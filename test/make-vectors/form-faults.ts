import { encodeBase64, encodeBase64url, STATEMENT_TYPE } from '@besure/protocol';
import { p256 } from '@noble/curves/nist.js';
import {
  certificateOf,
  der,
  keyInfo,
  testBytes,
  testCertificate,
  testKey,
} from '../../libs/protocol/test/material.ts';
import { ALPHA, digests, headerText, payloadText, rawJws } from './raw-statement.ts';
import { highS } from './high-s.ts';
import { type ExpectedError, type Fault, IAT } from './vector.ts';

const GOOD = rawJws();
const [HEADER, PAYLOAD, SIGNATURE] = GOOD.split('.') as [string, string, string];
const format: ExpectedError = { code: 'statement-format' };
const header: ExpectedError = { code: 'statement-header' };
const payload: ExpectedError = { code: 'statement-payload' };
const signature: ExpectedError = { code: 'statement-signature' };
const certificate: ExpectedError = { code: 'certificate' };
const x5c = `"x5c":["${encodeBase64(testCertificate(ALPHA))}"]`;

const FORMAT_FAULTS: readonly Fault[] = [
  ['two-parts', 'No signature part.', format, `${HEADER}.${PAYLOAD}`],
  ['four-parts', 'A part too many.', format, `${GOOD}.${SIGNATURE}`],
  ['empty-payload', 'Nothing between the dots.', format, `${HEADER}..${SIGNATURE}`],
  ['empty-signature', 'Nothing after the last dot.', format, `${HEADER}.${PAYLOAD}.`],
  ['too-long', 'More than 32768 characters.', format, `${HEADER}.${PAYLOAD.repeat(60)}.${SIGNATURE}`],
];

const HEADER_FAULTS: readonly Fault[] = [
  ['alg-none', 'Another algorithm: none.', header, head(`{"alg":"none","typ":"${STATEMENT_TYPE}",${x5c}}`)],
  [
    'alg-es384',
    'Another algorithm: ES384.',
    header,
    head(`{"alg":"ES384","typ":"${STATEMENT_TYPE}",${x5c}}`),
  ],
  [
    'typ-version',
    'Another version.',
    header,
    head(`{"alg":"ES256","typ":"besure-statement-v0+sd-jwt",${x5c}}`),
  ],
  ['typ-missing', 'No type.', header, head(`{"alg":"ES256",${x5c}}`)],
  [
    'header-member',
    'An unknown member.',
    header,
    head(`{"alg":"ES256","kid":"1","typ":"${STATEMENT_TYPE}",${x5c}}`),
  ],
  [
    'header-order',
    'Members in another order.',
    header,
    head(`{"typ":"${STATEMENT_TYPE}","alg":"ES256",${x5c}}`),
  ],
  ['header-space', 'White space.', header, head(headerText().replace(':', ': '))],
  [
    'header-twice',
    'A member twice: parsers differ in which one they keep.',
    header,
    head(`{"alg":"none","alg":"ES256","typ":"${STATEMENT_TYPE}",${x5c}}`),
  ],
  ['header-not-json', 'No JSON.', header, head('alg=ES256')],
  ['header-array', 'JSON, but no object.', header, head('[]')],
  ['header-padding', 'base64url with padding.', header, `${HEADER}=.${PAYLOAD}.${SIGNATURE}`],
  ['x5c-missing', 'No certificate member.', header, head(`{"alg":"ES256","typ":"${STATEMENT_TYPE}"}`)],
  ['x5c-empty', 'No certificate.', header, head(headerText([]))],
  [
    'x5c-five',
    'More than four certificates.',
    header,
    head(headerText(Array.from({ length: 5 }, () => testCertificate(ALPHA)))),
  ],
  [
    'x5c-base64url',
    'base64url where RFC 7515 asks for base64.',
    { code: 'statement-header', field: 'x5c' },
    head(headerText([Uint8Array.of(0xff, 0xff, 0xff)]).replace('////', '____')),
  ],
  [
    'x5c-unpadded',
    'base64 without its padding.',
    { code: 'statement-header', field: 'x5c' },
    head(headerText([Uint8Array.of(0x30, 0x00)]).replace('=', '')),
  ],
];

const CERTIFICATE_FAULTS: readonly Fault[] = [
  [
    'certificate-trailing',
    'A byte after the certificate.',
    certificate,
    cert(Uint8Array.of(...testCertificate(ALPHA), 0)),
  ],
  [
    'certificate-cut',
    'A certificate that ends early.',
    certificate,
    cert(testCertificate(ALPHA).slice(0, -1)),
  ],
  [
    'certificate-p384',
    'A key on another curve (the algorithm identifier of P-384).',
    certificate,
    cert(
      certificateOf(
        ALPHA,
        der(
          0x30,
          fromHex('301006072a8648ce3d020106052b81040022'),
          der(0x03, Uint8Array.of(0), testBytes('p384', 97)),
        ),
      ),
    ),
  ],
  [
    'certificate-compressed',
    'A compressed point.',
    certificate,
    cert(certificateOf(ALPHA, keyInfo(p256.Point.fromBytes(ALPHA.publicKey).toBytes(true)))),
  ],
  [
    'certificate-long-length',
    'A DER length in more bytes than it needs.',
    certificate,
    cert(longLength(testCertificate(ALPHA))),
  ],
  [
    'certificate-second',
    'A second certificate that is none.',
    certificate,
    cert(testCertificate(ALPHA), testBytes('no certificate', 60)),
  ],
  [
    'certificate-other-key',
    'The certificate holds another key than the issuer has.',
    { code: 'certificate-key' },
    cert(testCertificate(testKey('beta'))),
  ],
];

const right = digests();
const PAYLOAD_FAULTS: readonly Fault[] = [
  [
    'nine-digests',
    'A claim too few.',
    { ...payload, field: '_sd' },
    body(payloadText({ sd: right.slice(1) })),
  ],
  [
    'eleven-digests',
    'A decoy: it cannot be told apart from a second hidden truth.',
    { ...payload, field: '_sd' },
    body(payloadText({ sd: [...right, encodeBase64url(testBytes('decoy', 32))].sort() })),
  ],
  [
    'unsorted-digests',
    'Digests out of order.',
    { ...payload, field: '_sd' },
    body(payloadText({ sd: right.toReversed() })),
  ],
  [
    'twice-a-digest',
    'A digest twice.',
    { ...payload, field: '_sd' },
    body(payloadText({ sd: [right[0]!, ...right.slice(0, 9)] })),
  ],
  [
    'short-digest',
    'A digest of 31 bytes.',
    { ...payload, field: '_sd' },
    body(payloadText({ sd: [...right.slice(1), encodeBase64url(testBytes('short', 31))].sort() })),
  ],
  [
    'loose-digest',
    'A digest whose last character has bits that stand for nothing.',
    { ...payload, field: '_sd' },
    body(payloadText({ sd: [...right.slice(0, 9), `${right[9]!.slice(0, -1)}B`] })),
  ],
  ['sd-alg', 'Another digest algorithm.', payload, rest(`"_sd_alg":"sha-512","iat":${IAT},"iss":"alpha"`)],
  ['sd-alg-missing', 'No digest algorithm.', payload, rest(`"iat":${IAT},"iss":"alpha"`)],
  [
    'iat-text',
    'iat as a text.',
    { ...payload, field: 'iat' },
    rest(`"_sd_alg":"sha-256","iat":"${IAT}","iss":"alpha"`),
  ],
  [
    'iat-fraction',
    'iat with a fraction.',
    { ...payload, field: 'iat' },
    rest(`"_sd_alg":"sha-256","iat":${IAT}.5,"iss":"alpha"`),
  ],
  [
    'iat-exponent',
    'iat in another form of the same number.',
    payload,
    rest('"_sd_alg":"sha-256","iat":1e9,"iss":"alpha"'),
  ],
  [
    'iat-negative',
    'iat before 1970.',
    { ...payload, field: 'iat' },
    rest('"_sd_alg":"sha-256","iat":-1,"iss":"alpha"'),
  ],
  [
    'iat-too-large',
    'iat after the year 9999: a moment that has no RFC 3339 form.',
    { ...payload, field: 'iat' },
    rest('"_sd_alg":"sha-256","iat":253402300800,"iss":"alpha"'),
  ],
  ['iat-missing', 'No iat.', { ...payload, field: 'iat' }, rest('"_sd_alg":"sha-256","iss":"alpha"')],
  [
    'iss-form',
    'An issuer that is no organisation id.',
    { ...payload, field: 'iss' },
    rest(`"_sd_alg":"sha-256","iat":${IAT},"iss":"Alpha"`),
  ],
  [
    'payload-member',
    'An unknown member: it would be stated in clear.',
    payload,
    rest(`"_sd_alg":"sha-256","iat":${IAT},"iss":"alpha","event":"sent"`),
  ],
  [
    'payload-order',
    'Members in another order.',
    payload,
    rest(`"_sd_alg":"sha-256","iss":"alpha","iat":${IAT}`),
  ],
  [
    'payload-twice',
    'A member twice.',
    payload,
    rest(`"_sd_alg":"sha-256","iat":1,"iat":${IAT},"iss":"alpha"`),
  ],
  ['payload-space', 'White space at the end.', payload, body(`${payloadText()} `)],
  [
    'payload-not-utf8',
    'Bytes that are not UTF-8.',
    payload,
    `${HEADER}.${encodeBase64url(Uint8Array.of(0x7b, 0xff, 0x7d))}.${SIGNATURE}`,
  ],
  ['payload-null', 'JSON, but no object.', payload, body('null')],
];

const SIGNATURE_FAULTS: readonly Fault[] = [
  ['signature-other-key', 'Signed by another key.', signature, rawJws({ key: { ...testKey('beta') } })],
  [
    'signature-other-payload',
    'The signature of another statement.',
    signature,
    `${body(payloadText({ rest: `"_sd_alg":"sha-256","iat":${IAT + 1},"iss":"alpha"` })).slice(0, -86)}${SIGNATURE}`,
  ],
  ['signature-high-s', 'The twin (r, n - s) of a right signature.', signature, rawJws({ sign: highS })],
  [
    'signature-der',
    'The signature in DER.',
    signature,
    rawJws({ sign: (s) => p256.Signature.fromBytes(s).toBytes('der') }),
  ],
  ['signature-short', 'A byte too few.', signature, rawJws({ sign: (s) => s.slice(0, 63) })],
  [
    'signature-r-zero',
    'r is zero.',
    signature,
    rawJws({ sign: (s) => Uint8Array.of(...new Uint8Array(32), ...s.slice(32)) }),
  ],
  [
    'signature-r-large',
    'r is not below n.',
    signature,
    rawJws({ sign: (s) => Uint8Array.of(...new Uint8Array(32).fill(255), ...s.slice(32)) }),
  ],
  [
    'signature-loose',
    'The last character has bits that stand for nothing.',
    signature,
    `${GOOD.slice(0, -1)}${nextCharacter(GOOD.at(-1)!)}`,
  ],
];

/** Statements whose form, certificate or signature is wrong. */
export const FORM_FAULTS: readonly Fault[] = [
  ...FORMAT_FAULTS,
  ...HEADER_FAULTS,
  ...CERTIFICATE_FAULTS,
  ...PAYLOAD_FAULTS,
  ...SIGNATURE_FAULTS,
];

function head(text: string): string {
  return rawJws({ header: text });
}

function cert(...certificates: readonly Uint8Array[]): string {
  return rawJws({ header: headerText(certificates) });
}

function body(text: string): string {
  return rawJws({ payload: text });
}

function rest(text: string): string {
  return body(payloadText({ rest: text }));
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

/** The outer length of a certificate in three bytes instead of two. */
function longLength(certificateDer: Uint8Array): Uint8Array {
  const content = certificateDer.slice(certificateDer[1] === 0x82 ? 4 : 3);
  return Uint8Array.of(0x30, 0x83, 0, content.length >> 8, content.length & 255, ...content);
}

function nextCharacter(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) + 1);
}
