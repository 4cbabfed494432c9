import { freshDatabase, waitUntil } from '@besure/testing';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Consumer, type ConsumerOptions } from './consumer.js';
import { MemoryPipe } from './contract/memory-pipe.js';
import { coreMigrations } from './core-migrations.js';
import { openDataSource } from './data-source.js';
import type { StoredEvent } from './event.js';
import { EventStore } from './event-store.js';
import { migrate } from './migrate.js';
import type { Inlet } from './ports.js';
import { Relay, type RelayOptions } from './relay.js';
import type { Tx } from './transaction.js';

const backoff = { firstMillis: 1, largestMillis: 10 };

let url: string;
let owner: EventStore;
let reader: EventStore;
let pipe: MemoryPipe;
const cleanups: (() => Promise<unknown>)[] = [];

async function open(schema: string): Promise<EventStore> {
  const dataSource: DataSource = await openDataSource({ url, schema, poolSize: 4 });
  cleanups.unshift(() => dataSource.destroy());
  return new EventStore({ dataSource, schema });
}

function relay(options: Partial<RelayOptions> = {}): Relay {
  const made = new Relay({ store: owner, outlet: pipe, pollMillis: 20, backoff, ...options });
  cleanups.push(() => made.stop());
  made.start();
  return made;
}

async function consumer(options: Partial<ConsumerOptions> = {}): Promise<Consumer> {
  const made = new Consumer({
    store: reader,
    source: 'owner',
    reads: { Happened: [] },
    inlet: pipe.inlet('reader'),
    handler: keep,
    pollMillis: 50,
    backoff,
    ...options,
  });
  cleanups.push(() => made.stop());
  await made.start();
  return made;
}

/** The effect: one row per event, in the order of handling. A second effect of the same event is an error of the primary key. */
async function keep(tx: Tx, events: readonly StoredEvent[]): Promise<void> {
  await tx.query('INSERT INTO effect (position) SELECT * FROM unnest($1::bigint[])', [
    events.map((event) => event.position),
  ]);
}

async function append(count: number, store = owner): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => ({
    stream: `stream-${index % 3}`,
    expectedVersion: 'any' as const,
    type: 'Happened',
    data: { index },
  }));
  await store.transaction((tx) => store.append(tx, events));
}

async function effects(): Promise<number[]> {
  const rows = await reader.transaction((tx) =>
    tx.query<{ position: string }[]>('SELECT position FROM effect ORDER BY place'),
  );
  return rows.map((row) => Number(row.position));
}

/** The invariant of every scenario: each event had its effect once, in order. */
async function expectEffects(count: number): Promise<void> {
  const all = Array.from({ length: count }, (_, index) => index + 1);
  await waitUntil({ what: `${count} effects` }, async () =>
    (await effects()).length >= count ? true : undefined,
  );
  expect(await effects()).toEqual(all);
}

beforeEach(async () => {
  ({ url } = await freshDatabase());
  await migrate({ url, schema: 'owner', migrations: coreMigrations('owner') });
  const effect = {
    name: 'effect',
    sql: 'CREATE TABLE effect (place bigserial, position bigint PRIMARY KEY)',
  };
  await migrate({ url, schema: 'reader', migrations: [...coreMigrations('reader'), effect] });
  pipe = new MemoryPipe();
  owner = await open('owner');
  reader = await open('reader');
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

describe('relay', () => {
  it('publishes what is there and what comes, in groups', async () => {
    await append(25);
    const made = relay({ maxEvents: 10 });
    await consumer();
    await append(3);
    await expectEffects(28);
    expect(pipe.messages.slice(0, 2).map((message) => message.events.length)).toEqual([10, 10]);
    await waitUntil({ what: 'the relay to have no lag' }, () => (made.status().lag === 0 ? true : undefined));
    expect(made.status()).toEqual({ position: 28, lag: 0, failures: 0 });
  });

  it('finds what another process appended, without a wake-up', async () => {
    relay();
    await consumer();
    const other = await open('owner');
    await append(2, other);
    await expectEffects(2);
  });

  it('publishes at once on a wake-up, long before the next poll', async () => {
    relay({ pollMillis: 3_600_000 });
    await consumer({ pollMillis: 3_600_000 });
    await append(1);
    await expectEffects(1);
    await append(1);
    await expectEffects(2);
  });

  it.each(['refused', 'taken but not acknowledged'])(
    'goes on after publishes that were %s',
    async (fault) => {
      const failures: number[] = [];
      let faults = 3;
      const hook = (): void => {
        if (faults > 0) {
          faults -= 1;
          throw new Error(fault);
        }
      };
      if (fault === 'refused') pipe.beforePublish = hook;
      else pipe.afterPublish = hook;
      relay({ maxEvents: 4, onFailure: (_error, inARow) => failures.push(inARow) });
      await consumer();
      await append(20);
      await expectEffects(20);
      expect(failures.length).toBe(3);
    },
  );

  it('fills a pipe that has forgotten everything, up from what not everyone has', async () => {
    const made = relay({ consumers: ['reader'], maxEvents: 5 });
    await consumer();
    await append(10);
    await expectEffects(10);
    await waitUntil({ what: 'the purge' }, () => (pipe.messages.length === 0 ? true : undefined));
    expect(await made.lowestCommitted()).toBe(10);
    pipe.wipe();
    await append(5);
    await expectEffects(15);
    expect(pipe.messages.every((message) => message.from > 10)).toBe(true);
  });

  it('keeps messages until all consumers have committed, and ignores strangers', async () => {
    const made = relay({ consumers: ['reader', 'sleeper'] });
    await consumer();
    await append(2);
    await expectEffects(2);
    await made.committed('stranger', 2);
    await waitUntil({ what: 'the report to be stored' }, async () => {
      const rows = await owner.transaction((tx) => tx.query<unknown[]>('SELECT * FROM consumer'));
      return rows.length > 0 ? true : undefined;
    });
    expect(await made.lowestCommitted()).toBe(0);
    expect(pipe.messages).toHaveLength(1);
    await made.committed('sleeper', 2);
    await waitUntil({ what: 'the purge' }, () => (pipe.messages.length === 0 ? true : undefined));
  });

  it('shows how far the pipe is behind', async () => {
    pipe.beforePublish = () => {
      throw new Error('away');
    };
    const made = relay();
    await append(3);
    await waitUntil({ what: 'the lag' }, () => (made.status().lag === 3 ? true : undefined));
    expect(made.status()).toMatchObject({ position: 0, lag: 3 });
  });

  it('stops, visibly, where the pipe holds what the store does not have', async () => {
    await append(1);
    await pipe.publish(await owner.readAll(0, 1));
    const [event] = await owner.readAll(0, 1);
    await pipe.publish([{ ...event, position: 2 } as StoredEvent]);
    const failed = Promise.withResolvers<unknown>();
    const made = relay({ onFailure: (error) => failed.resolve(error) });
    expect(await failed.promise).toMatchObject({ code: 'outlet-ahead', retryable: false });
    expect(made.status().failures).toBeGreaterThan(0);
  });
});

describe('consumer', () => {
  it('fills a gap from the owner', async () => {
    relay({ maxEvents: 2 });
    await append(10);
    await waitUntil({ what: 'all to be published' }, () => (pipe.messages.length === 5 ? true : undefined));
    pipe.lose(1, 5, 7);
    await consumer({ pollMillis: 3_600_000 });
    await expectEffects(10);
  });

  it('asks the owner when the pipe stays silent', async () => {
    relay();
    const silent: Inlet = { ...pipe.inlet('reader'), start: async () => ({ stop: async () => {} }) };
    await consumer({ inlet: silent });
    await append(3);
    await expectEffects(3);
  });

  it('waits for an owner who is away, and goes on when he is back', async () => {
    await append(4);
    await pipe.publish(await owner.readAll(2, 2));
    const failed = Promise.withResolvers<void>();
    const made = await consumer({ onFailure: () => failed.resolve() });
    await failed.promise;
    expect(await effects()).toEqual([]);
    expect(made.status().lag).toBe(4);
    relay();
    await expectEffects(4);
    await waitUntil({ what: 'the lag to be gone' }, () => (made.status().lag === 0 ? true : undefined));
    expect(made.status()).toEqual({ source: 'owner', position: 4, lag: 0, failures: 0, stopped: null });
  });

  it('skips doubles, also those that overlap', async () => {
    await append(6);
    relay();
    await consumer();
    await pipe.publish(await owner.readAll(0, 4));
    await pipe.publish(await owner.readAll(2, 4));
    await pipe.publish(await owner.readAll(0, 6));
    await expectEffects(6);
  });

  it('uses nothing of a batch that is not what it says', async () => {
    await append(5);
    relay();
    const inlet = pipe.inlet('reader');
    const [first, , third] = await owner.readAll(0, 5);
    const lying: Inlet = {
      ...inlet,
      start: async (_after, deliver) => {
        await deliver({ from: 1, to: 2, events: [first, third].filter((event) => event !== undefined) });
        return { stop: async () => {} };
      },
    };
    await consumer({ inlet: lying, pollMillis: 3_600_000 });
    await expectEffects(5);
  });

  it('tries a failing handler again, leaves nothing of the failed attempts, lets nothing overtake', async () => {
    relay({ maxEvents: 1 });
    const attempts: number[] = [];
    const failures: number[] = [];
    await consumer({
      onFailure: (_error, inARow) => failures.push(inARow),
      handler: async (tx, events) => {
        attempts.push(events[0]?.position ?? 0);
        await keep(tx, events);
        if (attempts.length <= 3) throw new Error('cannot yet');
      },
    });
    await append(3);
    await expectEffects(3);
    expect(attempts).toEqual([1, 1, 1, 1, 2, 3]);
    expect(failures).toEqual([1, 2, 3]);
  });

  it('handles nothing, and fails at nothing, until it may, and can be stopped while it may not', async () => {
    relay();
    let asked = Promise.withResolvers<void>();
    let goOn = Promise.withResolvers<void>();
    const failures: number[] = [];
    const mayHandle = async (stopping: AbortSignal): Promise<void> => {
      const { promise, resolve } = goOn;
      stopping.addEventListener('abort', () => resolve());
      asked.resolve();
      await promise;
    };
    const made = await consumer({ mayHandle, onFailure: (_error, inARow) => failures.push(inARow) });
    await append(3);
    await asked.promise;
    expect(await effects()).toEqual([]);
    goOn.resolve();
    await expectEffects(3);
    [asked, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await append(1);
    await asked.promise;
    await made.stop();
    expect([await effects(), failures]).toEqual([[1, 2, 3], []]);
  });

  it('survives a connection that is cut while it handles', async () => {
    relay();
    let cuts = 2;
    await consumer({
      handler: async (tx, events) => {
        await keep(tx, events);
        if (cuts > 0) {
          cuts -= 1;
          const [row] = await tx.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
          await owner.transaction((other) =>
            other.query('SELECT pg_terminate_backend($1, 5000)', [row?.pid]),
          );
        }
      },
    });
    await append(3);
    await expectEffects(3);
    expect(cuts).toBe(0);
  });

  it('two instances together give each event one effect, in order', async () => {
    relay({ maxEvents: 3 });
    const second = await open('reader');
    await consumer();
    await consumer({ store: second });
    for (let round = 0; round < 10; round += 1) await append(5);
    await expectEffects(50);
  });

  it('goes on from its checkpoint after a restart', async () => {
    relay();
    const first = await consumer();
    await append(3);
    await expectEffects(3);
    await first.stop();
    await append(3);
    await consumer();
    await expectEffects(6);
  });

  it('can be stopped while its handler keeps failing', async () => {
    relay();
    const failed = Promise.withResolvers<void>();
    const made = await consumer({
      backoff: { firstMillis: 3_600_000, largestMillis: 3_600_000 },
      onFailure: () => failed.resolve(),
      handler: async () => {
        throw new Error('never');
      },
    });
    await append(1);
    await failed.promise;
    await made.stop();
    expect(made.status()).toMatchObject({ position: 0, lag: 1, failures: 1 });
  });
});
