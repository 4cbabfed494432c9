import { expect, it } from 'vitest';
import { proveQueue } from './prove-queue.js';

// Only a part of the queue is waited for: to prove all of it takes minutes, and is no other work.
const EVENTS = 50_000;
const SETTLED = 4000;
const MOST_MILLIS = 900_000;

it(
  `holds nothing of ${EVENTS} queued events in any memory, neither while they wait nor while they are worked off`,
  async () => {
    const { queued, drained, grown, memory } = await proveQueue({
      events: EVENTS,
      settled: SETTLED,
      seconds: 240,
      profile: 'demo',
      signal: AbortSignal.timeout(MOST_MILLIS),
      onProgress: () => undefined,
    });
    expect(queued.events).toBe(EVENTS);
    expect(drained.events).toBeGreaterThanOrEqual(SETTLED);
    expect(grown, JSON.stringify(memory, null, 2)).toEqual([]);
  },
  MOST_MILLIS,
);
