import { composeSdJwt } from '@besure/protocol';
import { disclosures, rawJws } from './raw-statement.ts';
import type { ExpectedError } from './vector.ts';

const JWS = rawJws();
const all = disclosures();
const format: ExpectedError = { code: 'statement-format' };

/** SD-JWTs that cannot be taken apart: name, comment, error, text. */
export const SD_JWT_FAULTS: readonly (readonly [string, string, ExpectedError, string])[] = [
  ['sd-jwt-empty', 'No characters.', format, ''],
  ['sd-jwt-without-end', 'A JWS alone: the ~ at the end is missing.', format, JWS],
  [
    'sd-jwt-key-binding',
    'A key-binding JWT after the last ~.',
    format,
    `${composeSdJwt(JWS, all)}e30.e30.AAAA`,
  ],
  ['sd-jwt-empty-disclosure', 'Nothing between two ~.', format, `${JWS}~~`],
  ['sd-jwt-without-jws', 'Nothing before the first ~.', format, composeSdJwt('', all)],
  ['sd-jwt-eleven', 'Eleven disclosures.', format, composeSdJwt(JWS, [...all, all[0]!])],
  ['sd-jwt-newline', 'A newline at the end.', format, `${composeSdJwt(JWS, all)}\n`],
];
