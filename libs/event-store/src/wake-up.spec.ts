import { describe, expect, it } from 'vitest';
import { WakeUp } from './wake-up.js';

describe('WakeUp', () => {
  it('keeps a wake-up that came while nobody waited, once', async () => {
    const wakeUp = new WakeUp();
    wakeUp.raise();
    wakeUp.raise();
    expect(await wakeUp.wait(60_000)).toBe(true);
    expect(await wakeUp.wait(0)).toBe(false);
  });

  it('ends the current wait', async () => {
    const wakeUp = new WakeUp();
    const waiting = wakeUp.wait(60_000);
    wakeUp.raise();
    expect(await waiting).toBe(true);
  });

  it('ends by itself', async () => {
    expect(await new WakeUp().wait(1)).toBe(false);
  });
});
