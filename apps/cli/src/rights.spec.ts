import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSeatKey, nodePrimitives } from '@besure/keys';
import { FolderLog } from '@besure/log-store';
import {
  CompactRange,
  encodeBase64,
  encodeBase64url,
  encodeEntryBundle,
  formatCheckpoint,
  leafHash,
  utf8Encode,
} from '@besure/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

const { sha256 } = nodePrimitives;
const folder = mkdtempSync(join(tmpdir(), 'besure-cli-rights-'));
const GENESIS = 'ab'.repeat(32);

afterAll(() => rmSync(folder, { recursive: true }));

async function besure(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const status = await run(args, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    coloured: false,
    width: null,
  });
  return { status, out, err };
}

/** A log in a folder, with one entry; nobody has signed its checkpoint. */
async function logWith(name: string, entry: string, shown = entry): Promise<string> {
  const log = new FolderLog(join(folder, name));
  const range = new CompactRange(sha256);
  range.append(leafHash(utf8Encode(entry), sha256));
  await log.write('tile/entries/000.p/1', encodeEntryBundle([utf8Encode(shown)]));
  const line = `— nobody ${encodeBase64(Buffer.from('nobody.signature'))}`;
  await log.writeCheckpoint(
    formatCheckpoint({ origin: 'test.example', size: 1, root: range.root() }, [line]),
  );
  return log.name;
}

describe('./besure rights verify', () => {
  const verify = (log: string): ReturnType<typeof besure> =>
    besure('rights', 'verify', '--log', log, '--genesis', GENESIS);

  it('says what is missing', async () => {
    for (const args of [['verify'], ['verify', '--log', folder], ['look'], []])
      expect((await besure('rights', ...args)).status).toBe(64);
    const short = await besure('rights', 'verify', '--log', folder, '--genesis', 'abc');
    expect([short.status, short.err]).toEqual([64, expect.stringContaining('64 hexadecimal digits')]);
    expect((await verify(join(folder, 'nothing'))).status).toBe(66);
  });

  it('refuses entries that were altered, and those that are none', async () => {
    const altered = await verify(await logWith('altered', 'an entry', 'another entry'));
    expect([altered.status, altered.err]).toEqual([1, expect.stringContaining('do not have the root')]);
    const foreign = await verify(await logWith('foreign', 'of another log'));
    expect([foreign.status, foreign.err]).toEqual([1, expect.stringContaining('entries of another kind')]);
  });
});

describe('./besure keys seat', () => {
  const passphrase = join(folder, 'passphrase');
  const key = join(folder, 'seat.age');
  const make = (): ReturnType<typeof besure> =>
    besure('keys', 'seat', '--out', key, '--passphrase-file', passphrase);

  beforeAll(() => writeFileSync(passphrase, 'correct horse\n'));

  it('makes a key that the passphrase opens, prints its public half, and overwrites nothing', async () => {
    const made = await make();
    expect(made.status).toBe(0);
    expect(statSync(key).mode & 0o777).toBe(0o600);
    const { publicKey } = await loadSeatKey(key, 'correct horse');
    expect(made.out).toBe(`${encodeBase64url(publicKey)}\n`);
    expect((await make()).status).toBe(73);
  });

  it('wants a passphrase', async () => {
    const none = await besure('keys', 'seat', '--out', join(folder, 'none.age'));
    expect([none.status, none.err]).toEqual([64, expect.stringContaining('--passphrase-file is missing')]);
  });
});

describe('./besure mirror --log', () => {
  it('knows two logs', async () => {
    const { status, err } = await besure('mirror', join(folder, 'm'), '--log', 'else', '--url', 'http://h');
    expect([status, err]).toEqual([64, expect.stringContaining('--log must be proofs or rights')]);
  });
});
