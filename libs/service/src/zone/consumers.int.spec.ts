import { EventStore, coreMigrations, migrate, openDataSource } from '@besure/event-store';
import { type Bus, connectBus } from '@besure/messaging';
import { frame, parseSealedFacts } from '@besure/protocol';
import { type Nats, freshDatabase, startNats, waitUntil } from '@besure/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Health } from '../health.js';
import { createLog } from '../log.js';
import { ServiceMetrics } from '../metrics.js';
import { openDeadLetters } from './open-dead-letters.js';
import { type PipeContext, type Source, makeConsumers, makeRelay } from './pipes.js';
import type { Running } from './running.js';

const EVENT = '0e9c2c6e-3d2f-4c2c-9a64-2f1ef2f1f7d5';
const closing: (() => Promise<unknown>)[] = [];

let url: string;
let nats: Nats;
let lines: Record<string, unknown>[];
let owner: EventStore;

/** A service of a zone, as far as pipes go: `stop` ends it as an upgrade does. */
class Service {
  readonly metrics = new ServiceMetrics('reader');
  readonly health = new Health();
  readonly #parts: readonly Running[];
  readonly #ends: (() => Promise<unknown>)[];

  private constructor(
    parts: (context: PipeContext) => readonly Running[],
    context: PipeContext,
    ends: (() => Promise<unknown>)[],
  ) {
    this.#parts = parts({ ...context, metrics: this.metrics, health: this.health });
    this.#ends = ends;
  }

  static async start(schema: string, parts: (context: PipeContext) => readonly Running[]): Promise<Service> {
    const dataSource = await openDataSource({ url, schema });
    const bus: Bus = connectBus({ url: nats.url, name: schema });
    const store = new EventStore({ dataSource, schema });
    if (schema === 'owner') owner = store;
    const log = createLog({
      name: schema,
      stream: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
    });
    const context = { config: { streamBytes: undefined }, store, bus, log } as unknown as PipeContext;
    const service = new Service(parts, context, [() => bus.close(), () => dataSource.destroy()]);
    for (const part of service.#parts) await part.start();
    closing.push(() => service.stop());
    return service;
  }

  async stop(): Promise<void> {
    for (const part of this.#parts.toReversed()) await part.stop();
    for (const end of this.#ends.splice(0)) await end();
  }

  /** The value of a metric at a scrape. */
  async metric(name: string): Promise<number | undefined> {
    const text = await this.metrics.registry.metrics();
    const line = text.split('\n').find((one) => one.startsWith(name.replace('}', ',')));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  }

  async shown(name: string): Promise<unknown> {
    return (await this.health.ready()).shown.find((check) => check.name === name);
  }
}

/** Keeps the facts as they are attached, one row per entry; version 1 has an id, version 2 an event. */
function source(reads: Source['reads'], member: 'id' | 'event'): Source {
  return {
    source: 'owner',
    reads,
    async handler(tx, events) {
      for (const { data, attachment } of events) {
        const entries = (data as unknown as { entries: Record<string, string>[] }).entries;
        const facts = parseSealedFacts(attachment!);
        for (const [at, entry] of entries.entries())
          await tx.query('INSERT INTO kept (event, ciphertext) VALUES ($1, $2)', [
            entry[member],
            Buffer.from(facts[at]!.ciphertext),
          ]);
      }
    },
  };
}

const old = source({ Happened: [] }, 'id');
/** What an upgrade brings: the member has another name. */
const upgraded = source(
  {
    Happened: [
      ({ data, attachment }) => {
        const { entries } = data as unknown as { entries: { id: string }[] };
        return { data: { entries: entries.map(({ id }) => ({ event: id })) }, attachment };
      },
    ],
  },
  'event',
);

async function append(type: string, entries: Record<string, string>[], facts: Uint8Array[]): Promise<void> {
  await owner.transaction((tx) =>
    owner.append(tx, [
      { stream: 's', expectedVersion: 'any', type, data: { entries }, attachment: frame(facts) },
    ]),
  );
}

const id = (at: number): string => `${EVENT.slice(0, -1)}${at}`;
const sealed = (byte: number): Uint8Array => frame([Uint8Array.of(byte), Uint8Array.of(1)]);

async function kept(): Promise<string[]> {
  const dataSource = await openDataSource({ url, schema: 'reader' });
  const rows = await dataSource.query<{ event: string }[]>('SELECT event FROM kept ORDER BY place');
  await dataSource.destroy();
  return rows.map(({ event }) => event);
}

const migrations = [
  ...coreMigrations('reader'),
  { name: 'kept', sql: 'CREATE TABLE kept (place bigserial, event uuid PRIMARY KEY, ciphertext bytea)' },
];

beforeEach(async () => {
  lines = [];
  [{ url }, nats] = await Promise.all([freshDatabase(), startNats()]);
  await migrate({ url, schema: 'owner', migrations: coreMigrations('owner') });
  await migrate({ url, schema: 'reader', migrations });
  await Service.start('owner', (context) => [makeRelay(context, ['reader'])]);
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await nats.stop();
});

it('puts the one bad entry of an event aside, shows it, and shows when an operator has replayed it', async () => {
  const service = await Service.start('reader', (context) => makeConsumers(context, [old]));
  expect(await service.shown('dead-letters-owner')).toEqual({ name: 'dead-letters-owner', ok: true });
  await append(
    'Happened',
    [{ id: id(1) }, { id: id(2) }, { id: id(3) }],
    [sealed(1), frame([Uint8Array.of(2)]), sealed(3)],
  );
  await append('Happened', [{ id: id(4) }], [sealed(4)]);
  await waitUntil({ what: 'the rest', timeoutMillis: 60_000 }, async () =>
    (await kept()).length === 3 ? true : undefined,
  );
  expect(await kept()).toEqual([id(1), id(3), id(4)]);
  await waitUntil({ what: 'the metric' }, async () =>
    (await service.metric('besure_dead_letters{source="owner"}')) === 1 ? true : undefined,
  );
  expect(await service.metric('besure_alarms{kind="dead-letters"}')).toBe(1);
  expect(await service.metric('besure_alarms{kind="consumer-stopped"}')).toBe(0);
  expect(await service.shown('dead-letters-owner')).toEqual({
    name: 'dead-letters-owner',
    ok: false,
    detail: '1 waiting',
  });
  const said = lines.filter(({ level }) => level === 'error');
  expect(said).toEqual([
    expect.objectContaining({
      source: 'owner',
      kind: 'Happened',
      position: 1,
      index: 1,
      attempt: 8,
      code: 'message',
    }),
  ]);

  // Later code is less strict, say; what waits is given to it from another process, while the service runs.
  const lenient: Source = {
    ...old,
    handler: async (tx, [event]) => {
      const { entries } = event!.data as unknown as { entries: [{ id: string }] };
      await tx.query('INSERT INTO kept (event) VALUES ($1)', [entries[0].id]);
    },
  };
  const desk = await openDeadLetters({ databaseUrl: url }, 'reader', migrations, () => [lenient]);
  closing.push(() => desk.close());
  const [note] = await desk.list(false);
  expect(note).toMatchObject({
    source: 'owner',
    position: 1,
    entry: 1,
    attempts: 8,
    error: 'ProtocolError',
    code: 'message',
    reason: 'must be 2 pieces',
  });
  expect(Object.keys(note!)).not.toContain('event');
  await desk.replay(note!.id, 'ann');
  expect(await kept()).toEqual([id(1), id(3), id(4), id(2)]);
  await waitUntil({ what: 'the metric to go back', timeoutMillis: 15_000 }, async () =>
    (await service.metric('besure_dead_letters{source="owner"}')) === 0 ? true : undefined,
  );
  expect(await service.shown('dead-letters-owner')).toEqual({ name: 'dead-letters-owner', ok: true });
});

it('stops before a version that it does not know, with an alarm, and goes on after the upgrade', async () => {
  const service = await Service.start('reader', (context) => makeConsumers(context, [old]));
  await append('Happened', [{ id: id(1) }], [sealed(1)]);
  await append('Happened.v2', [{ event: id(2) }], [sealed(2)]);
  await append('Happened', [{ id: id(3) }], [sealed(3)]);
  await waitUntil({ what: 'the alarm' }, async () =>
    (await service.metric('besure_alarms{kind="consumer-stopped"}')) === 1 ? true : undefined,
  );
  expect(await service.shown('consumer-owner')).toEqual({
    name: 'consumer-owner',
    ok: false,
    detail: 'unknown-version after 1',
  });
  expect((await service.health.ready()).ready).toBe(true);
  expect(await kept()).toEqual([id(1)]);
  await service.stop();
  expect(lines.filter(({ level }) => level === 'error')).toEqual([
    expect.objectContaining({ source: 'owner', code: 'unknown-version', position: 1 }),
  ]);

  const after = await Service.start('reader', (context) => makeConsumers(context, [upgraded]));
  await waitUntil({ what: 'the rest' }, async () => ((await kept()).length === 3 ? true : undefined));
  expect(await kept()).toEqual([id(1), id(2), id(3)]);
  expect(await after.metric('besure_alarms{kind="consumer-stopped"}')).toBe(0);
  expect(await after.shown('consumer-owner')).toEqual({ name: 'consumer-owner', ok: true });
});
