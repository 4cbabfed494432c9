import { generateKeyPairSync, verify } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyError } from './error.js';
import { openSeatProgram } from './seat-program.js';

const EXAMPLE = join(import.meta.dirname, '../../../examples/seat-program/openssl.sh');
const folder = mkdtempSync(join(tmpdir(), 'besure-seat-program-'));
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function keyFile(name: string, curve: string): string {
  const path = join(folder, name);
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: curve });
  writeFileSync(path, key.export({ format: 'pem', type: 'pkcs8' }));
  return path;
}

function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (error instanceof KeyError) return error.code;
    throw error;
  }
}

beforeAll(() => {
  const path = join(folder, 'seat.pem');
  writeFileSync(path, privateKey.export({ format: 'pem', type: 'pkcs8' }));
  process.env['BESURE_SEAT_KEY'] = path;
});
afterAll(() => {
  delete process.env['BESURE_SEAT_KEY'];
  rmSync(folder, { recursive: true });
});

describe('a seat whose key a program has', () => {
  it('signs as one from a file does', async () => {
    const seat = await openSeatProgram(EXAMPLE);
    const { x, y } = publicKey.export({ format: 'jwk' });
    expect(Buffer.from(seat.publicKey)).toEqual(
      Buffer.concat([Buffer.of(4), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')]),
    );
    const signature = await seat.sign('header.payload');
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    expect(verify('sha256', Buffer.from('header.payload'), key, signature)).toBe(true);
  });

  it.each([
    ['is not there', () => join(folder, 'none'), 'program'],
    ['does not succeed', () => program('fails', 'exit 1'), 'program'],
    ['prints no key', () => program('silent', 'exit 0'), 'malformed'],
    [
      'prints without end',
      () => program('endless', 'while :; do echo too much of it all the time; done'),
      'program',
    ],
    [
      'has a key of another curve',
      () => program('p384', `exec openssl pkey -in ${keyFile('p384.pem', 'P-384')} -pubout`),
      'wrong-algorithm',
    ],
  ])('is not opened where the program %s', async (_what, path, code) => {
    expect(await codeOf(openSeatProgram(path()))).toBe(code);
  });

  it.each([
    ['another key', () => `exec openssl dgst -sha256 -sign ${keyFile('other.pem', 'P-256')}`, 'invalid-key'],
    ['another hash', () => 'exec openssl dgst -sha512 -sign "$BESURE_SEAT_KEY"', 'invalid-key'],
    ['no key, the holder having said no', () => 'exit 2', 'program'],
    ['what it was given, which it never read', () => 'exec 0<&-; echo no signature', 'invalid-key'],
  ])('signs nothing with %s', async (name, sign, code) => {
    const path = program(
      `signs with ${name}`,
      `case "$1" in public-key) exec openssl pkey -in "$BESURE_SEAT_KEY" -pubout ;; *) ${sign()} ;; esac`,
    );
    const seat = await openSeatProgram(path);
    expect(await codeOf(seat.sign('header.payload'.repeat(10_000)))).toBe(code);
  });
});
