import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatTrust, trustOf } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { openTrust, verify } from '@besure/verification';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from './demo/report.js';
import { demo } from './run-demo.js';

/** Written from the specifications alone, with no code of ours. */
const INDEPENDENT = join(import.meta.dirname, '../../conformance/python/verify.py');

let folder: string;
let out: string;
let report: Report;
let shown = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besure-demo-spec-'));
  out = join(folder, 'out');
  const documents = join(folder, 'documents');
  mkdirSync(join(documents, 'a folder'), { recursive: true });
  writeFileSync(join(documents, 'Lettre à l’Échevin – n° 7.txt'), 'Monsieur, …');
  writeFileSync(join(documents, 'empty'), '');
  writeFileSync(join(documents, 'a folder', 'scan.pdf'), new Uint8Array(100_000).fill(7));
  writeFileSync(join(documents, 'it\'s "quoted".csv\u001b[2J'), 'a;b\n');
  report = await demo({
    documents,
    examples: '',
    out,
    write: (text) => (shown += text),
    coloured: false,
    signal: new AbortController().signal,
  });
}, 200_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the demo with a folder of files that nobody has seen before', () => {
  it('finds every check to hold', () => {
    expect(report.checks.filter((check) => !check.ok)).toEqual([]);
    expect(report).toMatchObject({ documents: 4, statements: 12, evidenceVerified: 12, tamperedRefused: 12 });
    expect(report.governance).toEqual({ proposals: 2, accepted: 1, refused: 1 });
    expect(report.bytesPerItem).toBeLessThanOrEqual(400);
    expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toEqual(report);
  });

  it('leaves evidence that verifies from its files alone, and forgeries that do not', () => {
    const trust = readFileSync(join(out, 'trust.json'), 'utf8');
    const verdicts = (part: string): string[] =>
      readdirSync(join(out, part)).map(
        (name) =>
          verify(readFileSync(join(out, part, name), 'utf8'), trust, { primitives: nodePrimitives }).result,
      );
    expect(verdicts('evidence')).toEqual(Array.from({ length: 12 }, () => 'proven'));
    expect(verdicts('tampered')).toEqual(Array.from({ length: 12 }, () => 'bad'));
    expect(verdicts('views')).toEqual(['proven', 'proven', 'proven']);
    expect(readdirSync(join(out, 'evidence')).filter((name) => name.endsWith('.refused.json'))).toHaveLength(
      1,
    );
    expect(readdirSync(join(out, 'evidence')).filter((name) => name.endsWith('.expired.json'))).toHaveLength(
      1,
    );
    expect(readdirSync(join(out, 'ledger'))).toHaveLength(report.ledgerItems);
  });

  it('leaves evidence that an independent verifier judges alike', () => {
    const judge = (part: string): { status: number | null; said: string } => {
      const files = readdirSync(join(out, part)).map((name) => join(out, part, name));
      const { status, stdout, stderr } = spawnSync(
        'python3',
        ['-B', INDEPENDENT, ...files, '--trust', join(out, 'trust.json')],
        { encoding: 'utf8' },
      );
      return { status, said: stdout + stderr };
    };
    for (const part of ['evidence', 'views']) {
      const { status, said } = judge(part);
      expect(status, said).toBe(0);
    }
    const { status, said } = judge('tampered');
    expect(status).toBe(1);
    expect(said.match(/\bbad\b/g)).toHaveLength(12);
  });

  it('leaves evidence of the first document of who was admitted, which nothing proves by the first charter', () => {
    const text = readFileSync(join(out, 'board', 'first-letter.txt.sent.json'), 'utf8');
    const trust = readFileSync(join(out, 'trust.json'), 'utf8');
    const options = { primitives: nodePrimitives };
    expect(verify(text, trust, options)).toMatchObject({ result: 'proven', statedBy: 'gamma' });
    const { charter } = openTrust(trust, nodePrimitives);
    const organisations = charter.organisations.filter(({ id }) => id !== 'gamma');
    const first = formatTrust(trustOf({ ...charter, organisations }));
    expect(verify(text, first, options)).toMatchObject({ result: 'bad', code: 'issuer-unknown' });
  });

  it('shows the timeline, the table, the views and the bytes to people', () => {
    for (const part of [
      'What became of them',
      'scan.pdf',
      'Nothing opened',
      'a reader learns',
      'gamma applies; alpha proposes to admit it',
      '2 of 2 hubs on the infrastructure of this-machine, at most max(1, floor(50 % of 2)) = 1',
      'nothing is left listening',
    ]) {
      expect(shown).toContain(part);
    }
  });

  it('shows the name of a file and does not obey it', () => {
    expect(shown).toContain('it\'s "quoted".csv\\u001b[2J');
    expect(shown).not.toContain('\u001b');
  });
});
