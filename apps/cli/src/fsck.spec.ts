import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FSCK_RULES, type FsckReport } from '@besure/fsck';
import { afterAll, describe, expect, it } from 'vitest';
import { fsckReportText } from './fsck-report-text.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'besure-cli-fsck-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TRUST = join(import.meta.dirname, '../../../examples/evidence/trust.json');
const IO = { coloured: false, width: null, err: () => undefined, out: () => undefined };

async function besure(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const status = await run(['fsck', ...args], {
    ...IO,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
  });
  return { status, out, err };
}

describe('besure fsck', () => {
  const zone = ['--zone', 'alpha', '--trust', TRUST, '--database', 'postgres://127.0.0.1:1/alpha'];

  it.each([
    ['an argument', ['alpha'], 'alpha'],
    ['a sample that is no number', ['--sample', 'some'], '--sample'],
    ['parts of one zone without its name', ['--database', 'postgres://127.0.0.1/alpha'], '--zone'],
    ['a hub without a zone', ['--hub', 'https://hub.example'], '--zone'],
    ['a zone without a trust file', ['--zone', 'alpha', '--database', 'x'], '--trust'],
    ['a zone that is no organisation', [...zone, '--zone', 'nobody'], 'nobody'],
    ['an archive without a token', [...zone, '--archive', 'https://archive.example'], '--token-file'],
    ['a hub that is no URL', [...zone, '--hub', 'hub'], '--hub'],
  ])('refuses %s with exit status 64', async (_what, args, named) => {
    const { status, out, err } = await besure(...args);
    expect({ status, out }).toEqual({ status: 64, out: '' });
    expect(err).toContain(named);
  });

  it('tells a file that is not there, one that is no trust file, and a database that does not answer', async () => {
    const broken = join(folder, 'trust.json');
    writeFileSync(broken, '{}');
    expect(await besure(...zone, '--trust', join(folder, 'none'))).toMatchObject({ status: 66, out: '' });
    expect(await besure(...zone, '--trust', broken)).toMatchObject({ status: 78, out: '' });
    const { status, err } = await besure(...zone);
    expect(status).toBe(69);
    expect(err).toContain('127.0.0.1:1/alpha');
  });
});

describe('the report for people', () => {
  const clean: FsckReport = {
    ok: true,
    acknowledged: 5,
    states: { complete: 2, record: 2 },
    underway: 1,
    copiesUnderway: 0,
    evidenceVerified: 2,
    consumers: [],
    deadLetters: [],
    findings: [],
    checks: [
      { zone: 'alpha', rule: 'event-lost', broken: 0 },
      { zone: 'hub', rule: 'hub-log', broken: 0 },
    ],
  };

  it('counts, and says of a clean network that it is clean', () => {
    const text = fsckReportText(IO, clean);
    expect(text).toContain('5 events acknowledged: 2 complete, 2 record, 1 under way\n');
    expect(text).toMatch(/^event-lost +ok$/m);
    expect(text).toMatch(/CLEAN[^\n]*\n$/);
  });

  it('names zone, rule and subject of each finding, and tells how many are not shown', () => {
    const finding = {
      zone: 'alpha',
      rule: 'event-lost',
      subject: 'an id\u001b[2J',
      detail: 'of nothing',
    } as const;
    const checks = [{ zone: 'alpha', rule: 'event-lost', broken: 7 }] as const;
    const text = fsckReportText(IO, { ...clean, ok: false, findings: [finding], checks });
    expect(text).toContain('BROKEN: 7 findings\nalpha  event-lost  an id\\u001b[2J: of nothing\nand 6 more');
    expect(text).toMatch(/^event-lost +7$/m);
    expect(FSCK_RULES[finding.rule]).toContain('Every acknowledged event');
  });

  it('tells of consumers that stand still, and of dead letters', () => {
    const consumer = { zone: 'alpha', consumer: 'archive', source: 'proof', lag: 3, oldestSeconds: 90 };
    const dead = { zone: 'beta', consumer: 'intake', source: 'proof', waiting: 2 };
    const text = fsckReportText(IO, { ...clean, consumers: [consumer], deadLetters: [dead] });
    expect(text).toContain('alpha: archive has not read 3 events of proof, the oldest of them since 90 s');
    expect(text).toContain('beta: 2 events of proof wait as dead letters of intake');
  });
});
