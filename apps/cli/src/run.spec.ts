import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERDICT_CODES } from '@besure/verification';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'besure-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command line as the process would, and collects what it prints. */
async function besure(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await run(args, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    coloured: false,
    width: null,
  });
  return { status, out, err };
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('besure', () => {
  it('lists its commands on request, and on the wrong side of a missing or unknown one', async () => {
    expect(await besure('--help')).toMatchObject({ status: 0, err: '' });
    expect((await besure('help')).out).toContain('verify');
    expect(await besure()).toMatchObject({ status: 64, out: '' });
    const unknown = await besure('prove');
    expect(unknown).toMatchObject({ status: 64, out: '' });
    expect(unknown.err).toContain('there is no command "prove"');
    expect(await besure('constructor')).toMatchObject({ status: 64 });
  });

  it('shows names from elsewhere and does not obey them', async () => {
    const { status, err } = await besure('verify', join(folder, 'a\u001b[2J.json'), '--trust', 't');
    expect(status).toBe(66);
    expect(err).toContain('a\\u001b[2J.json: no such file');
    expect((await besure('\u0007')).err).toContain('there is no command "\\u0007"');
  });

  it('tells how a command is written', async () => {
    const { status, out } = await besure('verify', '--help');
    expect(status).toBe(0);
    expect(out).toContain('usage: ./besure verify EVIDENCE --trust TRUST');
  });
});

describe('besure verify', () => {
  it.each([
    [['verify'], 'EVIDENCE is missing'],
    [['verify', 'a', 'b', '--trust', 't'], 'one EVIDENCE only'],
    [['verify', file('e.json', '{}')], '--trust is missing'],
    [['verify', 'a', '--trusted', 't'], '--trusted'],
    [['verify', join(folder, 'missing.json')], '--trust is missing'],
    [['verify', 'a', '--trust'], '--trust'],
    [['verify', 'a', '--codes'], '--codes stands alone'],
  ])('refuses %j with exit status 64', async (args, reason) => {
    const { status, out, err } = await besure(...args);
    expect({ status, out }).toEqual({ status: 64, out: '' });
    expect(err).toContain(reason);
    expect(err).toContain('usage: ./besure verify');
  });

  it('names a file that cannot be read, with exit status 66', async () => {
    const missing = join(folder, 'missing.json');
    const there = file('there.json', '{}');
    for (const args of [
      [missing, '--trust', there],
      [there, '--trust', missing],
      [there, '--trust', there, '--document', missing],
    ]) {
      expect(await besure('verify', ...args)).toEqual({
        status: 66,
        out: '',
        err: `besure: ${missing}: no such file\n`,
      });
    }
    expect((await besure('verify', folder, '--trust', there)).err).toContain('is a folder');
  });

  it('says that a file which is no evidence proves nothing, with exit status 1', async () => {
    const bytes = file('bytes.bin', Uint8Array.of(0xff, 0xfe, 0x00));
    const text = file('text.json', '{"format":"besure-evidence-v1"}');
    for (const evidence of [bytes, text]) {
      const { status, out } = await besure('verify', evidence, '--trust', text);
      expect(status).toBe(1);
      expect(out).toContain('PROVES NOTHING');
      const json = await besure('verify', evidence, '--trust', text, '--json');
      expect(json).toMatchObject({ status: 1, err: '' });
      expect(JSON.parse(json.out)).toMatchObject({ result: 'bad' });
    }
  });

  it('prints the closed list of codes', async () => {
    const { status, out } = await besure('verify', '--codes');
    expect(status).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(Object.keys(VERDICT_CODES));
    expect(JSON.parse((await besure('verify', '--codes', '--json')).out)).toEqual(VERDICT_CODES);
  });
});

describe('besure disclose', () => {
  it.each([
    [['disclose', 'e'], '--out is missing'],
    [['disclose', 'e', '--out', 'o'], '--show is missing'],
    [['disclose', '--show', 'event', '--out', 'o'], 'EVIDENCE is missing'],
  ])('refuses %j with exit status 64', async (args, reason) => {
    const { status, err } = await besure(...args);
    expect(status).toBe(64);
    expect(err).toContain(reason);
  });

  it('discloses nothing from a file that is no evidence, with exit status 1', async () => {
    const { status, out } = await besure('disclose', file('no.json', '{}'), '--show', 'event', '--out', 'o');
    expect({ status, out }).toEqual({ status: 1, out: '' });
  });
});
