import assert from 'node:assert/strict';
import { EVENT_BYTES_LIMIT } from '../event-store.js';
import { eventBatch, type EventBatch, type JsonValue, type StoredEvent } from '../event.js';
import type { EventOwner, Inlet, Outlet } from '../ports.js';

/** An empty pipe, made anew for each check. */
export interface PipeUnderTest {
  readonly outlet: Outlet;
  inlet(consumer: string): Inlet | Promise<Inlet>;
}

/** One clause of the contract; `run` rejects with an AssertionError when the implementation breaks it. */
export interface PipeCheck {
  readonly name: string;
  run(pipe: PipeUnderTest): Promise<void>;
}

const DEADLINE_MILLIS = 20_000;

/** Made-up events at consecutive positions. */
export function sampleEvents(
  from: number,
  to: number,
  data: JsonValue = { états: ['é', 1.5, null] },
): StoredEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    position: from + index,
    stream: `sample-${(from + index) % 3}`,
    version: from + index,
    type: 'SampleHappened',
    data,
    attachment: index % 2 === 0 ? Uint8Array.of(0, 255, index % 256) : null,
    recordedAt: '2026-11-22T10:00:00.000Z',
  }));
}

/**
 * What every pair of Outlet and Inlet must do, without a test runner: `for (const check of pipeContract) it(check.name, ...)`.
 */
export const pipeContract: readonly PipeCheck[] = [
  {
    name: 'an empty pipe has published nothing',
    run: async ({ outlet }) => {
      assert.equal(await outlet.lastPublished(), 0);
    },
  },
  {
    name: 'remembers the last position it took',
    run: async ({ outlet }) => {
      await outlet.publish(sampleEvents(1, 3));
      assert.equal(await outlet.lastPublished(), 3);
      await outlet.publish(sampleEvents(4, 4));
      assert.equal(await outlet.lastPublished(), 4);
    },
  },
  {
    name: 'may begin at any position',
    run: async ({ outlet }) => {
      await outlet.publish(sampleEvents(1_000, 1_001));
      assert.equal(await outlet.lastPublished(), 1_001);
    },
  },
  {
    name: 'delivers what was published before and after the start, in order and unchanged',
    run: async (pipe) => {
      await pipe.outlet.publish(sampleEvents(1, 3));
      const seen = await collect(pipe, 0);
      await seen.until(3);
      await pipe.outlet.publish(sampleEvents(4, 5));
      await pipe.outlet.publish(sampleEvents(6, 6));
      await seen.until(6);
      assert.deepEqual(seen.events(), [...sampleEvents(1, 3), ...sampleEvents(4, 5), ...sampleEvents(6, 6)]);
      await seen.stop();
    },
  },
  {
    name: 'batches say from and to',
    run: async (pipe) => {
      await pipe.outlet.publish(sampleEvents(1, 3));
      const seen = await collect(pipe, 0);
      await seen.until(3);
      assert.deepEqual(seen.batches[0], eventBatch(0, sampleEvents(1, 3)));
      await seen.stop();
    },
  },
  {
    name: 'starts after a position: everything behind it comes',
    run: async (pipe) => {
      await pipe.outlet.publish(sampleEvents(1, 2));
      await pipe.outlet.publish(sampleEvents(3, 5));
      await pipe.outlet.publish(sampleEvents(6, 7));
      const seen = await collect(pipe, 4);
      await seen.until(7);
      const positions = seen.events().map((event) => event.position);
      assert.deepEqual(positions.slice(-3), [5, 6, 7]);
      await seen.stop();
    },
  },
  {
    name: 'two consumers each get everything',
    run: async (pipe) => {
      await pipe.outlet.publish(sampleEvents(1, 2));
      const one = await collect(pipe, 0, 'one');
      const two = await collect(pipe, 0, 'two');
      await pipe.outlet.publish(sampleEvents(3, 3));
      await Promise.all([one.until(3), two.until(3)]);
      assert.deepEqual(one.events(), two.events());
      await Promise.all([one.stop(), two.stop()]);
    },
  },
  {
    name: 'delivers one batch at a time',
    run: async (pipe) => {
      for (let position = 1; position <= 5; position += 1)
        await pipe.outlet.publish(sampleEvents(position, position));
      let underWay = 0;
      let most = 0;
      const seen = await collect(pipe, 0, 'consumer', async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
      });
      await seen.until(5);
      await seen.stop();
      assert.equal(most, 1);
    },
  },
  {
    name: 'delivers no more after deliver rejected',
    run: async (pipe) => {
      await pipe.outlet.publish(sampleEvents(1, 1));
      await pipe.outlet.publish(sampleEvents(2, 2));
      const seen = await collect(pipe, 0, 'consumer', async () => {
        throw new Error('being stopped');
      });
      await seen.until(1);
      await seen.stop();
      assert.equal(seen.batches.length, 1);
    },
  },
  {
    name: 'delivers nothing after stop, and goes on where a new start says',
    run: async (pipe) => {
      await pipe.outlet.publish(sampleEvents(1, 2));
      const first = await collect(pipe, 0);
      await first.until(2);
      await first.stop();
      await pipe.outlet.publish(sampleEvents(3, 3));
      const second = await collect(pipe, 2);
      await second.until(3);
      await second.stop();
      assert.deepEqual(first.events(), sampleEvents(1, 2));
      assert.deepEqual(second.events(), sampleEvents(3, 3));
    },
  },
  {
    name: 'a group published again does no harm to order or to the last position',
    run: async (pipe) => {
      const seen = await collect(pipe, 0);
      await pipe.outlet.publish(sampleEvents(1, 2));
      await pipe.outlet.publish(sampleEvents(1, 2));
      await pipe.outlet.publish(sampleEvents(3, 3));
      assert.equal(await pipe.outlet.lastPublished(), 3);
      await seen.until(3);
      await seen.stop();
      const positions = seen.events().map((event) => event.position);
      assert.deepEqual([...new Set(positions)], [1, 2, 3]);
    },
  },
  {
    name: 'carries a group of the largest size',
    run: async (pipe) => {
      const attachment = new Uint8Array(Math.floor((EVENT_BYTES_LIMIT - 100) / 4) * 3).fill(7);
      const [event] = sampleEvents(1, 1, {});
      assert.ok(event);
      await pipe.outlet.publish([{ ...event, attachment }]);
      const seen = await collect(pipe, 0);
      await seen.until(1);
      await seen.stop();
      assert.deepEqual(seen.events()[0]?.attachment, attachment);
    },
  },
  {
    name: 'purging lets go of messages and keeps the last position',
    run: async (pipe) => {
      await pipe.outlet.publish(sampleEvents(1, 2));
      await pipe.outlet.publish(sampleEvents(3, 4));
      await pipe.outlet.purgeBelow(3);
      await pipe.outlet.purgeBelow(3);
      assert.equal(await pipe.outlet.lastPublished(), 4);
      const seen = await collect(pipe, 0);
      await seen.until(4);
      await seen.stop();
      assert.deepEqual(seen.events(), sampleEvents(3, 4));
    },
  },
  {
    name: 'purging everything keeps the last position',
    run: async ({ outlet }) => {
      await outlet.publish(sampleEvents(1, 4));
      await outlet.purgeBelow(5);
      assert.equal(await outlet.lastPublished(), 4);
    },
  },
  {
    name: 'carries a replay from the owner, with nothing in it too',
    run: async (pipe) => {
      const end = await pipe.outlet.serve({
        replay: async (after) => eventBatch(after, after === 7 ? sampleEvents(8, 9) : []),
        committed: async () => {},
      });
      const inlet = await pipe.inlet('consumer');
      assert.deepEqual(await inlet.replay(7), eventBatch(7, sampleEvents(8, 9)));
      assert.deepEqual(await inlet.replay(9), eventBatch(9, []));
      await end();
    },
  },
  {
    name: 'a replay that the owner cannot give rejects',
    run: async (pipe) => {
      const owner: EventOwner = {
        replay: async () => {
          throw new Error('the database is away');
        },
        committed: async () => {},
      };
      const end = await pipe.outlet.serve(owner);
      const inlet = await pipe.inlet('consumer');
      await assert.rejects(inlet.replay(0));
      await end();
    },
  },
  {
    name: 'a replay that nobody serves rejects',
    run: async (pipe) => {
      const inlet = await pipe.inlet('consumer');
      await assert.rejects(inlet.replay(0));
    },
  },
  {
    name: 'tells the owner who has committed what; without an owner nothing happens',
    run: async (pipe) => {
      const inlet = await pipe.inlet('archive');
      inlet.committed(1);
      const told = Promise.withResolvers<[string, number]>();
      const end = await pipe.outlet.serve({
        replay: async (after) => eventBatch(after, []),
        committed: async (consumer, position) => {
          if (position === 42) told.resolve([consumer, position]);
        },
      });
      inlet.committed(42);
      assert.deepEqual(await beforeDeadline(told.promise, 'the report to arrive'), ['archive', 42]);
      await end();
    },
  },
];

interface Collector {
  readonly batches: EventBatch[];
  events(): StoredEvent[];
  until(position: number): Promise<void>;
  stop(): Promise<void>;
}

async function collect(
  pipe: PipeUnderTest,
  after: number,
  consumer = 'consumer',
  handle: (batch: EventBatch) => Promise<void> = async () => {},
): Promise<Collector> {
  const batches: EventBatch[] = [];
  let look: () => void = () => {};
  const inlet = await pipe.inlet(consumer);
  const subscription = await inlet.start(after, async (batch) => {
    batches.push(batch);
    look();
    await handle(batch);
  });
  return {
    batches,
    events: () => batches.flatMap((batch) => batch.events),
    until: async (position) => {
      const reached = new Promise<void>((resolve) => {
        look = () => {
          if (batches.some((batch) => batch.to >= position)) resolve();
        };
        look();
      });
      await beforeDeadline(reached, `position ${position} to arrive`);
    },
    stop: () => beforeDeadline(subscription.stop(), 'the delivery to stop'),
  };
}

async function beforeDeadline<T>(promise: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new assert.AssertionError({ message: `waited for ${what}` })),
    DEADLINE_MILLIS,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
