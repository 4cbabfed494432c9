import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Worker } from './worker.js';

describe('Worker', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function worker(round: () => Promise<boolean>): { worker: Worker; failures: number[] } {
    const failures: number[] = [];
    return {
      worker: new Worker({
        round,
        restMillis: 1_000,
        backoff: { firstMillis: 100, largestMillis: 100 },
        onFailure: (_error, inARow) => failures.push(inARow),
      }),
      failures,
    };
  }

  it('goes on at once while there is more, then rests until woken', async () => {
    const answers = [true, true, false];
    const round = vi.fn(() => Promise.resolve(answers.shift() ?? false));
    const { worker: one } = worker(round);
    one.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(round).toHaveBeenCalledTimes(3);
    one.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(round).toHaveBeenCalledTimes(4);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(round).toHaveBeenCalledTimes(5);
    await one.stop();
  });

  it('is not hurried by wake-ups while it fails, and counts failures in a row', async () => {
    let fails = true;
    const round = vi.fn(() => (fails ? Promise.reject(new Error('down')) : Promise.resolve(false)));
    const { worker: one, failures } = worker(round);
    one.start();
    await vi.advanceTimersByTimeAsync(0);
    one.wake();
    await vi.advanceTimersByTimeAsync(10);
    expect(round).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(failures).toEqual([1, 2]);
    fails = false;
    await vi.advanceTimersByTimeAsync(100);
    expect(one.failures).toBe(0);
    await one.stop();
  });

  it('stops after the round under way', async () => {
    let finish: (more: boolean) => void = () => {};
    const round = vi.fn(() => new Promise<boolean>((resolve) => (finish = resolve)));
    const { worker: one } = worker(round);
    one.start();
    await vi.advanceTimersByTimeAsync(0);
    const stopped = one.stop();
    finish(true);
    await stopped;
    expect(round).toHaveBeenCalledTimes(1);
  });
});
