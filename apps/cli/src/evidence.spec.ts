import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from '@besure/verification';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

const VECTORS = join(import.meta.dirname, '../../../vectors/evidence');
const vector = JSON.parse(readFileSync(join(VECTORS, 'valid/complete.json'), 'utf8')) as {
  readonly evidence: string;
  readonly trust: string;
  readonly document: string;
};

const folder = mkdtempSync(join(tmpdir(), 'besure-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const EVIDENCE = file('evidence.json', vector.evidence);
const TRUST = join(VECTORS, vector.trust);
const DOCUMENT = file('document.pdf', Buffer.from(vector.document, 'base64url'));

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

async function verdictOf(evidence: string, ...args: string[]): Promise<{ status: number; verdict: Verdict }> {
  const { status, out } = await besure('verify', evidence, '--json', ...args);
  return { status, verdict: JSON.parse(out) as Verdict };
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('besure verify, on evidence with everything shown', () => {
  it('prints a text for people, with exit status 0', async () => {
    const { status, out, err } = await besure('verify', EVIDENCE, '--trust', TRUST, '--document', DOCUMENT);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out.split('\n')[0]).toBe('PROVEN');
    expect(out).toContain('85.07.30-033.28');
  });

  it('prints the verdict alone with --json', async () => {
    const { status, verdict } = await verdictOf(EVIDENCE, '--trust', TRUST);
    expect(status).toBe(0);
    expect(verdict).toMatchObject({
      result: 'proven',
      statedBy: 'alpha',
      agreedBy: 'exchange',
      claims: { sender: { scheme: 'urn:be:kbo', id: '0123.456.789' }, corrects: null },
      hidden: [],
    });
  });

  it('refuses a flipped bit, wherever it is, with exit status 1', async () => {
    const bytes = readFileSync(EVIDENCE);
    for (let at = 0; at < bytes.length; at += 1499) {
      const changed = Uint8Array.from(bytes);
      changed[at]! ^= 1 << (at % 8);
      const { status, verdict } = await verdictOf(file('flipped.json', changed), '--trust', TRUST);
      expect({ at, status, result: verdict.result }).toEqual({ at, status: 1, result: 'bad' });
    }
  });

  it('refuses another document with exit status 1', async () => {
    const other = file('other.pdf', Buffer.concat([readFileSync(DOCUMENT), Buffer.from('\n')]));
    const { status, verdict } = await verdictOf(EVIDENCE, '--trust', TRUST, '--document', other);
    expect({ status, code: verdict.code }).toEqual({ status: 1, code: 'document-differs' });
  });

  it('says where a newer trust file is, where the given one is too old', async () => {
    const old = JSON.parse(
      readFileSync(join(VECTORS, 'invalid/trust-too-old.json'), 'utf8'),
    ) as typeof vector;
    const { status, out } = await besure(
      'verify',
      file('new.json', old.evidence),
      '--trust',
      join(VECTORS, old.trust),
    );
    expect(status).toBe(2);
    expect(out).toContain('they are too old to judge it by');
    expect(out).not.toMatch(/genuine/i);
    expect(out).toContain('curl HUB/v1/trust >TRUST');
  });

  it('tells good evidence that the trust file does not accept, with exit status 2', async () => {
    const text = readFileSync(TRUST, 'utf8').replace(/"leastAssurance": ?"[^"]*"/, (all) =>
      all.replace(/"[^"]*"$/, '"time-stamped"'),
    );
    const { status, verdict } = await verdictOf(EVIDENCE, '--trust', file('strict.json', text));
    expect({ status, code: verdict.code }).toEqual({ status: 2, code: 'assurance-too-low' });
  });
});

describe('besure verify, on the evidence under examples/', () => {
  const EXAMPLES = join(import.meta.dirname, '../../../examples/evidence');
  const readme = readFileSync(join(EXAMPLES, 'README.md'), 'utf8');
  const rows = [...readme.matchAll(/^\| `(\S+)` *\| (\d) *\| `(\S+)`/gm)].map(
    ([, name = '', status = '', code = '']) => ({ name, status: Number(status), code }),
  );

  it('which its README lists', () => {
    const files = readdirSync(EXAMPLES).filter(
      (name) => !/^(?:README\.md|trust\.json|document\.pdf)$/.test(name),
    );
    expect(rows.map(({ name }) => name).toSorted()).toEqual(files.toSorted());
  });

  it.each(rows)('$name: exit status $status, code $code', async ({ name, status, code }) => {
    const found = await verdictOf(join(EXAMPLES, name), '--trust', join(EXAMPLES, 'trust.json'));
    expect({ status: found.status, code: found.verdict.code }).toEqual({ status, code });
  });

  it('says who outside the circle saw it, and whose key is in doubt', async () => {
    const trust = ['--trust', join(EXAMPLES, 'trust.json')];
    const stamped = await verdictOf(
      join(EXAMPLES, 'time-stamped.json'),
      ...trust,
      '--document',
      join(EXAMPLES, 'document.pdf'),
    );
    expect(stamped.verdict).toMatchObject({ result: 'proven', assurance: 'time-stamped' });
    const { out } = await besure('verify', join(EXAMPLES, 'key-compromised.json'), ...trust);
    expect(out).toContain('The key in question is that of Alpha Social Services');
  });
});

describe('besure disclose, on evidence with everything shown', () => {
  it('hides for good what is not to be shown, and what is left still proves', async () => {
    const out = join(folder, 'new folder', 'less.json');
    const { status } = await besure('disclose', EVIDENCE, '--show', 'event,time', '--out', out);
    expect(status).toBe(0);
    expect(readFileSync(out, 'utf8')).not.toContain(Buffer.from('85.07.30-033.28').toString('base64url'));
    const { status: verified, verdict } = await verdictOf(out, '--trust', TRUST);
    expect(verified).toBe(0);
    expect(verdict.claims).toMatchObject({ time: '2026-11-22T18:21:00.123Z', sender: null, document: null });
    expect(verdict.hidden).toHaveLength(8);
    // What is hidden cannot be shown again.
    const again = await besure('disclose', out, '--show', 'event,sender', '--out', join(folder, 'more.json'));
    expect(again).toMatchObject({ status: 1, out: '' });
    expect(again.err).toContain('sender');
  });

  it('can hide everything', async () => {
    const out = join(folder, 'nothing.json');
    const answer = await besure('disclose', EVIDENCE, '--show', '', '--out', out, '--json');
    expect(JSON.parse(answer.out)).toMatchObject({ out, shown: [] });
    expect((await verdictOf(out, '--trust', TRUST)).verdict.hidden).toHaveLength(10);
  });

  it('refuses a name that is no claim with exit status 64, and a place it cannot write to with 73', async () => {
    const { status, err } = await besure(
      'disclose',
      EVIDENCE,
      '--show',
      'everything',
      '--out',
      join(folder, 'x'),
    );
    expect(status).toBe(64);
    expect(err).toContain('everything');
    expect(await besure('disclose', EVIDENCE, '--show', 'event', '--out', folder)).toMatchObject({
      status: 73,
    });
  });
});
