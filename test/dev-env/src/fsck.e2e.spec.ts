import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { fsck, type FsckReport, type LedgerBlocks } from '@besure/fsck';
import type { ShortName } from '@besure/protocol';
import { freePort, startPostgres } from '@besure/testing';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DocumentEventData, documentEvent } from './back-office.js';
import { zoneDatabaseUrl } from './databases.js';
import { damaged } from './fsck-damage/damaged.js';
import { DAMAGES } from './fsck-damage/damages.js';
import { fsckNetwork, fsckOptionsOf, waitUntilSettled } from './fsck.js';
import { inProcess } from './host.js';
import type { Network } from './network.js';
import { networkForTests } from './network-for-tests.js';
import { newDocument } from './new-document.js';
import { hubLogOf } from './run-file.js';

const CLI = resolve(import.meta.dirname, '../../../apps/cli/dist/main.js');

const running = networkForTests('fsck', { hubs: 2, host: inProcess });
let network: Network;

beforeAll(async () => {
  network = running.network;
  for (const to of ['beta', 'beta', 'alpha'])
    await deliver('alpha', to, ['sent', 'made-available', 'received']);
  await deliver('beta', 'alpha', ['sent', 'made-available', 'received']);
  // What alpha states is not what the exchange recorded; and it states it twice.
  const told = await tell('exchange', 'sent', newDocument('alpha', 'beta'));
  const document = { ...told.document, size: 2 };
  await tell('alpha', 'sent', { ...told, document }, TIME);
  await tell('alpha', 'sent', { ...told, document }, TIME);
  await waitUntilSettled(network, 200_000);
}, 300_000);

const TIME = new Date();

async function tell(
  organisation: string,
  event: ShortName,
  data: DocumentEventData,
  time = new Date(),
): Promise<DocumentEventData> {
  await network
    .backOffice(organisation)
    .send(documentEvent({ organisation, event, id: randomUUID(), time, data }));
  return data;
}

/** What both sides tell, and the exchange records. */
async function deliver(from: string, to: string, events: readonly ShortName[]): Promise<void> {
  const data = newDocument(from, to);
  for (const event of events) {
    await tell('exchange', event, data);
    await tell(event === 'sent' ? from : to, event, data);
  }
}

/** Statements of an organisation that are complete. */
async function statementsOf(organisation: string): Promise<string[]> {
  const statements: string[] = [];
  for await (const { state, evidence } of network.backOffice(organisation).everyEvent()) {
    if (state === 'complete' && evidence !== null) statements.push(evidence);
  }
  return statements;
}

function rulesOf({ findings }: FsckReport): string[] {
  return [...new Set(findings.map(({ zone, rule }) => `${zone} ${rule}`))].toSorted();
}

it('finds nothing in a network that is whole, and counts how its events ended', async () => {
  const report = await fsckNetwork(network, { ledger: true });
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({
    ok: true,
    acknowledged: 27,
    states: { complete: 12, 'one-sided': 1, record: 13, repeat: 1 },
    underway: 0,
    copiesUnderway: 0,
    evidenceVerified: 13,
  });
});

it('finds nothing in a network at work, however often it looks', async () => {
  let ended = false;
  const work = Promise.all(
    Array.from({ length: 6 }, () => deliver('alpha', 'beta', ['sent', 'made-available', 'received'])),
  ).finally(() => (ended = true));
  const seen: number[] = [];
  while (!ended || seen.at(-1) !== 0) {
    const { findings, underway } = await fsckNetwork(network, { sample: 0 });
    expect(findings).toEqual([]);
    seen.push(underway);
  }
  await work;
  expect(Math.max(...seen)).toBeGreaterThan(0);
});

it('looks at one organisation alone, and takes nothing of the others for missing', async () => {
  const options = fsckOptionsOf(network);
  const zones = options.zones.filter(({ organisation }) => organisation === 'alpha');
  const report = await fsck({ ...options, zones, hubs: [] });
  expect(report.findings).toEqual([]);
  expect(report.acknowledged).toBeGreaterThan(0);
  expect(new Set(report.checks.map(({ zone }) => zone))).toEqual(new Set(['alpha']));
});

it('finds evidence that cannot be fetched, is that of another statement, or does not verify', async () => {
  const options = fsckOptionsOf(network);
  const zone = options.zones.find(({ organisation }) => organisation === 'beta')!;
  const [missing, another, changed] = (await statementsOf('beta')) as [string, string, string];
  const office = network.backOffice('beta');
  const server = createServer((request, response) => {
    const id = request.url!.split('/').at(-1)!;
    const text = office.evidence(id === another ? missing : id);
    void text.then((evidence) => {
      response.statusCode = id === missing ? 404 : 200;
      response.end(id === changed ? evidence.replace('"height": ', '"height": 1') : evidence);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const archive = { ...zone.archive!, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const { findings, evidenceVerified } = await fsck({
      ...options,
      zones: [{ ...zone, archive }],
      hubs: [],
    });
    expect(
      Object.fromEntries(findings.map(({ rule, subject, detail }) => [subject, `${rule}: ${detail}`])),
    ).toEqual({
      [missing]: 'evidence: the archive answers 404',
      [another]: `evidence: it is the evidence of ${missing}`,
      [changed]: expect.stringMatching(/^evidence: not-in-log/) as string,
    });
    expect(evidenceVerified).toBeGreaterThanOrEqual(3);
  } finally {
    server.close();
  }
});

it('finds a hub that serves another log than it has signed', async () => {
  const client = new pg.Client({ connectionString: zoneDatabaseUrl(network.postgres.url, 'hub-2') });
  await client.connect();
  const flip = (): Promise<unknown> =>
    client.query(
      'UPDATE ledger_writer.log_leaf SET entry = set_byte(entry, 40, get_byte(entry, 40) # 1) WHERE index = 2',
    );
  try {
    await flip();
    const report = await fsck({ ...fsckOptionsOf(network, { sample: 0 }), zones: [] });
    expect(rulesOf(report)).toEqual(['hub-2 hub-log']);
    expect(report.findings.map(({ subject }) => subject)).toContain('leaf 2');
  } finally {
    await flip();
    await client.end();
  }
});

it('says nothing where it cannot look', async () => {
  const options = fsckOptionsOf(network, { sample: 1 });
  const [zone] = options.zones;
  const nowhere = `127.0.0.1:${await freePort()}`;
  const inZone = (change: object): Promise<FsckReport> =>
    fsck({ ...options, zones: [{ ...zone!, ...change }], hubs: [] });
  await expect(inZone({ database: `postgres://${nowhere}/alpha` })).rejects.toMatchObject({
    code: 'unreachable',
  });
  await expect(inZone({ database: network.postgres.url })).rejects.toMatchObject({ code: 'not-a-zone' });
  await expect(inZone({ archive: { ...zone!.archive!, url: `http://${nowhere}` } })).rejects.toMatchObject({
    code: 'unreachable',
  });
  await expect(inZone({ archive: { ...zone!.archive!, token: 'of somebody else' } })).rejects.toMatchObject({
    code: 'unreachable',
  });
  const hubs = [{ id: 'hub', logUrl: `http://${nowhere}/log/proofs` }];
  await expect(fsck({ ...options, zones: [], hubs })).rejects.toMatchObject({ code: 'unreachable' });
});

/** The reader that operators are told to make. */
async function reader(database: string): Promise<string> {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/operations.md'), 'utf8');
  const [, sql = ''] = /```sql\n([^`]*)```/.exec(page) ?? [];
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  await client.query(sql.replace('...', 'secret'));
  await client.end();
  return Object.assign(new URL(database), { username: 'besure_fsck', password: 'secret' }).href;
}

it('is a command, for one organisation, with the rights of a reader', async () => {
  const { database, archive } = fsckOptionsOf(network).zones.find(
    ({ organisation }) => organisation === 'alpha',
  )!;
  const [trust, readOnly] = [join(running.folder, 'trust.json'), await reader(database)];
  const args = [
    '--zone',
    'alpha',
    '--trust',
    trust,
    '--archive',
    archive!.url,
    '--token-file',
    network.tokens['alpha']!,
  ];
  const besure = (...more: string[]): Promise<{ status: unknown; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const env = { PATH: process.env['PATH'], BESURE_DATABASE_URL: readOnly };
      execFile(process.execPath, [CLI, 'fsck', ...args, ...more], { env }, (error, stdout, stderr) =>
        resolve({ status: error === null ? 0 : error.code, stdout, stderr }),
      );
    });
  const hubs = network.charter.hubs.map(({ id }) => hubLogOf(network.services, id));
  const clean = await besure('--sample', 'all', ...hubs.flatMap((url) => ['--hub', url]));
  expect(clean).toMatchObject({ status: 0, stderr: '' });
  expect(clean.stdout).toContain('CLEAN');
  const subject = '00000000-0000-7000-8000-0000000000ff';
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  try {
    await client.query(`INSERT INTO intake.event_state (event, accepted_at) VALUES ('${subject}', now())`);
    const broken = await besure('--json');
    expect(broken).toMatchObject({ status: 1, stderr: '' });
    expect(JSON.parse(broken.stdout)).toMatchObject({
      ok: false,
      findings: [{ zone: 'alpha', rule: 'without-event', subject }],
    });
    expect((await besure()).stdout).toContain(subject);
  } finally {
    await client.query(`DELETE FROM intake.event_state WHERE event = '${subject}'`);
    await client.end();
  }
  expect(await besure('--database', 'postgres://127.0.0.1:1/alpha')).toMatchObject({
    status: 69,
    stdout: '',
  });
});

it('finds what is not in the ledger', async () => {
  const { blockCount, rawBlock } = {
    blockCount: () => network.ledger.blockCount(),
    rawBlock: (height: number) => network.ledger.rawBlock(height),
  };
  const checked = async (ledger: LedgerBlocks): Promise<string[]> =>
    rulesOf(await fsck({ ...fsckOptionsOf(network, { sample: 0 }), ledger }));
  expect(await checked({ blockCount, rawBlock })).toEqual([]);
  // A ledger in which nothing of it is.
  const everyone = ['alpha', 'beta', 'exchange', 'hub', 'hub-2'].map((zone) => `${zone} hub-log`);
  expect(await checked({ blockCount: () => Promise.resolve(0), rawBlock })).toEqual(everyone);
});

describe('finds, of one fault, all that is wrong and nothing else', () => {
  // In databases at rest: nothing heals meanwhile, or grows.
  beforeAll(async () => {
    const { folder: data, url } = network.postgres;
    await network.stop();
    const postgres = await startPostgres({ folder: data, port: Number(new URL(url).port) });
    return () => postgres.stop();
  });

  it('says nothing where a newer release has written events', async () => {
    const sql = "UPDATE intake.event SET type = 'EventsAccepted.v99' WHERE position = 1";
    const open = damaged({ zone: 'alpha', sql }, () => undefined);
    const newer = fsck({ ...fsckOptionsOf(network, { sample: 0 }), hubs: [], open });
    await expect(newer).rejects.toMatchObject({ code: 'newer-release' });
  });

  it.each(DAMAGES)('$zone: $what', async (damage) => {
    let subject: string | undefined;
    const { zones, ...options } = fsckOptionsOf(network, { sample: 0 });
    const report = await fsck({
      ...options,
      zones: zones.filter(({ organisation }) => organisation !== 'beta' || damage.zone === 'exchange'),
      hubs: [],
      open: damaged(damage, (named) => (subject = named)),
    });
    expect(rulesOf(report), JSON.stringify(report.findings, null, 1)).toEqual(damage.found);
    expect(report.ok).toBe(damage.found.length === 0);
    if (subject !== undefined) {
      expect(report.findings.filter((one) => `${one.subject} ${one.detail}`.includes(subject!))).not.toEqual(
        [],
      );
    }
  });
});
