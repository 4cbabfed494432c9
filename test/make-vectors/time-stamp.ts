import { readFileSync } from 'node:fs';
import { decodeBase64, encodeBase64 } from '@besure/protocol';
import { toProfile, verifyTimeStamp } from '@besure/time-stamp';
import { always, MESSAGE, root, type TimeStampCase } from './time-stamp-case.ts';
import { INVALID_CHAIN } from './time-stamp-chain.ts';
import { INVALID_FORM } from './time-stamp-form.ts';
import { INVALID_SAID } from './time-stamp-said.ts';
import { VALID_TIME_STAMPS } from './time-stamp-valid.ts';
import type { Vector } from './vector.ts';

/** A token as OpenSSL's `ts` made it; `make-openssl-tokens.ts` writes them, with other signatures on each run. */
export interface OpensslToken {
  readonly name: string;
  readonly comment: string;
  readonly message: string;
  /** The DER of the trust anchor, and the token as the authority answered it, in base64. */
  readonly anchor: string;
  readonly token: string;
}

/** Kept as they were made. */
export const OPENSSL_TOKENS = JSON.parse(
  readFileSync(new URL('openssl-tokens.json', import.meta.url), 'utf8'),
) as readonly OpensslToken[];

const ALL: readonly TimeStampCase[] = [
  ...VALID_TIME_STAMPS,
  ...OPENSSL_TOKENS.map(({ name, comment, message, anchor, token }) => {
    const authorities = [always(decodeBase64(anchor))];
    return { name, comment, message, authorities, token: toProfile(decodeBase64(token), authorities) };
  }),
  ...INVALID_SAID,
  ...INVALID_FORM,
  ...INVALID_CHAIN,
];

/** Tokens of an authority that signs in TypeScript, always the same, and of OpenSSL. */
export function timeStamps(): Vector[] {
  return ALL.map(({ name, comment, code, ...given }) => {
    const { message = MESSAGE, authorities = [always(root())], token } = given;
    const content = {
      comment,
      message,
      authorities: authorities.map((authority) => ({
        ...authority,
        certificate: encodeBase64(Uint8Array.from(authority.certificate)),
      })),
      token: encodeBase64(Uint8Array.from(token)),
    };
    return {
      format: 'time-stamp',
      kind: code === undefined ? 'valid' : 'invalid',
      name,
      content:
        code === undefined
          ? { ...content, ...verifyTimeStamp(token, Buffer.from(message), authorities) }
          : { ...content, error: { code } },
    };
  });
}
