import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Consumer,
  EventStore,
  Relay,
  type StoredEvent,
  coreMigrations,
  migrate,
  openDataSource,
} from '@besure/event-store';
import { formatTrust, trustOf } from '@besure/governance';
import { type FactsVault, ephemeralFactsVault, nodePrimitives } from '@besure/keys';
import { type Bus, JetStreamInlet, JetStreamOutlet, connectBus } from '@besure/messaging';
import { type EvidenceReadyEntry, parseEvidenceReady } from '@besure/protocol';
import { type RunningService, hashToken, newToken } from '@besure/service';
import { apiFetch, type Nats, freePort, freshDatabase, startNats, waitUntil } from '@besure/testing';
import { verify } from '@besure/verification';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedLog } from '../contract/scripted-log.js';
import { type RecordedSlot, ScriptedNetwork, recordedEvent } from '../contract/scripted-network.js';
import type { ArchiveConfig } from './configuration.js';
import { archiveService, start } from './service.js';

const token = newToken();
const writer = newToken();
const auditor = newToken();
const folder = mkdtempSync(join(tmpdir(), 'besure-archive-service-'));
const closing: (() => Promise<unknown>)[] = [];
let network: ScriptedNetwork;
let log: ScriptedLog;
let exchangePort: number;

/** An archive with its bus, its database, and a proof that says what the test wants. */
class Zone {
  readonly vault: FactsVault = ephemeralFactsVault();
  readonly ready: EvidenceReadyEntry[] = [];
  service!: RunningService;
  readonly #organisation: string;
  readonly #url: string;
  readonly #nats: Nats;
  readonly #proof: EventStore;

  private constructor(organisation: string, url: string, nats: Nats, proof: EventStore) {
    this.#organisation = organisation;
    this.#url = url;
    this.#nats = nats;
    this.#proof = proof;
  }

  static async open(organisation: string): Promise<Zone> {
    const port = organisation === 'exchange' ? exchangePort : await freePort();
    const [{ url }, nats] = await Promise.all([freshDatabase(), startNats({ port })]);
    closing.push(() => nats.stop());
    await migrate({ url, schema: 'proof', migrations: coreMigrations('proof') });
    const dataSource = await openDataSource({ url, schema: 'proof' });
    closing.push(() => dataSource.destroy());
    const store = new EventStore({ dataSource, schema: 'proof' });
    const bus = connectBus({ url: nats.url, name: 'proof' });
    closing.push(() => bus.close());
    const relay = new Relay({
      store,
      outlet: new JetStreamOutlet({ bus, schema: 'proof' }),
      consumers: ['archive'],
    });
    relay.start();
    closing.push(() => relay.stop());
    const zone = new Zone(organisation, url, nats, store);
    await archiveService.migrate!(zone.#configuration(), undefined as never);
    await zone.#listen(bus);
    await zone.start();
    return zone;
  }

  async start(): Promise<void> {
    this.service = await start(this.#configuration());
    const { service } = this;
    closing.push(() => service.stop());
  }

  /** Proof of the zone says that it recorded these. */
  async recorded(...slots: RecordedSlot[]): Promise<void> {
    const events = slots.map((slot) => recordedEvent(slot, this.vault));
    await this.#proof.transaction((tx) =>
      this.#proof.append(
        tx,
        events.map((event) => ({
          stream: 'said',
          expectedVersion: 'any',
          type: event.type,
          data: JSON.parse(JSON.stringify(event.data)) as StoredEvent['data'],
          attachment: event.attachment,
        })),
      ),
    );
  }

  async sql(text: string): Promise<void> {
    const dataSource = await openDataSource({ url: this.#url, schema: 'archive' });
    try {
      await dataSource.query(text);
    } finally {
      await dataSource.destroy();
    }
  }

  get(path: string, as = token): Promise<Response> {
    return apiFetch(`${this.service.httpUrl}${path}`, { headers: { authorization: `Bearer ${as}` } });
  }

  /** Waits until intake of the zone would know that a statement is in a state. */
  async evidence(statement: string, state: 'recorded' | 'complete'): Promise<EvidenceReadyEntry> {
    return waitUntil({ what: `${statement} to be ${state}` }, () =>
      this.ready.find((entry) => entry.statement === statement && entry.state === state),
    );
  }

  #configuration(): ArchiveConfig {
    const isExchange = this.#organisation === 'exchange';
    return {
      http: { port: 0 },
      logLevel: 'error',
      organisation: this.#organisation,
      role: isExchange ? 'exchange' : 'organisation',
      databaseUrl: this.#url,
      bus: { url: this.#nats.url, credentialsFile: undefined },
      exchangeBus: isExchange
        ? null
        : { url: `nats://127.0.0.1:${exchangePort}`, credentialsFile: undefined },
      hubs: [{ logUrl: log.url, bus: { url: this.#nats.url, credentialsFile: undefined } }],
      witnessSigner: null,
      charter: network.charter,
      vault: this.vault,
      tokensFile: join(folder, 'tokens.json'),
    };
  }

  /** Reads the archive's pipe as intake would. */
  async #listen(bus: Bus): Promise<void> {
    const consumer = new Consumer({
      store: this.#proof,
      source: 'archive',
      reads: { EvidenceReady: [] },
      inlet: new JetStreamInlet({ bus, source: 'archive', consumer: 'intake' }),
      handler: async (_tx, events) =>
        void this.ready.push(...events.flatMap((event) => parseEvidenceReady(event.data))),
    });
    await consumer.start();
    closing.push(() => consumer.stop());
  }
}

function publish(...slots: RecordedSlot[]): void {
  for (const { by, slot, tree } of slots) log.append(network.member(by).keyHash, { slot, root: tree.root });
  log.publish();
}

function judge(evidence: string): ReturnType<typeof verify> {
  return verify(evidence, formatTrust(trustOf(network.charter)), { primitives: nodePrimitives });
}

beforeAll(async () => {
  network = await ScriptedNetwork.make(folder);
  writeFileSync(
    join(folder, 'tokens.json'),
    JSON.stringify([
      { sha256: hashToken(token), sources: ['*'], scopes: ['evidence:read'] },
      { sha256: hashToken(auditor), sources: [], scopes: ['audit:read'] },
      { sha256: hashToken(writer), sources: ['*'], scopes: ['events:write'] },
    ]),
    { mode: 0o600 },
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  exchangePort = await freePort();
  log = await ScriptedLog.start(network.hub, network.charter);
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await log.stop();
});

describe('archive', () => {
  it('brings a statement to evidence in both zones, started in any order', async () => {
    // Hub without a checkpoint, exchange not there yet.
    log.outOfOrder = true;
    const alpha = await Zone.open('alpha');
    const beta = await Zone.open('beta');
    const slot = network.lastSlot;
    const stated = network.countersign(network.state({ message: 'about this' }));
    const byAlpha = network.record('alpha', slot, [stated]);
    const byExchange = network.record('exchange', slot, [stated]);
    await alpha.recorded(byAlpha);
    const early = await waitUntil({ what: 'the statement to be kept' }, async () => {
      const response = await alpha.get(`/v1/evidence/${stated.id}`);
      return response.status === 404 ? undefined : response;
    });
    expect(early.status).toBe(409);
    expect(await early.json()).toMatchObject({
      type: 'urn:besure:problem:not-final',
      detail: 'countersigned',
    });

    publish(byAlpha, byExchange);
    log.outOfOrder = false;
    await alpha.evidence(stated.id, 'recorded');
    const exchange = await Zone.open('exchange');
    await exchange.recorded(byExchange);
    const { recordedTime } = await alpha.evidence(stated.id, 'complete');
    expect(Date.parse(recordedTime)).toBeGreaterThan(Date.now() - 60_000);

    const response = await alpha.get(`/v1/evidence/${stated.id}`);
    expect(response.headers.get('content-type')).toContain('application/json');
    const evidence = await response.text();
    expect(judge(evidence)).toMatchObject({ result: 'proven', hidden: [], assurance: 'one-hub' });
    const shown = await (await alpha.get(`/v1/evidence/${stated.id}?show=event,time`)).text();
    expect(judge(shown)).toMatchObject({ result: 'proven', claims: { sender: null, message: null } });
    const closed = await (await alpha.get(`/v1/evidence/${stated.id}?show=`)).text();
    expect(judge(closed).hidden).toHaveLength(10);

    // Each of the three is in the trail, and nobody changes it.
    const trail = await alpha.get('/v1/readings', auditor);
    const { readings } = (await trail.json()) as { readings: { id: string; shown: string[] }[] };
    expect(readings).toMatchObject([
      { token: hashToken(token), statement: stated.id },
      { token: hashToken(token), statement: stated.id, shown: ['event', 'time'] },
      { token: hashToken(token), statement: stated.id, shown: [] },
    ]);
    expect(readings[0]?.shown).toHaveLength(10);
    const later = await alpha.get(`/v1/readings?after=${readings[1]?.id}&statement=${stated.id}`, auditor);
    expect(await later.json()).toEqual({ readings: readings.slice(2) });
    expect((await alpha.get('/v1/readings')).status).toBe(403);
    expect((await alpha.get('/v1/readings?after=x', auditor)).status).toBe(400);
    for (const change of ['UPDATE reading SET token = 1', 'DELETE FROM reading', 'TRUNCATE reading']) {
      await expect(alpha.sql(change)).rejects.toThrow('only added to');
    }

    const atBeta = await waitUntil({ what: 'the copy to be evidence at beta' }, async () => {
      const copy = await beta.get(`/v1/evidence/${stated.id}`);
      return copy.status === 200 ? copy : undefined;
    });
    expect(judge(await atBeta.text())).toMatchObject({ result: 'proven', statedBy: 'alpha', hidden: [] });
    const listed = await beta.get('/v1/evidence?message=about%20this');
    expect(await listed.json()).toEqual({ statements: [{ id: stated.id, issuer: 'alpha', recordings: 1 }] });

    // Both have it, so the exchange lets go of the openings, and still has evidence of its own recording.
    const gone = await waitUntil({ what: 'the openings to be gone' }, async () => {
      const one = await exchange.get(`/v1/evidence/${stated.id}?show=sender`);
      return one.status === 410 ? one : undefined;
    });
    expect(await gone.json()).toMatchObject({ type: 'urn:besure:problem:openings-gone' });
    expect(judge(await (await exchange.get(`/v1/evidence/${stated.id}`)).text())).toMatchObject({
      result: 'proven',
    });
  });

  it('goes on where it was after a restart', async () => {
    await Zone.open('exchange');
    const alpha = await Zone.open('alpha');
    const slot = network.lastSlot;
    const first = network.record('alpha', slot, [network.state()]);
    await alpha.recorded(first);
    publish(first);
    await alpha.evidence(first.statements[0]!.id, 'recorded');
    expect(await alpha.service.stop()).toBe(true);
    const second = network.record('alpha', slot + 1, [network.state(), network.state()]);
    await alpha.recorded(second);
    publish(second);
    await alpha.start();
    for (const { id } of second.statements) await alpha.evidence(id, 'recorded');
    expect(alpha.ready).toHaveLength(3);
  });

  it('answers no more than is asked, and only to who may', async () => {
    const alpha = await Zone.open('alpha');
    const unknown = `/v1/evidence/${'A'.repeat(43)}`;
    expect((await alpha.get(unknown)).status).toBe(404);
    expect((await alpha.get(`${unknown}?show=salary`)).status).toBe(400);
    expect((await alpha.get('/v1/evidence')).status).toBe(400);
    expect((await alpha.get(unknown, writer)).status).toBe(403);
    expect((await alpha.get(unknown, newToken())).status).toBe(401);
    expect(await (await alpha.get('/v1/evidence?message=nothing')).json()).toEqual({ statements: [] });
    expect((await apiFetch(`${alpha.service.httpUrl}/health/ready`)).status).toBe(200);
    const metrics = await (await apiFetch(`${alpha.service.httpUrl}/metrics`)).text();
    for (const name of [
      'besure_outbox_lag',
      'besure_consumer_lag',
      'besure_checkpoint_size',
      'besure_dead_letters',
    ]) {
      expect(metrics).toContain(name);
    }
  });
});
