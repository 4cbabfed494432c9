import { describe, expect, it } from 'vitest';
import { OneAtATime } from './one-at-a-time.js';

describe('work that is done one at a time', () => {
  function gated(): { one: OneAtATime; begun: PromiseWithResolvers<void>[] } {
    const begun: PromiseWithResolvers<void>[] = [];
    const one = new OneAtATime(() => {
      const gate = Promise.withResolvers<void>();
      begun.push(gate);
      return gate.promise;
    });
    return { one, begun };
  }

  it('is done once more for all that was asked meanwhile, and not at the same time', async () => {
    const { one, begun } = gated();
    one.ask();
    one.ask();
    one.ask();
    expect(begun).toHaveLength(1);
    begun[0]?.resolve();
    await new Promise(setImmediate);
    expect(begun).toHaveLength(2);
    begun[1]?.resolve();
    await one.close();
    expect(begun).toHaveLength(2);
    one.ask();
    expect(begun).toHaveLength(3);
  });

  it('closes when what is under way is done, and begins no more', async () => {
    const { one, begun } = gated();
    one.ask();
    one.ask();
    let closed = false;
    const closing = one.close().then(() => (closed = true));
    await new Promise(setImmediate);
    expect(closed).toBe(false);
    begun[0]?.resolve();
    await closing;
    expect(begun).toHaveLength(1);
  });
});
