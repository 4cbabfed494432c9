import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EventStore,
  type StoredEvent,
  EventStore as Store,
  coreMigrations,
  migrate,
  openDataSource,
} from '@besure/event-store';
import { formatTrust, slotIat, trustOf } from '@besure/governance';
import { type FactsVault, ephemeralFactsVault, nodePrimitives } from '@besure/keys';
import { acceptQuorate, HttpLogSource, LogFollower, LogStore, logMigrations } from '@besure/log-store';
import {
  CLAIM_NAMES,
  type CopiesRequest,
  formatCheckpointText,
  SlotPaths,
  utf8Encode,
  upcastStatementsRecorded,
} from '@besure/protocol';
import { freshDatabase, waitUntil } from '@besure/testing';
import { TEST_AUTHORITY } from '@besure/time-stamp/test-authority';
import { verify } from '@besure/verification';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedLog } from '../contract/scripted-log.js';
import {
  type RecordedSlot,
  ScriptedNetwork,
  type Stated,
  recordedEvent,
} from '../contract/scripted-network.js';
import { assembleEvidence } from './assemble.js';
import { readEvidence } from './evidence-rows.js';
import { itemsOf, keepItems } from './follow.js';
import { FollowedLog } from './followed-log.js';
import { keepParts } from './keep.js';
import { archiveMigrations } from './migrations.js';
import { pullCopies } from './pull-copies.js';
import { readRecorded } from './recorded-events.js';
import { serveCopies } from './serve-copies.js';
import { type Settled, settleParts } from './settle.js';
import { TimeStampFollower } from './time-stamps/follow.js';

const schema = 'archive';
const primitives = nodePrimitives;
let folder: string;
let network: ScriptedNetwork;
let log: ScriptedLog;
let zones: Zone[] = [];

/** The archive of one organisation without its shell: its database, its keys, and each step on demand. */
class Zone {
  readonly organisation: string;
  readonly store: EventStore;
  readonly database: DataSource;
  readonly vault: FactsVault = ephemeralFactsVault();
  readonly mismatches: string[] = [];
  readonly #paths = new SlotPaths(primitives.sha256);
  readonly refused: string[] = [];
  readonly logStore = new LogStore({ schema, log: 'proofs', origin: network.charter.log.origin });
  readonly ledger = new FollowedLog(this.logStore, () => network.charter, primitives);

  private constructor(organisation: string, database: DataSource) {
    this.organisation = organisation;
    this.database = database;
    this.store = new Store({ dataSource: database, schema });
  }

  static async open(organisation: string): Promise<Zone> {
    const { url } = await freshDatabase();
    const migrations = [...coreMigrations(schema), ...logMigrations(schema), ...archiveMigrations];
    await migrate({ url, schema, migrations });
    const zone = new Zone(organisation, await openDataSource({ url, schema }));
    zones.push(zone);
    return zone;
  }

  get role(): 'organisation' | 'exchange' {
    return this.organisation === 'exchange' ? 'exchange' : 'organisation';
  }

  async keep(...slots: RecordedSlot[]): Promise<void> {
    const events = slots.map((slot) => stored(recordedEvent(slot, this.vault)));
    const parts = readRecorded(events, {
      organisation: this.organisation,
      vault: this.vault,
      sha256: primitives.sha256,
      paths: this.#paths,
      onMismatch: (statement) => this.mismatches.push(statement),
    });
    await this.store.transaction((tx) => keepParts(tx, parts));
  }

  async follow(size: number): Promise<void> {
    const members = new Set([this.organisation, 'exchange']);
    const failures: unknown[] = [];
    const follower = new LogFollower({
      store: this.store,
      log: this.logStore,
      sources: [new HttpLogSource(`${log.url}/log/proofs`)],
      accept: (note) => acceptQuorate(note, network.charter, primitives),
      handler: (tx, { from, entries }) => keepItems(tx, itemsOf(entries, from, members, network.charter)),
      pollMillis: 20,
      backoff: { firstMillis: 20, largestMillis: 20 },
      onFailure: (error) => failures.push(error),
    });
    follower.start();
    try {
      await waitUntil({ what: `${this.organisation} to follow to ${size}` }, () => {
        if (failures.length > 0) throw failures[0];
        return follower.status().size === size ? true : undefined;
      });
    } finally {
      await follower.stop();
    }
  }

  /** A hub had the checkpoint of that size stamped. */
  async followTimeStamp(size: number, time: number): Promise<void> {
    const { origin } = network.charter.log;
    const root = await this.store.transaction((tx) => this.logStore.root(tx, size));
    const checkpoint = formatCheckpointText({ origin, size, root });
    const follower = new TimeStampFollower({
      charter: network.charter,
      store: this.store,
      log: this.logStore,
      sources: [
        {
          name: 'hub',
          list: () => Promise.resolve([{ size, checkpoint, time }]),
          token: () => Promise.resolve(TEST_AUTHORITY.stamp(utf8Encode(checkpoint), time)),
        },
      ],
      onRefused: (_source, [refused]) => {
        throw refused!.error;
      },
    });
    await follower.round();
  }

  settle(): Promise<Settled> {
    return settleParts({
      organisation: this.organisation,
      role: this.role,
      store: this.store,
      log: this.ledger,
    });
  }

  pull(
    exchange: Zone,
    change: (answer: unknown) => unknown = (answer) => answer,
  ): ReturnType<typeof pullCopies> {
    return pullCopies({
      organisation: this.organisation,
      charter: network.charter,
      store: this.store,
      vault: this.vault,
      primitives,
      paths: this.#paths,
      logSize: (tx) => this.ledger.size(tx),
      request: async (request) => change(await exchange.serve(this.organisation, request)),
      onRefused: (_cursor, code) => this.refused.push(code),
    });
  }

  async serve(organisation: string, request: CopiesRequest): Promise<unknown> {
    const { charter } = network;
    const answer = await serveCopies(
      { exchange: 'exchange', charter, store: this.store, vault: this.vault },
      organisation,
      request,
    );
    // As it would come over the bus.
    return JSON.parse(JSON.stringify(answer));
  }

  async evidence(
    statement: string,
    show: readonly (typeof CLAIM_NAMES)[number][] = CLAIM_NAMES,
  ): Promise<string> {
    const kept = await this.store.transaction((tx) =>
      readEvidence(tx, statement, { log: this.ledger, vault: this.vault }),
    );
    if (kept === null) throw new RangeError('no such statement');
    return assembleEvidence(kept, show);
  }

  async ready(): Promise<unknown[]> {
    const events = await this.store.readAll(0, 1000);
    return events.flatMap((event) =>
      (event.data as unknown as { entries: { statement: string; state: string }[] }).entries.map(
        ({ statement, state }) => [statement, state],
      ),
    );
  }

  async count(table: string): Promise<number> {
    const [row] = await this.database.query<{ count: number }[]>(
      `SELECT count(*)::integer AS count FROM ${table}`,
    );
    return row?.count ?? -1;
  }
}

function stored(event: { type: string; data: object; attachment: Uint8Array }): StoredEvent {
  const data = JSON.parse(JSON.stringify(event.data)) as StoredEvent['data'];
  const { attachment } = upcastStatementsRecorded(event);
  const recordedAt = new Date().toISOString();
  return { ...event, data, attachment, position: 1, stream: 's', version: 1, recordedAt };
}

function publish(...slots: RecordedSlot[]): void {
  for (const { by, slot, tree } of slots) log.append(network.member(by).keyHash, { slot, root: tree.root });
  log.publish();
}

function judge(evidence: string): ReturnType<typeof verify> {
  return verify(evidence, formatTrust(trustOf(network.charter)), { primitives });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besure-archive-'));
  network = await ScriptedNetwork.make(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  log = await ScriptedLog.start(network.hub, network.charter);
});
afterEach(async () => {
  await log.stop();
  await Promise.all(zones.map((zone) => zone.database.destroy()));
  zones = [];
});

describe('the archive', () => {
  it('turns a countersigned statement into evidence in both archives', async () => {
    const [alpha, beta, exchange] = await Promise.all(
      ['alpha', 'beta', 'exchange'].map((id) => Zone.open(id)),
    );
    const slot = network.lastSlot;
    const stated = network.countersign(network.state());
    const byAlpha = network.record('alpha', slot, [stated]);
    const byExchange = network.record('exchange', slot, [stated]);
    await alpha!.keep(byAlpha);
    await exchange!.keep(byExchange);
    expect((await alpha!.settle()).recordings).toBe(0);

    publish(byAlpha, byExchange);
    await Promise.all(zones.map((zone) => zone.follow(2)));
    expect(await alpha!.settle()).toMatchObject({ recordings: 1, contradicted: [] });
    expect(await alpha!.ready()).toEqual([[stated.id, 'recorded']]);
    const alone = judge(await alpha!.evidence(stated.id));
    expect(alone).toMatchObject({
      result: 'proven',
      statedBy: 'alpha',
      agreedBy: 'exchange',
      evidenceId: stated.id,
    });

    await exchange!.settle();
    expect(await alpha!.pull(exchange!)).toEqual({ taken: 1, more: false });
    await alpha!.settle();
    expect(await alpha!.ready()).toEqual([
      [stated.id, 'recorded'],
      [stated.id, 'complete'],
    ]);
    const full = judge(await alpha!.evidence(stated.id));
    expect(full.result).toBe('proven');
    expect(full.checks.map(({ name }) => name)).toContain('exchange-recording');
    expect(full.checks.map(({ name }) => name)).toContain('issuer-recording');

    await beta!.pull(exchange!);
    await beta!.settle();
    expect(await beta!.ready()).toEqual([]);
    expect(judge(await beta!.evidence(stated.id))).toMatchObject({
      result: 'proven',
      claims: { sender_org: 'alpha', recipient_org: 'beta' },
      hidden: [],
    });
    // Read again a day later: there is a time stamp now. The same evidence, with one thing more in each recording.
    expect(full.recordings.map(({ timeStamp }) => timeStamp)).toEqual([null, null]);
    const time = Math.floor(Date.now() / 1000) - 5;
    await alpha!.followTimeStamp(2, time);
    const stamped = judge(await alpha!.evidence(stated.id));
    const expected = { time: new Date(time * 1000).toISOString().replace('.000', ''), authority: 'test' };
    expect(stamped).toMatchObject({ result: 'proven', recordedTime: expected.time });
    expect(stamped.recordings.map(({ timeStamp }) => timeStamp)).toEqual([expected, expected]);

    const hidden = judge(await beta!.evidence(stated.id, ['event', 'time']));
    expect(hidden).toMatchObject({ result: 'proven', claims: { sender: null, message: null } });
    expect(hidden.hidden).toHaveLength(8);
  });

  it('keeps openings at the exchange only until the counterpart has acknowledged', async () => {
    const [alpha, beta, exchange] = await Promise.all(
      ['alpha', 'beta', 'exchange'].map((id) => Zone.open(id)),
    );
    const slot = network.lastSlot;
    const recorded = network.record('exchange', slot, [
      network.countersign(network.state()),
      network.countersign(network.state()),
    ]);
    await exchange!.keep(recorded);
    publish(recorded);
    await Promise.all(zones.map((zone) => zone.follow(1)));
    await exchange!.settle();
    await alpha!.pull(exchange!);
    await alpha!.pull(exchange!);
    expect(await exchange!.count('opening')).toBe(2);
    await beta!.pull(exchange!);
    expect(await exchange!.count('opening')).toBe(2);
    expect(await beta!.count('opening')).toBe(2);
    await beta!.pull(exchange!);
    expect(await exchange!.count('opening')).toBe(0);
    // Asked again from the start, as from a restored backup: everything but the openings.
    const again = (await exchange!.serve('beta', { after: 0, limit: 100 })) as {
      copies: { disclosures: unknown }[];
    };
    expect(again.copies.map(({ disclosures }) => disclosures)).toEqual([null, null]);
    await expect(exchange!.serve('beta', { after: 3, limit: 1 })).rejects.toMatchObject({
      code: 'cursor-ahead',
    });
    await expect(exchange!.serve('gamma', { after: 0, limit: 1 })).rejects.toMatchObject({
      code: 'organisation-unknown',
    });
  });

  it('keeps no openings at the exchange where sender and recipient share an organisation', async () => {
    const [alpha, exchange] = await Promise.all(['alpha', 'exchange'].map((id) => Zone.open(id)));
    const within = { scheme: 'person', id: '90.01.01-123.45', organisation: 'alpha' };
    const stated = network.countersign(network.state({ recipient: within }));
    const recorded = network.record('exchange', network.lastSlot, [stated]);
    await exchange!.keep(recorded);
    publish(recorded);
    await Promise.all(zones.map((zone) => zone.follow(1)));
    await exchange!.settle();
    expect([await exchange!.count('opening'), await exchange!.count('copy')]).toEqual([0, 1]);
    expect(await alpha!.pull(exchange!)).toEqual({ taken: 1, more: false });
  });

  it('gives one-sided evidence, and completes it when the exchange agrees late', async () => {
    const [alpha, exchange] = await Promise.all(['alpha', 'exchange'].map((id) => Zone.open(id)));
    const slot = network.lastSlot;
    const stated = network.state();
    const byAlpha = network.record('alpha', slot, [stated]);
    await alpha!.keep(byAlpha);
    publish(byAlpha);
    await alpha!.follow(1);
    await alpha!.settle();
    expect(judge(await alpha!.evidence(stated.id))).toMatchObject({
      result: 'unacceptable',
      code: 'one-sided',
    });

    const agreed = network.countersign(stated);
    const byExchange = network.record('exchange', slot, [agreed]);
    await exchange!.keep(byExchange);
    publish(byExchange);
    await Promise.all(zones.map((zone) => zone.follow(2)));
    await exchange!.settle();
    await alpha!.pull(exchange!);
    // The agreement counts once its recording is settled, not before.
    expect(judge(await alpha!.evidence(stated.id))).toMatchObject({ code: 'one-sided' });
    await alpha!.settle();
    expect(await alpha!.ready()).toEqual([
      [stated.id, 'recorded'],
      [stated.id, 'complete'],
    ]);
    expect(judge(await alpha!.evidence(stated.id))).toMatchObject({ result: 'proven', agreedBy: 'exchange' });
  });

  it('takes the same recordings and copies again without any effect', async () => {
    const [alpha, exchange] = await Promise.all(['alpha', 'exchange'].map((id) => Zone.open(id)));
    const slot = network.lastSlot;
    const stated = network.countersign(network.state());
    const byAlpha = network.record('alpha', slot, [stated]);
    const byExchange = network.record('exchange', slot, [stated]);
    await exchange!.keep(byExchange);
    publish(byAlpha, byExchange);
    await Promise.all(zones.map((zone) => zone.follow(2)));
    await exchange!.settle();
    // The copy first, then what proof says: openings come with the second.
    await alpha!.pull(exchange!);
    await alpha!.settle();
    await alpha!.keep(byAlpha);
    await alpha!.keep(byAlpha);
    await alpha!.database.query('UPDATE copy_source SET cursor = 0');
    await alpha!.pull(exchange!);
    await alpha!.settle();
    await alpha!.settle();
    expect(await alpha!.ready()).toEqual([
      [stated.id, 'recorded'],
      [stated.id, 'complete'],
    ]);
    expect([
      await alpha!.count('statement'),
      await alpha!.count('recording'),
      await alpha!.count('opening'),
    ]).toEqual([1, 2, 1]);
    expect(judge(await alpha!.evidence(stated.id)).result).toBe('proven');
  });

  it('says when the ledger holds another root than was recorded', async () => {
    const alpha = await Zone.open('alpha');
    const slot = network.lastSlot;
    await alpha.keep(network.record('alpha', slot, [network.state()]));
    publish(network.record('alpha', slot, [network.state()]));
    await alpha.follow(1);
    expect(await alpha.settle()).toMatchObject({ recordings: 0, contradicted: [{ member: 'alpha', slot }] });
    expect(await alpha.ready()).toEqual([]);
    expect((await alpha.settle()).contradicted).toEqual([]);
  });

  it('waits for a quorum', async () => {
    const alpha = await Zone.open('alpha');
    const slot = network.lastSlot;
    const recorded = network.record('alpha', slot, [network.state()]);
    await alpha.keep(recorded);
    log.append(network.member('alpha').keyHash, { slot, root: recorded.tree.root });
    log.publish({ cosigned: false });
    const refused = await fetch(`${log.url}/log/proofs/checkpoint`).then((response) => response.text());
    expect(() => acceptQuorate(refused, network.charter, primitives)).toThrow(/quorum/);
    log.publish();
    await alpha.follow(1);
    expect((await alpha.settle()).recordings).toBe(1);
  });
});

describe('copies of the exchange', () => {
  type Answer = { copies: Record<string, unknown>[]; last: number };

  async function twoZones(): Promise<{ beta: Zone; exchange: Zone; recorded: RecordedSlot }> {
    const [beta, exchange] = await Promise.all(['beta', 'exchange'].map((id) => Zone.open(id)));
    const recorded = network.record('exchange', network.lastSlot, [
      network.countersign(network.state()),
      network.countersign(network.state()),
    ]);
    await exchange!.keep(recorded);
    publish(recorded);
    await exchange!.follow(1);
    await exchange!.settle();
    return { beta: beta!, exchange: exchange!, recorded };
  }

  it('wait until their slot has come up in our own log', async () => {
    const { beta, exchange } = await twoZones();
    await beta.pull(exchange);
    expect(await beta.count('statement')).toBe(0);
    await beta.follow(1);
    await beta.pull(exchange);
    expect(await beta.count('statement')).toBe(2);
  });

  it('are refused and put aside, sealed, when our log has no such item', async () => {
    const { beta, exchange } = await twoZones();
    await beta.follow(1);
    await beta.pull(exchange, (answer) =>
      changed(answer as Answer, (copy) => ({
        ...copy,
        recording: { ...(copy['recording'] as object), slot: 5 },
      })),
    );
    expect(beta.refused).toEqual(['copy-recording']);
    expect([await beta.count('statement'), await beta.count('refused_copy')]).toEqual([1, 1]);
  });

  it.each<
    [
      string,
      string,
      (copy: Record<string, unknown>, other: Record<string, unknown>) => Record<string, unknown>,
    ]
  >([
    [
      'another countersignature',
      'countersignature-statement',
      (copy, other) => ({ ...copy, countersignature: other['countersignature'] }),
    ],
    [
      'openings of another statement',
      'openings-mismatch',
      (copy, other) => ({ ...copy, disclosures: other['disclosures'] }),
    ],
    [
      'a recording of somebody else',
      'copy-recording',
      (copy) => ({ ...copy, recording: { ...(copy['recording'] as object), by: 'beta' } }),
    ],
    ['another path', 'copy-root', (copy, other) => ({ ...copy, recording: other['recording'] })],
  ])('are refused with %s', async (_what, code, change) => {
    const { beta, exchange } = await twoZones();
    await beta.follow(1);
    await beta.pull(exchange, (answer) => changed(answer as Answer, change));
    expect(beta.refused).toEqual([code]);
    expect(await beta.count('statement')).toBe(1);
    // The queue goes on behind it.
    expect(await beta.pull(exchange)).toEqual({ taken: 0, more: false });
    expect(beta.refused).toHaveLength(1);
  });

  it('are refused where they are about others', async () => {
    const exchange = await Zone.open('exchange');
    const alpha = await Zone.open('alpha');
    const foreign = network.countersign(
      network.state({ recipient: { scheme: 'person', id: '1', organisation: 'exchange' } }),
    );
    const recorded = network.record('exchange', network.lastSlot, [
      { ...foreign, issuer: 'alpha', counterpart: 'beta' },
    ]);
    await exchange.keep(recorded);
    publish(recorded);
    const beta = await Zone.open('beta');
    await Promise.all([exchange.follow(1), beta.follow(1), alpha.follow(1)]);
    await exchange.settle();
    await beta.pull(exchange);
    expect(beta.refused).toEqual(['copy-openings']);
  });

  it.each<[string, string, (start: number) => Stated]>([
    ['statement', 'copy-statement', (start) => network.countersign(network.state({}, 'alpha', start - 1))],
    ['countersignature', 'copy-countersignature', (start) => network.countersign(network.state(), start + 1)],
  ])(
    'are refused where the %s bears a time at which no slot starts: no evidence can hold it',
    async (_what, code, made) => {
      const [beta, exchange] = await Promise.all(['beta', 'exchange'].map((id) => Zone.open(id)));
      const stated = made(slotIat(network.charter, network.lastSlot));
      const recorded = network.record('exchange', network.lastSlot, [stated]);
      await exchange!.keep(recorded);
      publish(recorded);
      await Promise.all([exchange!.follow(1), beta!.follow(1)]);
      await exchange!.settle();
      await beta!.pull(exchange!);
      expect(beta!.refused).toEqual([code]);
      expect(await beta!.count('statement')).toBe(0);
    },
  );

  it('must come in order', async () => {
    const { beta, exchange } = await twoZones();
    await beta.follow(1);
    const turned = (answer: unknown): unknown => ({
      ...(answer as Answer),
      copies: (answer as Answer).copies.toReversed(),
    });
    await expect(beta.pull(exchange, turned)).rejects.toMatchObject({ code: 'copies-disordered' });
    expect(await beta.count('statement')).toBe(0);
  });

  function changed(
    answer: Answer,
    change: (copy: Record<string, unknown>, other: Record<string, unknown>) => Record<string, unknown>,
  ): Answer {
    const [first, second] = answer.copies;
    return { ...answer, copies: [change(first!, second!), second!] };
  }
});
