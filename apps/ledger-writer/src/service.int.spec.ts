import { EventStore, migrate, openDataSource } from '@besure/event-store';
import { formatCharter } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { parseHex, toHex } from '@besure/ledger-tx';
import { HttpLogSource, LogFollower, logMigrations, LogStore } from '@besure/log-store';
import { connectBus, inboxPrefixOf, onHint, request, type Bus, type Json } from '@besure/messaging';
import {
  parseCheckpoint,
  parseEntryBundle,
  parseItem,
  parseLogEntry,
  parseOutputsAnswer,
  parsePublishedTimeStamps,
  parseRightsEntry,
  parseSubmitAnswer,
  readRightsItem,
  SUBJECTS,
  utf8Decode,
} from '@besure/protocol';
import { runService, type RunningService } from '@besure/service';
import { apiFetch, freshDatabase, startNats, waitUntil, type Nats } from '@besure/testing';
import { judgeCheckpoint } from '@besure/verification';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { itemBy, makeNetwork, type TestMember, type TestNetwork } from '../contract/scripted-network.js';
import { signedNote } from '../contract/signed-note.js';
import type { LedgerWriterConfig } from './configuration.js';
import { migrations, SCHEMA } from './migrations.js';
import { buildWith, ledgerWriterService } from './service.js';
import { insertTimeStamp } from './time-stamps/rows.js';

let nats: Nats;
let network: TestNetwork;
let alpha: TestMember;
let service: RunningService;
let databaseUrl: string;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  nats = await startNats();
});

afterAll(() => nats.stop());

beforeEach(async () => {
  network = makeNetwork();
  [alpha] = network.members;
  databaseUrl = (await freshDatabase()).url;
  await migrate({ url: databaseUrl, schema: SCHEMA, migrations });
  service = await start();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function start(): Promise<RunningService> {
  const [key] = network.hubs;
  if (key === undefined) throw new Error('no hub');
  const config: LedgerWriterConfig = {
    http: { port: 0 },
    logLevel: 'error',
    databaseUrl,
    bus: { url: nats.url, credentialsFile: undefined },
    charter: network.charter,
    signer: key.signer,
    node: { url: 'http://127.0.0.1:1', user: 'unused', password: 'unused' },
    timeStamps: null,
  };
  const definition = {
    ...ledgerWriterService,
    build: (context: Parameters<typeof buildWith>[0]) => buildWith(context, network.chain),
  };
  const running = await runService(definition, config);
  cleanups.push(() => running.stop());
  return running;
}

function busOf(user: string): Bus {
  const bus = connectBus({ url: nats.url, name: user, inboxPrefix: inboxPrefixOf(user) });
  cleanups.push(() => bus.close());
  return bus;
}

/** Asks until the service has subscribed: both sides connect in their own time. */
async function ask(bus: Bus, subject: string, payload: Json): Promise<Record<string, unknown>> {
  return waitUntil({ what: `an answer on ${subject}` }, async () => {
    try {
      return await request(bus, subject, payload, { timeoutMillis: 5_000 });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'no-responders') return undefined;
      throw error;
    }
  });
}

async function found(): Promise<Record<string, unknown>> {
  const answer = await ask(busOf('rights'), SUBJECTS.found, {});
  network.chain.mineEmpty(3);
  await waitUntil({ what: 'the founding to be final' }, async () =>
    (await status()).height >= 1 ? true : undefined,
  );
  return answer;
}

async function status(): Promise<{ state: string; height: number; tip: number; hub: string }> {
  const response = await apiFetch(`${service.httpUrl}/v1/status`);
  return (await response.json()) as Awaited<ReturnType<typeof status>>;
}

/** The member's chain goes on from an output that the hub shows. */
async function nextItem(bus: Bus, slot: number): Promise<Uint8Array> {
  const answer = parseOutputsAnswer(await ask(bus, SUBJECTS.outputs(alpha.id), { address: alpha.address }));
  const [output] = answer.outputs;
  if (output === undefined) throw new Error('nothing to spend');
  const [found] = (await network.chain.listUnspent([alpha.address])).filter(
    (one) => one.txid === output.txid && one.vout === output.vout,
  );
  const input = { txid: output.txid, vout: output.vout, script: parseHex(found?.script ?? '') };
  return itemBy(alpha, network.chain.entity('proofs'), slot, undefined, input).raw;
}

describe('the log of rights', () => {
  it('begins with the charter when the network is founded, and takes notes that a member sent', async () => {
    await found();
    await waitUntil({ what: 'the charter at the node' }, () =>
      network.chain.waiting.length > 0 ? true : undefined,
    );
    network.chain.mineEmpty(3);
    const jws = signedNote(network, alpha, { kind: 'withdrawal', proposal: 'A'.repeat(43) });
    const malformed = ask(busOf('rights'), SUBJECTS.carry, { note: 'a.b.c' });
    await expect(malformed).rejects.toMatchObject({ refusal: 'invalid' });
    await ask(busOf('rights'), SUBJECTS.carry, { note: jws });
    await waitUntil({ what: 'the note at the node' }, () =>
      network.chain.waiting.length > 0 ? true : undefined,
    );
    network.chain.mineEmpty(3);
    const bundle = await waitUntil({ what: 'two entries' }, async () => {
      const response = await apiFetch(`${service.httpUrl}/log/rights/tile/entries/000.p/2`);
      return response.status === 200 ? new Uint8Array(await response.arrayBuffer()) : undefined;
    });
    const items = parseEntryBundle(bundle, 2).map((entry) => readRightsItem(parseRightsEntry(entry).item));
    expect(items.map(({ kind, content }) => [kind, utf8Decode(content)])).toEqual([
      ['charter', formatCharter(network.charter)],
      ['note', jws],
    ]);
    expect((await apiFetch(`${service.httpUrl}/log/rights/checkpoint`)).status).toBe(200);
  });
});

describe('founding', () => {
  it('creates the streams and grants what the charter says, after the addresses are imported, once', async () => {
    const first = await found();
    const { chain, charter, members } = network;
    const node = charter.hubs[0]!.nodeAddress;
    expect(first).toMatchObject({ created: ['proofs', 'rights'] });
    expect(chain.grants).toEqual([
      `${node} connect,send,receive,mine,admin`,
      `${node} rights.write`,
      ...members.flatMap(({ address }) => [`${address} send,receive`, `${address} proofs.write`]),
    ]);
    expect(chain.imported.size).toBe(3);
    expect(await ask(busOf('rights'), SUBJECTS.found, {})).toMatchObject({ created: [], granted: [] });
    expect(chain.grants).toHaveLength(8);
    const rights = await ask(busOf('rights'), SUBJECTS.permissions, {});
    expect(rights['permissions']).toHaveLength(15);
    expect(rights['streams']).toMatchObject([{ name: charter.ledger.streams.proofs }, { name: 'rights' }]);
  });

  it('does what a founding that was cut short left undone', async () => {
    await network.chain.createStream('proofs');
    await network.chain.grant(alpha.address, 'send');
    const answer = await found();
    expect(answer).toMatchObject({ created: ['rights'] });
    expect(network.chain.grants.slice(3, 5)).toEqual([
      `${alpha.address} receive`,
      `${alpha.address} proofs.write`,
    ]);
  });
});

describe('carrying', () => {
  it('shows what can be spent, carries the item, and the item comes back in the log', async () => {
    await found();
    const bus = busOf(alpha.id);
    const raw = await nextItem(bus, 1_001);
    const answer = await ask(bus, SUBJECTS.submit(alpha.id), { transactions: [toHex(raw)] });
    const [result] = parseSubmitAnswer(answer, 1);
    expect(result).toEqual({ txid: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    const again = await ask(bus, SUBJECTS.submit(alpha.id), { transactions: [toHex(raw)] });
    expect(parseSubmitAnswer(again, 1)).toEqual([result]);
    network.chain.mineEmpty(3);
    const note = await checkpoint();
    expect(judgeCheckpoint(note, network.charter, nodePrimitives)).toMatchObject({
      checkpoint: { size: 1 },
      hubs: ['hub-0'],
    });
  });

  it('answers one result per transaction: good ones stand beside bad ones', async () => {
    await found();
    const bus = busOf(alpha.id);
    const entity = network.chain.entity('proofs');
    const good = await nextItem(bus, 1_001);
    const [, beta] = network.members;
    const transactions = [
      itemBy(beta, entity, 1_001).raw,
      good,
      Buffer.from('00', 'hex'),
      itemBy(alpha, network.chain.entity('rights'), 1_001).raw,
      itemBy(alpha, entity, 1_002).raw,
    ].map((raw) => toHex(raw));
    const results = parseSubmitAnswer(await ask(bus, SUBJECTS.submit(alpha.id), { transactions }), 5);
    expect(results.map((result) => ('code' in result ? result.code : 'taken'))).toEqual([
      'publisher',
      'taken',
      'undecodable',
      'not-an-item',
      'missing-inputs',
    ]);
  });

  it.each<[string, (bus: Bus) => Promise<unknown>, string]>([
    [
      'another organisation’s address',
      (bus) => ask(bus, SUBJECTS.outputs('alpha'), { address: network.members[1].address }),
      'forbidden',
    ],
    [
      'what is no request',
      (bus) => ask(bus, SUBJECTS.submit('alpha'), { transactions: 'all of them' }),
      'invalid',
    ],
    ['an unknown organisation', (bus) => ask(bus, SUBJECTS.outputs('alpha'), { address: 'x' }), 'forbidden'],
  ])('refuses %s', async (_name, asking, refusal) => {
    await found();
    await expect(asking(busOf('alpha'))).rejects.toMatchObject({ code: 'refused', refusal });
  });

  it('refuses before the founding is final, and while the node is away; nothing is lost', async () => {
    const bus = busOf(alpha.id);
    const early = ask(bus, SUBJECTS.outputs(alpha.id), { address: alpha.address });
    await expect(early).rejects.toMatchObject({ refusal: 'not-founded' });
    await found();
    const raw = await nextItem(bus, 1_001);
    network.chain.down = true;
    const away = ask(bus, SUBJECTS.submit(alpha.id), { transactions: [toHex(raw)] });
    await expect(away).rejects.toMatchObject({ refusal: 'ledger-unavailable' });
    await waitUntil({ what: 'the outage to be shown' }, async () =>
      (await status()).state === 'waiting-for-node' ? true : undefined,
    );
    expect((await apiFetch(`${service.httpUrl}/health/ready`)).status).toBe(200);
    network.chain.down = false;
    const answer = await ask(bus, SUBJECTS.submit(alpha.id), { transactions: [toHex(raw)] });
    expect(parseSubmitAnswer(answer, 1)[0]).toHaveProperty('txid');
  });

  it('carries nothing for a ledger that left its history, and says so in its metrics', async () => {
    await found();
    const bus = busOf(alpha.id);
    const raw = await nextItem(bus, 1_001);
    network.chain.rewind(0);
    network.chain.mineEmpty(6);
    await waitUntil({ what: 'the halt' }, async () =>
      (await status()).state === 'halted' ? true : undefined,
    );
    const asking = ask(bus, SUBJECTS.submit(alpha.id), { transactions: [toHex(raw)] });
    await expect(asking).rejects.toMatchObject({ refusal: 'halted' });
    const metrics = await (await apiFetch(`${service.httpUrl}/metrics`)).text();
    expect(metrics).toMatch(/besure_alarms\{.*kind="deep-fork".*\} 1/);
  });
});

async function checkpoint(): Promise<string> {
  return waitUntil({ what: 'a checkpoint' }, async () => {
    const response = await apiFetch(`${service.httpUrl}/log/proofs/checkpoint`);
    return response.ok ? await response.text() : undefined;
  });
}

describe('serving the log', () => {
  async function grow(slots: number): Promise<void> {
    const entity = network.chain.entity('proofs');
    for (let slot = 1_001; slot <= 1_000 + slots; slot += 1) {
      network.chain.mine(network.members.map((member) => itemBy(member, entity, slot).raw));
    }
    network.chain.mineEmpty(2);
    await waitUntil({ what: 'the log' }, async () =>
      (await status()).height >= network.chain.height - 2 ? true : undefined,
    );
  }

  const get = (path: string) => apiFetch(`${service.httpUrl}/log/proofs/${path}`);

  it('with headers that let full tiles be kept for ever, and nothing but what exists', async () => {
    await found();
    expect((await get('checkpoint')).status).toBe(404);
    await grow(100);
    const note = await get('checkpoint');
    expect(note.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(note.headers.get('cache-control')).toBe('no-cache');
    const full = await get('tile/0/000');
    expect(full.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await full.arrayBuffer()).byteLength).toBe(256 * 32);
    const partial = await get('tile/entries/001.p/44');
    expect(partial.headers.get('cache-control')).toBe('public, max-age=60');
    expect((await partial.arrayBuffer()).byteLength).toBe(44 * 78);
    const missing = [
      'tile/0/001',
      'tile/entries/001.p/45',
      'tile/0/0',
      'tile/1/..%2f0',
      'tile/0/000?x',
      'tile/2/000',
    ];
    const statuses = await Promise.all(missing.map(async (path) => (await get(path)).status));
    expect(statuses).toEqual(missing.map(() => 404));
  });

  it('with the checkpoints of all sizes that were signed', async () => {
    await found();
    await grow(3);
    const newest = await (await get('checkpoint')).text();
    const sizes = await Promise.all(
      [3, 6, 9].map(async (size) => parseCheckpoint(await (await get(`checkpoint-at/${size}`)).text()).size),
    );
    expect(sizes).toEqual([3, 6, 9]);
    expect(await (await get('checkpoint-at/9')).text()).toBe(newest);
    const missing = ['checkpoint-at/4', 'checkpoint-at/03', 'checkpoint-at/x', 'checkpoint-at/0'];
    expect(await Promise.all(missing.map(async (path) => (await get(path)).status))).toEqual([
      404, 404, 404, 404,
    ]);
  });

  it('so that a follower copies it, and hints reach it', async () => {
    await found();
    const own = await freshDatabase();
    await migrate({ url: own.url, schema: 'archive', migrations: logMigrations('archive') });
    const dataSource = await openDataSource({ url: own.url, schema: 'archive' });
    cleanups.push(() => dataSource.destroy());
    const log = new LogStore({ schema: 'archive', log: 'proofs', origin: network.charter.log.origin });
    const copied: string[] = [];
    const follower = new LogFollower({
      store: new EventStore({ dataSource, schema: 'archive' }),
      log,
      sources: [new HttpLogSource(`${service.httpUrl}/log/proofs`)],
      accept: (note) => {
        const { forEvidence, recordedTime } = judgeCheckpoint(note, network.charter, nodePrimitives);
        if (forEvidence === null || recordedTime === null) throw new Error('no quorum');
        return forEvidence;
      },
      handler: async (_tx, { entries }) => {
        copied.push(...entries.map((bytes) => String(parseItem(parseLogEntry(bytes).item).slot)));
      },
      // Only hints make it look again.
      pollMillis: 3_600_000,
      backoff: { firstMillis: 10, largestMillis: 100 },
    });
    cleanups.push(() => follower.stop());
    onHint(busOf('archive'), SUBJECTS.logHint, () => follower.wake());
    follower.start();
    await grow(2);
    await waitUntil({ what: 'six entries' }, () => (copied.length === 6 ? true : undefined));
    expect(copied).toEqual(['1001', '1001', '1001', '1002', '1002', '1002']);
  });
});

describe('missing items', () => {
  /** Mines an item in a block of the second in which a slot ends, or a number of seconds later. */
  function mineItem(member: TestMember, slot: number, secondsAfter = 0): void {
    const { base, startMillis, lengthMillis } = network.charter.slots;
    const end = Math.ceil((startMillis + (slot - base + 1) * lengthMillis) / 1000);
    network.chain.mine([itemBy(member, network.chain.entity('proofs'), slot).raw], end + secondsAfter);
  }

  async function look(query = ''): Promise<unknown> {
    const response = await apiFetch(`${service.httpUrl}/v1/missing-items${query}`);
    return response.json();
  }

  async function grow(): Promise<void> {
    const { base, startMillis, lengthMillis } = network.charter.slots;
    const last = Math.ceil((startMillis + (1_011 - base + 1) * lengthMillis) / 1000) + 2;
    for (let i = 0; i < 3; i += 1) network.chain.mine([], last);
    await waitUntil({ what: 'the log' }, async () =>
      (await status()).height >= network.chain.height - 2 ? true : undefined,
    );
  }

  it('are seen by everyone, and late ones, and who has never had one', async () => {
    await found();
    const [, beta] = network.members;
    for (let slot = 1_001; slot <= 1_010; slot += 1) {
      if (![1_003, 1_004, 1_008].includes(slot)) mineItem(alpha, slot);
      if (slot >= 1_005) mineItem(beta, slot, slot === 1_007 ? 5 : 0);
    }
    await grow();
    expect(await look('?from=1000&to=1010')).toEqual({
      due: expect.any(Number) as number,
      from: 1_000,
      to: 1_010,
      missing: [
        { member: 'alpha', from: 1_003, to: 1_004 },
        { member: 'alpha', from: 1_008, to: 1_008 },
      ],
      late: [{ member: 'beta', slot: 1_007, seconds: expect.any(Number) as number }],
      silent: ['exchange'],
    });
    await waitUntil({ what: 'the alarms' }, async () => {
      const metrics = await (await apiFetch(`${service.httpUrl}/metrics`)).text();
      return /besure_alarms\{.*kind="item-missing".*\} [3-9]/.test(metrics) &&
        /besure_alarms\{.*kind="member-silent".*\} 1/.test(metrics)
        ? true
        : undefined;
    });
  });

  it('are not what is not due yet', async () => {
    await found();
    mineItem(alpha, 1_005);
    await grow();
    const { due } = (await look()) as { due: number };
    expect(await look(`?from=1005&to=${due + 50}`)).toMatchObject({
      to: due,
      missing: [{ member: 'alpha', from: 1_006, to: due }],
    });
  });

  it.each(['?from=1', '?from=5&to=4', '?from=1&to=10001', '?from=x&to=2', '?from=1&from=2&to=3'])(
    'are not asked for by %s',
    async (query) => {
      const response = await apiFetch(`${service.httpUrl}/v1/missing-items${query}`);
      expect(response.status).toBe(400);
    },
  );
});

describe('a restart', () => {
  it('goes on where it was', async () => {
    await found();
    network.chain.mine([itemBy(alpha, network.chain.entity('proofs'), 1_001).raw]);
    network.chain.mineEmpty(2);
    const note = await checkpoint();
    expect(await service.stop()).toBe(true);
    service = await start();
    expect(await checkpoint()).toBe(note);
    const metrics = await (await apiFetch(`${service.httpUrl}/metrics`)).text();
    expect(metrics).toMatch(/besure_checkpoint_size\{.*\} 1/);
    expect(await status()).toMatchObject({ hub: 'hub-0' });
  });

  it('without migrations refuses to start', async () => {
    databaseUrl = (await freshDatabase()).url;
    await expect(start()).rejects.toMatchObject({ code: 'not-migrated' });
  });
});

describe('time stamps', () => {
  const STAMPS = [1, 7].map((size) => ({
    size,
    checkpoint: `log\n${size}\nroot\n`,
    time: 1_795_348_800 + size,
    token: Uint8Array.of(0x30, 1, size),
  }));

  it('are listed and served to everyone', async () => {
    expect(await (await apiFetch(`${service.httpUrl}/log/proofs/time-stamps`)).json()).toEqual({
      timeStamps: [],
    });
    const dataSource = await openDataSource({ url: databaseUrl, schema: SCHEMA });
    for (const stamp of STAMPS) await insertTimeStamp(dataSource, stamp);
    await dataSource.destroy();
    const list = async (query: string): Promise<unknown> =>
      parsePublishedTimeStamps(
        await (await apiFetch(`${service.httpUrl}/log/proofs/time-stamps${query}`)).json(),
      );
    const listed = STAMPS.map(({ size, checkpoint, time }) => ({ size, checkpoint, time }));
    expect(await list('')).toEqual({ timeStamps: listed });
    expect(await list('?after=1')).toEqual({ timeStamps: listed.slice(1) });
    expect(await list('?after=7')).toEqual({ timeStamps: [] });

    const response = await apiFetch(`${service.httpUrl}/log/proofs/time-stamp/7`);
    expect(response.headers.get('content-type')).toBe('application/timestamp-token');
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(STAMPS[1]?.token);
  });

  it.each([
    ['time-stamp/2', 404],
    ['time-stamp/x', 404],
    ['time-stamps?after=-1', 400],
    ['time-stamps?after=1&after=2', 400],
  ])('%s is answered with %d', async (path, status) => {
    expect((await apiFetch(`${service.httpUrl}/log/proofs/${path}`)).status).toBe(status);
  });
});
