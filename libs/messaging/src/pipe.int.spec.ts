import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventBatch, type EventBatch, type StoredEvent } from '@besure/event-store';
import { pipeContract, sampleEvents } from '@besure/event-store/contract';
import { startNats, type Nats } from '@besure/testing';
import { connectBus, type Bus } from './bus.js';
import { JetStreamInlet } from './jetstream-inlet.js';
import { JetStreamOutlet, type OutletOptions } from './jetstream-outlet.js';

let nats: Nats;
let schemas = 0;
const buses: Bus[] = [];
const servers: Nats[] = [];
const folders: string[] = [];

function bus(url = nats.url): Bus {
  const made = connectBus({ url, name: 'test' });
  buses.push(made);
  return made;
}

/** A pipe of its own on the shared server. */
function newPipe(options: Partial<OutletOptions> = {}): {
  schema: string;
  outlet: JetStreamOutlet;
  inlet: (consumer: string) => JetStreamInlet;
} {
  schemas += 1;
  const schema = `pipe${schemas}`;
  return {
    schema,
    outlet: new JetStreamOutlet({ bus: bus(), schema, ...options }),
    inlet: (consumer) => new JetStreamInlet({ bus: bus(), source: schema, consumer, replayMillis: 2000 }),
  };
}

/** Collects what an inlet delivers. */
async function collect(
  inlet: JetStreamInlet,
  after = 0,
): Promise<{
  positions: () => number[];
  until: (position: number) => Promise<void>;
  stop: () => Promise<void>;
}> {
  const batches: EventBatch[] = [];
  const subscription = await inlet.start(after, async (batch) => {
    batches.push(batch);
  });
  const positions = (): number[] => batches.flatMap((batch) => batch.events.map((event) => event.position));
  return {
    positions,
    until: async (position) => {
      await expect
        .poll(() => Math.max(0, ...positions()), { timeout: 30_000, interval: 20 })
        .toBeGreaterThanOrEqual(position);
    },
    stop: () => subscription.stop(),
  };
}

/** As the relay does: again, from what the pipe holds, until it is in. */
async function publishUntilDone(outlet: JetStreamOutlet, events: StoredEvent[]): Promise<void> {
  const last = events.at(-1)?.position ?? 0;
  await expect
    .poll(
      async () => {
        try {
          const held = await outlet.lastPublished();
          await outlet.publish(events.filter((event) => event.position > held));
          return await outlet.lastPublished();
        } catch {
          return 0;
        }
      },
      { timeout: 30_000, interval: 50 },
    )
    .toBe(last);
}

beforeAll(async () => {
  nats = await startNats();
});
afterEach(async () => {
  await Promise.all(buses.splice(0).map((each) => each.close()));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});
afterAll(async () => {
  await nats.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('the pipe over JetStream keeps the contract', () => {
  for (const check of pipeContract) {
    test(check.name, async () => {
      await expect(check.run(newPipe())).resolves.toBeUndefined();
    });
  }
});

describe('the stream', () => {
  test('has our settings, and gets them when it has others', async () => {
    const first = newPipe({ maxBytes: 10_000_000 });
    await first.outlet.lastPublished();
    await first.outlet.publish(sampleEvents(1, 2));
    const second = new JetStreamOutlet({
      bus: bus(),
      schema: first.schema,
      maxBytes: 20_000_000,
      maxAgeMillis: 3_600_000,
    });
    expect(await second.lastPublished()).toBe(2);
    const config = await streamConfig(first.schema);
    expect(config).toMatchObject({
      subjects: [`besure.${first.schema}.events`],
      retention: 'limits',
      storage: 'file',
      discard: 'new',
      max_bytes: 20_000_000,
      max_age: 3_600_000_000_000,
    });
  });

  test('that is full refuses, and takes again after a purge', async () => {
    const { outlet } = newPipe({ maxBytes: 2_000_000 });
    const attachment = new Uint8Array(700_000);
    const big = (position: number): StoredEvent[] =>
      sampleEvents(position, position).map((event) => ({ ...event, attachment }));
    await outlet.publish(big(1));
    await outlet.publish(big(2));
    await expect(outlet.publish(big(3))).rejects.toMatchObject({ code: 'pipe-full' });
    expect(await outlet.lastPublished()).toBe(2);
    await outlet.purgeBelow(2);
    await outlet.publish(big(3));
    expect(await outlet.lastPublished()).toBe(3);
  });

  test('with what cannot be changed is reported', async () => {
    const { schema, outlet } = newPipe();
    await jetStream('STREAM.CREATE', schema.toUpperCase(), {
      name: schema.toUpperCase(),
      subjects: [`besure.${schema}.events`],
      storage: 'memory',
    });
    await expect(outlet.lastPublished()).rejects.toMatchObject({ code: 'pipe-mismatch' });
  });

  test('two relays: the second notices, nothing gets out of order', async () => {
    const { schema, outlet } = newPipe();
    const other = new JetStreamOutlet({ bus: bus(), schema });
    expect(await outlet.lastPublished()).toBe(0);
    expect(await other.lastPublished()).toBe(0);
    await outlet.publish(sampleEvents(1, 3));
    await expect(other.publish(sampleEvents(1, 2))).rejects.toMatchObject({ code: 'pipe-moved' });
    expect(await other.lastPublished()).toBe(3);
    await other.publish(sampleEvents(4, 5));
    await expect(outlet.publish(sampleEvents(4, 4))).rejects.toMatchObject({ code: 'pipe-moved' });
    expect(await outlet.lastPublished()).toBe(5);
  });

  test('a message too large for the bus is refused as such', async () => {
    const { outlet } = newPipe();
    const attachment = new Uint8Array(1_200_000);
    const events = sampleEvents(1, 1).map((event) => ({ ...event, attachment }));
    await expect(outlet.publish(events)).rejects.toMatchObject({ code: 'too-large' });
    await outlet.publish(sampleEvents(1, 1));
    expect(await outlet.lastPublished()).toBe(1);
  });
});

describe('finding the place', () => {
  test.each([0, 1, 2, 7, 8, 49, 50, 99, 100])(
    'after position %i of a hundred in messages of uneven size',
    async (after) => {
      const { outlet, inlet } = newPipe();
      const sizes = [1, 1, 5, 1, 42, 1, 9, 40];
      let next = 1;
      for (const size of sizes) {
        await outlet.publish(sampleEvents(next, next + size - 1));
        next += size;
      }
      await outlet.purgeBelow(3);
      const seen = await collect(inlet('consumer'), after);
      await outlet.publish(sampleEvents(101, 101));
      await seen.until(101);
      await seen.stop();
      const expected = Array.from(
        { length: 101 - Math.max(after, 2) },
        (_, index) => Math.max(after, 2) + 1 + index,
      );
      expect(seen.positions().filter((position) => position > after)).toEqual(expected);
      // Not more than the one message that holds the position as well.
      expect(seen.positions().length - expected.length).toBeLessThan(42);
    },
  );
});

describe('faults', () => {
  async function ownServer(folder?: string, port?: number): Promise<Nats> {
    const path = folder ?? mkdtempSync(join(tmpdir(), 'besure-pipe-'));
    if (folder === undefined) folders.push(path);
    const server = await startNats({ folder: path, ...(port === undefined ? {} : { port }) });
    servers.push(server);
    return server;
  }

  test('a consumer may start before the stream and before the server', async () => {
    const server = await ownServer();
    await server.stop();
    const inlet = new JetStreamInlet({ bus: bus(server.url), source: 'intake', consumer: 'proof' });
    const seen = await collect(inlet);
    await ownServer(server.folder, server.port);
    const outlet = new JetStreamOutlet({ bus: bus(server.url), schema: 'intake' });
    await publishUntilDone(outlet, sampleEvents(1, 3));
    await seen.until(3);
    expect(seen.positions()).toEqual([1, 2, 3]);
    await seen.stop();
  });

  test.each(['stop', 'kill'] as const)(
    '%s and restart of the server: reading and publishing go on',
    async (how) => {
      const server = await ownServer();
      const outlet = new JetStreamOutlet({ bus: bus(server.url), schema: 'intake' });
      const inlet = new JetStreamInlet({ bus: bus(server.url), source: 'intake', consumer: 'proof' });
      const seen = await collect(inlet);
      await outlet.publish(sampleEvents(1, 3));
      await seen.until(3);
      await server[how]();
      await expect(outlet.publish(sampleEvents(4, 4))).rejects.toMatchObject({ name: 'MessagingError' });
      await ownServer(server.folder, server.port);
      await publishUntilDone(outlet, sampleEvents(4, 6));
      await seen.until(6);
      expect(seen.positions()).toEqual([1, 2, 3, 4, 5, 6]);
      await seen.stop();
    },
  );

  test('the whole stream lost: noticed at the next publish, filled again, read on without doubles', async () => {
    const server = await ownServer();
    const outlet = new JetStreamOutlet({ bus: bus(server.url), schema: 'intake', timeoutMillis: 1000 });
    const inlet = new JetStreamInlet({ bus: bus(server.url), source: 'intake', consumer: 'proof' });
    const seen = await collect(inlet);
    await outlet.publish(sampleEvents(1, 3));
    await outlet.publish(sampleEvents(4, 5));
    await seen.until(5);
    await server.kill();
    rmSync(join(server.folder, 'jetstream'), { recursive: true });
    await ownServer(server.folder, server.port);
    await expect(outlet.publish(sampleEvents(6, 6))).rejects.toMatchObject({ name: 'MessagingError' });
    expect(await outlet.lastPublished()).toBe(0);
    await publishUntilDone(outlet, sampleEvents(1, 7));
    await seen.until(7);
    expect(seen.positions().filter((position) => position > 5)).toEqual([6, 7]);
    await seen.stop();
  });

  test('the stream deleted and made anew while connected: both ends notice', async () => {
    const { schema, outlet, inlet } = newPipe();
    const seen = await collect(inlet('proof'));
    await outlet.publish(sampleEvents(1, 3));
    await seen.until(3);
    await jetStream('STREAM.DELETE', schema.toUpperCase(), null);
    await publishUntilDone(outlet, sampleEvents(1, 5));
    await seen.until(5);
    expect(seen.positions().slice(0, 3)).toEqual([1, 2, 3]);
    expect(seen.positions().at(-1)).toBe(5);
    await seen.stop();
  });

  test('something in the stream that is no batch is left out and reported', async () => {
    const { schema, outlet } = newPipe();
    const failures: unknown[] = [];
    const reader = new JetStreamInlet({
      bus: bus(),
      source: schema,
      consumer: 'proof',
      onFailure: (error) => failures.push(error),
    });
    await outlet.publish(sampleEvents(1, 1));
    const stranger = await bus().waitForConnection(5000);
    await stranger.jetstream().publish(`besure.${schema}.events`, '{"ok":true}');
    // A position that cannot be known: the relay starts over, which consumers do not mind.
    expect(await outlet.lastPublished()).toBe(0);
    await outlet.publish(sampleEvents(2, 2));
    const seen = await collect(reader);
    await seen.until(2);
    expect(seen.positions()).toEqual([1, 2]);
    expect(failures).toEqual([expect.objectContaining({ code: 'malformed' })]);
    await seen.stop();
  });

  test('stopping never hangs: while waiting for a server, for a message, and while handling', async () => {
    const nowhere = new JetStreamInlet({
      bus: connectBusTo('nats://127.0.0.1:1'),
      source: 'intake',
      consumer: 'proof',
    });
    await (await collect(nowhere)).stop();
    const { outlet, inlet } = newPipe();
    await outlet.publish(sampleEvents(1, 1));
    const idle = await collect(inlet('one'));
    await idle.until(1);
    await idle.stop();
    const gate = Promise.withResolvers<void>();
    let delivered = 0;
    const busy = await inlet('two').start(0, async () => {
      delivered += 1;
      await gate.promise;
    });
    await outlet.publish(sampleEvents(2, 2));
    await expect.poll(() => delivered).toBe(1);
    const stopped = busy.stop();
    gate.resolve();
    await stopped;
    expect(delivered).toBe(1);
  });

  test('committed and replay go to every owner that there is now, also after a restart of the server', async () => {
    const server = await ownServer();
    const outlet = new JetStreamOutlet({ bus: bus(server.url), schema: 'intake' });
    const told: [string, number][] = [];
    const end = await outlet.serve({
      replay: async (after) => eventBatch(after, sampleEvents(after + 1, after + 2)),
      committed: async (consumer, position) => void told.push([consumer, position]),
    });
    const inlet = new JetStreamInlet({
      bus: bus(server.url),
      source: 'intake',
      consumer: 'proof',
      replayMillis: 10_000,
    });
    expect((await inlet.replay(7)).to).toBe(9);
    await server.kill();
    await ownServer(server.folder, server.port);
    await expect
      .poll(
        () =>
          inlet.replay(8).then(
            (batch) => batch.to,
            () => null,
          ),
        { timeout: 20_000 },
      )
      .toBe(10);
    inlet.committed(12);
    await expect.poll(() => told).toEqual([['proof', 12]]);
    await end();
    await expect(inlet.replay(1)).rejects.toMatchObject({ code: 'no-responders' });
  });
});

function connectBusTo(url: string): Bus {
  return bus(url);
}

async function jetStream(operation: string, stream: string, body: object | null): Promise<unknown> {
  const connection = await bus().waitForConnection(5000);
  const message = await connection.request(
    `$JS.API.${operation}.${stream}`,
    body === null ? undefined : JSON.stringify(body),
  );
  return message.json();
}

async function streamConfig(schema: string): Promise<unknown> {
  const info = (await jetStream('STREAM.INFO', schema.toUpperCase(), null)) as { config: unknown };
  return info.config;
}
