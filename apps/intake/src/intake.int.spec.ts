import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Consumer,
  EventStore,
  type JsonValue,
  type NewEvent,
  Relay,
  type StoredEvent,
  coreMigrations,
  migrate,
  openDataSource,
} from '@besure/event-store';
import { charter } from '../contract/charter.js';
import { ephemeralFactsVault } from '@besure/keys';
import { type Bus, JetStreamInlet, JetStreamOutlet, connectBus } from '@besure/messaging';
import { type Facts, parseSealedFacts, upcastEventsAccepted } from '@besure/protocol';
import { type RunningService, hashToken, newToken } from '@besure/service';
import {
  type Nats,
  apiFetch,
  freePort,
  freshDatabase,
  startNats,
  startPostgres,
  waitUntil,
} from '@besure/testing';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sentEvent } from '../contract/intake-at-work.js';
import type { IntakeConfig } from './configuration.js';
import { intakeService, start } from './service.js';

const vault = ephemeralFactsVault();
const folder = mkdtempSync(join(tmpdir(), 'besure-intake-'));
const tokens = { all: newToken(), reader: newToken(), one: newToken() };
const A = 'A'.repeat(43);
const TIME = new Date(Date.now() - 2000).toISOString();
const repeated = sentEvent({ time: TIME });

let nats: Nats;
let url: string;
let service: RunningService;
const closing: (() => Promise<unknown>)[] = [];

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown> & { results?: Record<string, unknown>[] };
}

function configuration(change: Partial<IntakeConfig> = {}): IntakeConfig {
  return {
    http: { port: 0 },
    logLevel: 'error',
    organisation: 'alpha',
    role: 'organisation',
    databaseUrl: url,
    bus: { url: nats.url, credentialsFile: undefined },
    charter,
    hubLogUrls: [],
    vault,
    tokensFile: join(folder, 'tokens.json'),
    clockToleranceSeconds: 300,
    maxEventAgeSeconds: 86_400,
    maxBacklog: 1000,
    maxEventsPerSecond: 100_000,
    minFreeBytes: 1,
    ...change,
  };
}

async function post(
  content: unknown,
  options: { token?: string; type?: string; text?: string; badRequest?: boolean } = {},
): Promise<Answer> {
  const request = {
    method: 'POST',
    headers: {
      authorization: `Bearer ${options.token ?? tokens.all}`,
      'content-type': options.type ?? 'application/cloudevents+json',
    },
    body: options.text ?? JSON.stringify(content),
  };
  const response = await apiFetch(`${service.httpUrl}/v1/events`, request, options);
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer['body'],
  };
}

function postBatch(events: readonly unknown[], badRequest = false): Promise<Answer> {
  return post(events, { type: 'application/cloudevents-batch+json', badRequest });
}

async function status(id: string, source = '/back-office', token = tokens.all): Promise<Answer> {
  const query = new URLSearchParams({ source, id });
  const response = await apiFetch(`${service.httpUrl}/v1/events?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer['body'],
  };
}

async function database(schema: string): Promise<DataSource> {
  const dataSource = await openDataSource({ url, schema });
  closing.push(() => dataSource.destroy());
  return dataSource;
}

async function acceptedEvents(): Promise<StoredEvent[]> {
  return new EventStore({ dataSource: await database('intake'), schema: 'intake' }).readAll(0, 1000);
}

/** The other services of the zone as far as intake sees them: a pipe that says what the test wants, and a consumer of intake's. */
class Zone {
  readonly bus: Bus = connectBus({ url: nats.url, name: 'test' });
  readonly #stores = new Map<string, EventStore>();

  static async open(): Promise<Zone> {
    const zone = new Zone();
    for (const schema of ['proof', 'archive']) {
      await migrate({ url, schema, migrations: coreMigrations(schema) });
      const store = new EventStore({ dataSource: await database(schema), schema });
      const relay = new Relay({
        store,
        outlet: new JetStreamOutlet({ bus: zone.bus, schema }),
        consumers: ['intake'],
      });
      relay.start();
      closing.push(() => relay.stop());
      zone.#stores.set(schema, store);
    }
    closing.unshift(() => zone.bus.close());
    return zone;
  }

  say(schema: 'proof' | 'archive', ...said: [type: string, entries: JsonValue][]): Promise<unknown> {
    const store = this.#stores.get(schema)!;
    const events = said.map(([type, entries]): NewEvent => ({
      stream: 'said',
      expectedVersion: 'any',
      type,
      data: { entries },
    }));
    return store.transaction((tx) => store.append(tx, events));
  }

  /** Reads intake's pipe as proof would; answers what has come so far. */
  async listen(): Promise<StoredEvent[]> {
    const heard: StoredEvent[] = [];
    const consumer = new Consumer({
      store: this.#stores.get('proof')!,
      source: 'intake',
      reads: { EventsAccepted: [upcastEventsAccepted] },
      inlet: new JetStreamInlet({ bus: this.bus, source: 'intake', consumer: 'proof' }),
      handler: async (_tx, events) => void heard.push(...events),
    });
    await consumer.start();
    closing.push(() => consumer.stop());
    return heard;
  }
}

beforeAll(() => {
  const scopes = ['events:write', 'events:read'];
  writeFileSync(
    join(folder, 'tokens.json'),
    JSON.stringify([
      { sha256: hashToken(tokens.all), sources: ['*'], scopes },
      { sha256: hashToken(tokens.reader), sources: ['*'], scopes: ['events:read'] },
      { sha256: hashToken(tokens.one), sources: ['/one'], scopes },
    ]),
    { mode: 0o600 },
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  [{ url }, nats] = await Promise.all([freshDatabase(), startNats()]);
  await intakeService.migrate!(configuration(), undefined as never);
  service = await start(configuration());
});
afterEach(async () => {
  await service.stop();
  for (const close of closing.splice(0).toReversed()) await close();
  await nats.stop();
});

describe('POST /v1/events', () => {
  it('answers after the commit, with the facts sealed beside the id and nowhere else', async () => {
    const answer = await post(sentEvent());
    expect(answer).toMatchObject({
      status: 202,
      body: { id: 'event-1', source: '/back-office', status: 'accepted' },
    });
    expect(answer.headers.get('idempotent-replay')).toBeNull();
    const [stored, ...more] = await acceptedEvents();
    expect(more).toEqual([]);
    expect(stored).toMatchObject({ type: 'EventsAccepted.v2', version: 1 });
    const [sealed] = parseSealedFacts(stored!.attachment!);
    const facts = JSON.parse(
      Buffer.from(vault.open({ ciphertext: sealed!.ciphertext, wrappedKey: sealed!.key })).toString(),
    ) as Facts;
    expect(facts).toMatchObject({ event: 'sent', message: 'message-1', reason: null, corrects: null });
    const everything = JSON.stringify(await dump());
    expect(everything).toContain((stored!.data as { entries: { id: string }[] }).entries[0]!.id);
    for (const fact of ['event-1', '/back-office', 'message-1', '85.07.30', A])
      expect(everything).not.toContain(fact);
  });

  it('answers a repeat the same, and says that it is one', async () => {
    const first = await post(repeated);
    const again = await post(repeated);
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(again.headers.get('idempotent-replay')).toBe('true');
    expect(await acceptedEvents()).toHaveLength(1);
  });

  it('refuses the same id with another content', async () => {
    await post(sentEvent());
    const answer = await post(sentEvent({}, { message: 'message-2' }));
    expect(answer).toMatchObject({
      status: 409,
      body: { type: 'urn:besure:problem:id-reused', field: 'id' },
    });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('lets the same facts under another id follow the original, and refuses other facts', async () => {
    const time = new Date(Date.now() - 5000).toISOString();
    await post(sentEvent({ time }));
    expect((await post(sentEvent({ time, id: 'event-2' }))).status).toBe(202);
    expect(await acceptedEvents()).toHaveLength(1);
    expect((await status('event-2')).body).toEqual((await status('event-1')).body);
    expect(await post(sentEvent({ id: 'event-3' }))).toMatchObject({
      status: 409,
      body: { type: 'urn:besure:problem:already-stated' },
    });
  });

  it('takes only the first time of a consultation', async () => {
    const consulted = (id: string, seconds: number): Record<string, unknown> =>
      sentEvent(
        {
          id,
          type: 'be.besure.document.consulted.v1',
          time: new Date(Date.now() - seconds * 1000).toISOString(),
        },
        {
          sender: { scheme: 'person', id: '1', organisation: 'beta' },
          recipient: { scheme: 'person', id: '2', organisation: 'alpha' },
        },
      );
    expect((await post(consulted('event-1', 60))).status).toBe(202);
    expect((await post(consulted('event-2', 30))).status).toBe(202);
    expect(await acceptedEvents()).toHaveLength(1);
  });

  it('accepts each event once, however many send it at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        post(sentEvent({ id: `event-${at % 20}`, time: TIME }, { message: `message-${at % 20}` })),
      ),
    );
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 202));
    const replays = answers.filter((answer) => answer.headers.get('idempotent-replay') === 'true');
    expect(replays).toHaveLength(40);
    expect(await entryCount()).toBe(20);
  });

  it('accepts each event once also where two instances take it', async () => {
    const other = await start(configuration());
    closing.push(() => other.stop());
    const first = service;
    const answers: Answer[] = await Promise.all(
      Array.from({ length: 80 }, (_, at) => {
        service = at % 2 === 0 ? first : other;
        return post(sentEvent({ id: `event-${at % 10}`, time: TIME }, { message: `message-${at % 10}` }));
      }),
    );
    service = first;
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
    expect(await entryCount()).toBe(10);
  });

  it('answers a batch event by event: good ones stand', async () => {
    await post(sentEvent());
    const events = [
      sentEvent({ id: 'event-2' }, { message: 'message-2' }),
      sentEvent({ id: 'event-3' }, { message: 'message-3', surplus: 1 }),
      sentEvent({ id: 'event-1' }, { message: 'other' }),
      sentEvent({ id: 'event-4', type: 'be.besure.document.received.v1' }, { message: 'message-4' }),
      'nothing',
    ];
    const answer = await postBatch(events, true);
    expect(answer.status).toBe(202);
    expect(answer.body.results).toMatchObject([
      { id: 'event-2', source: '/back-office', status: 'accepted' },
      { id: 'event-3', type: 'urn:besure:problem:invalid', status: 422, field: 'data.surplus' },
      { id: 'event-1', type: 'urn:besure:problem:id-reused', status: 409 },
      { id: 'event-4', type: 'urn:besure:problem:not-ours-to-state', status: 422 },
      { id: null, type: 'urn:besure:problem:invalid', status: 422 },
    ]);
    expect(await entryCount()).toBe(2);
  });

  it('answers 422 to a batch of which nothing is good, and marks a batch of repeats', async () => {
    const bad = await postBatch([{}, 'nothing']);
    expect(bad).toMatchObject({ status: 422, body: { type: 'urn:besure:problem:nothing-accepted' } });
    expect(bad.body.results).toHaveLength(2);
    expect(bad.headers.get('content-type')).toContain('application/problem+json');
    const batch = [sentEvent(), sentEvent({ id: 'event-2' }, { message: 'message-2' })];
    expect((await postBatch(batch)).headers.get('idempotent-replay')).toBeNull();
    const again = await postBatch(batch);
    expect(again.status).toBe(202);
    expect(again.headers.get('idempotent-replay')).toBe('true');
  });

  it('stores a large batch in events of at most a hundred', async () => {
    const batch = Array.from({ length: 250 }, (_, at) =>
      sentEvent({ id: `event-${at}` }, { message: `message-${at}` }),
    );
    expect((await postBatch(batch)).status).toBe(202);
    const stored = await acceptedEvents();
    expect(stored.map((one) => (one.data as { entries: unknown[] }).entries.length)).toEqual([100, 100, 50]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'an event of another organisation',
      sentEvent({ type: 'be.besure.document.received.v1' }),
      'not-ours-to-state',
    ],
    [
      'a stranger',
      sentEvent({}, { recipient: { scheme: 'person', id: '1', organisation: 'gamma' } }),
      'organisation-unknown',
    ],
    ['the future', sentEvent({ time: new Date(Date.now() + 400_000).toISOString() }), 'time-in-future'],
    [
      'the distant past',
      sentEvent({ time: new Date(Date.now() - 86_401_000).toISOString() }),
      'time-too-old',
    ],
    ['an unknown member', sentEvent({ extra: true }), 'invalid'],
  ])('refuses %s', async (_what, refused, code) => {
    expect(await post(refused)).toMatchObject({
      status: 422,
      body: { type: `urn:besure:problem:${code}`, status: 422 },
    });
    expect(await acceptedEvents()).toEqual([]);
  });

  it('refuses bodies that it cannot take', async () => {
    expect((await post(null, { text: '{' })).status).toBe(400);
    expect((await postBatch([])).status).toBe(400);
    expect((await post(sentEvent(), { type: 'text/plain' })).status).toBe(415);
    expect((await post(null, { text: `"${'x'.repeat(1_100_000)}"` })).status).toBe(413);
    expect((await postBatch(Array.from({ length: 501 }, () => ({})))).status).toBe(413);
  });

  it('asks for a token with the scope and the source', async () => {
    expect((await post(sentEvent(), { token: newToken() })).status).toBe(401);
    expect((await post(sentEvent(), { token: tokens.reader })).status).toBe(403);
    expect(await post(sentEvent(), { token: tokens.one })).toMatchObject({
      status: 403,
      body: { type: 'urn:besure:problem:source-not-allowed' },
    });
    expect((await post(sentEvent({ source: '/one' }), { token: tokens.one })).status).toBe(202);
    expect((await status('event-1', '/back-office', tokens.one)).status).toBe(403);
  });

  it('takes records of everybody at the exchange', async () => {
    await service.stop();
    service = await start(configuration({ organisation: 'exchange', role: 'exchange' }));
    const received = sentEvent({ id: 'event-2', type: 'be.besure.document.received.v1' });
    expect((await post(sentEvent())).status).toBe(202);
    expect((await post(received)).status).toBe(202);
  });
});

describe('GET /v1/events', () => {
  it('follows proof and archive, in whatever order they are heard', async () => {
    const zone = await Zone.open();
    const heard = await zone.listen();
    await postBatch([sentEvent(), sentEvent({ id: 'event-2' }, { message: 'message-2' })]);
    expect((await status('event-1')).body).toMatchObject({
      state: 'accepted',
      evidence: null,
      disputed: false,
      why: null,
    });
    const ids = await waitUntil({ what: 'the events on the pipe' }, () => {
      const entries = heard.flatMap((one) => (one.data as unknown as { entries: { id: string }[] }).entries);
      return entries.length === 2 ? entries.map(({ id }) => id) : undefined;
    });
    const [one, two] = ids;
    const statement = (letter: string): string => `${letter}${'A'.repeat(42)}`;

    await zone.say('archive', [
      'EvidenceReady',
      [{ statement: statement('X'), state: 'recorded', recordedTime: TIME }],
    ]);
    await zone.say(
      'proof',
      [
        'StatementsPrepared',
        [
          { event: one!, statement: statement('X') },
          { event: two!, statement: statement('Y') },
        ],
      ],
      ['StatementsCountersigned', [{ event: one!, statement: statement('X') }]],
      ['StatementsOneSided', [{ event: two!, statement: statement('Y'), disputed: true, why: 'disputed' }]],
    );
    const recorded = await state('event-1', 'recorded');
    expect(recorded).toMatchObject({ evidence: statement('X'), disputed: false });
    expect(Object.keys(recorded['at'] as object)).toEqual([
      'accepted',
      'prepared',
      'countersigned',
      'recorded',
    ]);
    expect(await state('event-2', 'one-sided')).toMatchObject({
      evidence: null,
      disputed: true,
      why: 'disputed',
    });

    await zone.say('archive', [
      'EvidenceReady',
      [{ statement: statement('X'), state: 'complete', recordedTime: TIME }],
    ]);
    expect(await state('event-1', 'complete')).toMatchObject({ evidence: statement('X'), why: null });
  });

  it('says why an event is one-sided: here, that the exchange knows nothing of it', async () => {
    const zone = await Zone.open();
    const heard = await zone.listen();
    await post(sentEvent());
    const id = await waitUntil(
      { what: 'the event on the pipe' },
      () => (heard[0]?.data as { entries: { id: string }[] } | undefined)?.entries[0]?.id,
    );
    const entry = { event: id, statement: A };
    await zone.say('proof', ['StatementsPrepared', [entry]]);
    await zone.say('proof', ['StatementsOneSided', [{ ...entry, disputed: false, why: 'no-record' }]]);
    expect(await state('event-1', 'one-sided')).toMatchObject({ disputed: false, why: 'no-record' });
    await zone.say('archive', ['EvidenceReady', [{ statement: A, state: 'complete', recordedTime: TIME }]]);
    expect(await state('event-1', 'complete')).toMatchObject({ evidence: A, why: 'no-record' });
  });

  it('follows records at the exchange', async () => {
    const zone = await Zone.open();
    const heard = await zone.listen();
    await post(sentEvent());
    const id = await waitUntil(
      { what: 'the event on the pipe' },
      () => (heard[0]?.data as { entries: { id: string }[] } | undefined)?.entries[0]?.id,
    );
    await zone.say('proof', ['RecordsKept', [{ event: id }]]);
    expect(await state('event-1', 'record')).toMatchObject({ evidence: null });
  });

  it('ends an event that an operator discards, with the reason, and lets the same facts come under another id', async () => {
    const zone = await Zone.open();
    const heard = await zone.listen();
    const time = new Date(Date.now() - 5000).toISOString();
    await post(sentEvent({ time }));
    const [event] = await waitUntil({ what: 'the event on the pipe' }, () =>
      heard.length > 0
        ? heard.map(({ data }) => (data as { entries: [{ id: string }] }).entries[0].id)
        : undefined,
    );
    const why = 'cannot be opened, ticket 17';
    await zone.say('proof', ['EventsDiscarded', [{ event: event!, why }]]);
    expect(await state('event-1', 'discarded')).toMatchObject({ evidence: null, why });
    // The answer to the same id is what it was; nothing is stated of it any more.
    expect((await post(sentEvent({ time }))).headers.get('idempotent-replay')).toBe('true');
    expect(await acceptedEvents()).toHaveLength(1);
    expect((await post(sentEvent({ time, id: 'event-2' }))).status).toBe(202);
    expect(await acceptedEvents()).toHaveLength(2);
    expect((await status('event-2')).body).toMatchObject({ state: 'accepted', why: null });
    expect((await status('event-1')).body).toMatchObject({ state: 'discarded', why });
  });

  it('answers 404 for what was never accepted, 400 for half a question', async () => {
    expect(await status('event-1')).toMatchObject({
      status: 404,
      body: { type: 'urn:besure:problem:not-found' },
    });
    const half = await apiFetch(`${service.httpUrl}/v1/events?id=1`, {
      headers: { authorization: `Bearer ${tokens.all}` },
    });
    expect(half.status).toBe(400);
  });

  async function state(id: string, wanted: string): Promise<Record<string, unknown>> {
    return waitUntil({ what: `${id} to be ${wanted}` }, async () => {
      const { body } = await status(id);
      return body['state'] === wanted ? body : undefined;
    });
  }
});

describe('the service', () => {
  it('starts and takes events without a bus, and delivers when the bus comes', async () => {
    await service.stop();
    const port = await freePort();
    const bus = { url: `nats://127.0.0.1:${port}`, credentialsFile: undefined };
    service = await start(configuration({ bus }));
    expect((await post(sentEvent())).status).toBe(202);
    const ready = await apiFetch(`${service.httpUrl}/health/ready`);
    expect(ready.status).toBe(200);
    const late = await startNats({ port });
    closing.push(() => late.stop());
    const lag = async (): Promise<string | undefined> => {
      const text = await fetch(`${service.httpUrl}/metrics`).then((response) => response.text());
      return /besure_outbox_lag\{[^}]*\} (\d+)/.exec(text)?.[1];
    };
    expect(
      await waitUntil({ what: 'the event to be on the bus' }, async () =>
        (await lag()) === '0' ? true : undefined,
      ),
    ).toBe(true);
    await service.stop();
  });

  it('answers 503 while its database is away, and goes on when it is back', async () => {
    await service.stop();
    const cluster = mkdtempSync('/var/tmp/besure-intake-');
    let postgres = await startPostgres({ folder: cluster, durable: true });
    const { port } = postgres;
    closing.push(async () => {
      await postgres.stop();
      rmSync(postgres.folder, { recursive: true, force: true });
    });
    ({ url } = await freshDatabase({ cluster: postgres.url }));
    await intakeService.migrate!(configuration(), undefined as never);
    service = await start(configuration());
    expect((await post(sentEvent())).status).toBe(202);
    await postgres.kill();
    const away = await post(sentEvent({ id: 'event-2' }, { message: 'message-2' }));
    expect(away).toMatchObject({ status: 503, body: { type: 'urn:besure:problem:unavailable' } });
    expect(away.headers.get('retry-after')).toBe('2');
    expect((await apiFetch(`${service.httpUrl}/health/ready`)).status).toBe(503);
    expect((await status('event-1')).status).toBe(503);

    postgres = await startPostgres({ folder: cluster, durable: true, port });
    const back = await waitUntil({ what: 'intake to find its database' }, async () => {
      const answer = await post(sentEvent({ id: 'event-2' }, { message: 'message-2' }));
      return answer.status === 202 ? answer : undefined;
    });
    expect(back.body['status']).toBe('accepted');
    expect((await status('event-1')).body).toMatchObject({ state: 'accepted' });
    await service.stop();
  });

  it('stops cleanly while requests are under way: what was answered is stored', async () => {
    const answers = Array.from({ length: 30 }, (_, at) =>
      post(sentEvent({ id: `event-${at}` }, { message: `message-${at}` })),
    );
    await Promise.race(answers);
    const [clean, ...settled] = await Promise.all([
      service.stop(),
      // One that had not reached the service yet finds the door closed.
      ...answers.map((one) => one.then(({ status: code }) => code).catch(() => null)),
    ]);
    expect(clean).toBe(true);
    const answered = settled.filter((code) => code !== null);
    expect(new Set(answered)).toEqual(new Set([202]));
    expect(await entryCount()).toBeGreaterThanOrEqual(answered.length);
  });
});

async function entryCount(): Promise<number> {
  const stored = await acceptedEvents();
  return stored.flatMap((one) => (one.data as { entries: JsonValue[] }).entries).length;
}

/** Everything that the schema holds in clear. */
async function dump(): Promise<unknown[]> {
  const dataSource = await database('intake');
  const tables = ['event', 'request', 'subject', 'event_state', 'evidence'];
  return Promise.all(tables.map((table) => dataSource.query<unknown[]>(`SELECT to_json(t) FROM ${table} t`)));
}
