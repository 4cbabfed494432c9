// Writes openssl-tokens.json: tokens of authorities around OpenSSL's `ts`. Keys and signatures are by chance, so it writes
// others each time; the ones that are committed stay. `node test/make-vectors/make-openssl-tokens.ts`, after a build.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBase64 } from '@besure/protocol';
import { type AuthorityOptions, makeAuthority, openssl, reply } from '@besure/testing/time-stamp';
import { encodeTimeStampRequest } from '@besure/time-stamp';
import { testBytes } from '../../libs/protocol/test/material.ts';
import { TST_INFO, tstInfo } from '../../libs/time-stamp/test/authority.ts';
import { MESSAGE } from './time-stamp-case.ts';
import type { OpensslToken } from './time-stamp.ts';

const AUTHORITIES: readonly (readonly [name: string, comment: string, options: AuthorityOptions])[] = [
  ['openssl-rsa-2048', 'Made by OpenSSL: RSA of 2048 bits with SHA-256.', { key: 'rsa:2048' }],
  [
    'openssl-rsa-3072',
    'Made by OpenSSL: RSA of 3072 bits with SHA-384, below an intermediate.',
    { key: 'rsa:3072', hash: 'sha384', intermediate: true },
  ],
  [
    'openssl-rsa-4096',
    'Made by OpenSSL: RSA of 4096 bits with SHA-512.',
    { key: 'rsa:4096', hash: 'sha512' },
  ],
  [
    'openssl-p256',
    'Made by OpenSSL: P-256 with SHA-256, and an accuracy of 1.5 s.',
    { accuracy: 'secs:1, millisecs:500' },
  ],
  [
    'openssl-p384',
    'Made by OpenSSL: P-384 with SHA-384, below an intermediate.',
    { key: 'ec:P-384', hash: 'sha384', intermediate: true },
  ],
];

const made: OpensslToken[] = [];
for (const [name, comment, options] of AUTHORITIES) {
  const folder = mkdtempSync(join(tmpdir(), 'besure-openssl-token-'));
  const anchor = await makeAuthority(folder, options);
  const message = Buffer.from(MESSAGE);
  const answer = await reply(folder, encodeTimeStampRequest({ message, nonce: testBytes(name, 16) }));
  made.push({ name, comment, message: MESSAGE, anchor: base64(anchor), token: base64(tokenIn(answer)) });
  rmSync(folder, { recursive: true });
}
made.push(await pssToken());
writeFileSync(new URL('openssl-tokens.json', import.meta.url), `${JSON.stringify(made, null, 2)}\n`);

/** `ts` does not sign with RSASSA-PSS; `cms` does, over a TSTInfo that is given. */
async function pssToken(): Promise<OpensslToken> {
  const folder = mkdtempSync(join(tmpdir(), 'besure-openssl-token-'));
  const anchor = await makeAuthority(folder, { key: 'rsa:2048' });
  const time = Math.ceil(Date.now() / 1000); // the certificates begin now
  writeFileSync(join(folder, 'info'), tstInfo({ message: Buffer.from(MESSAGE), time }));
  await openssl(
    folder,
    ...['cms', '-sign', '-in', 'info', '-binary', '-nodetach', '-cades', '-nosmimecap', '-md', 'sha256'],
    ...['-econtent_type', TST_INFO, '-signer', 'signer.pem', '-inkey', 'signer.key'],
    ...['-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:digest'],
    ...['-outform', 'DER', '-out', 'token'],
  );
  const token = readFileSync(join(folder, 'token'));
  rmSync(folder, { recursive: true });
  const comment = 'Signed by OpenSSL: RSASSA-PSS with SHA-256 and a salt of 32 bytes.';
  return { name: 'openssl-rsa-pss', comment, message: MESSAGE, anchor: base64(anchor), token: base64(token) };
}

/** What follows the status, `30 03 02 01 00`, in an answer. */
function tokenIn(answer: Uint8Array): Uint8Array {
  const status = Buffer.from('3003020100', 'hex');
  return answer.subarray(Buffer.from(answer).indexOf(status) + status.length);
}

function base64(bytes: Uint8Array): string {
  return encodeBase64(Uint8Array.from(bytes));
}
