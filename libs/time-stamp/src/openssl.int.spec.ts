import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuthorityOptions, openssl, startTimeStampServer } from '@besure/testing/time-stamp';
import { expect, it } from 'vitest';
import { acceptTimeStampResponse, encodeTimeStampRequest } from './request.js';

const CASES: readonly AuthorityOptions[] = [
  { key: 'rsa:2048', hash: 'sha256', intermediate: true },
  { key: 'ec:P-256', hash: 'sha256', intermediate: true },
  { key: 'ec:P-384', hash: 'sha512', accuracy: 'secs:1' },
];

it.each(CASES)('what %j stamps comes into the profile, which OpenSSL verifies too', async (options) => {
  const folder = mkdtempSync(join(tmpdir(), 'besure-openssl-verify-'));
  const server = await startTimeStampServer(options);
  try {
    const question = { message: Buffer.from('a checkpoint'), nonce: new Uint8Array(16).fill(0x9a) };
    const before = Math.floor(Date.now() / 1000);
    const answer = await fetch(server.url, { method: 'POST', body: encodeTimeStampRequest(question) });
    const authorities = [{ certificate: server.root, from: 0, until: null }];
    const { token, timeStamp } = acceptTimeStampResponse(
      new Uint8Array(await answer.arrayBuffer()),
      question,
      authorities,
    );
    expect(timeStamp.time).toBeGreaterThanOrEqual(before);
    expect(timeStamp.time).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000) + 1);

    writeFileSync(join(folder, 'token'), token);
    writeFileSync(join(folder, 'message'), question.message);
    writeFileSync(join(folder, 'root.der'), server.root);
    await openssl(folder, 'x509', '-inform', 'DER', '-in', 'root.der', '-out', 'root.pem');
    const verify = ['-verify', '-in', 'token', '-token_in', '-data', 'message', '-CAfile', 'root.pem'];
    await expect(openssl(folder, 'ts', ...verify)).resolves.toContain('Verification: OK');
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});
