import { describe, expect, it } from 'vitest';
import { RateLimit } from './rate-limit.js';

describe('RateLimit', () => {
  it('lets a second pass at once, then tells how long to wait, and keeps its word', () => {
    let now = 0;
    const limit = new RateLimit(10, 1, () => now);
    expect(limit.take('a', 10)).toBeNull();
    expect(limit.wait('a')).toBeNull();
    expect(limit.take('a', 6)).toBe(1);
    now = 599;
    expect(limit.wait('a')).toBe(1);
    now = 600;
    expect(limit.wait('a')).toBeNull();
    expect(limit.take('a', 6)).toBeNull();
    now = 1600;
    expect(limit.take('a', 10)).toBeNull();
  });

  it('reads nothing of a sender that does not wait, and does not make it wait longer for that', () => {
    let now = 0;
    const limit = new RateLimit(1, 500, () => now);
    expect(limit.wait('a')).toBeNull();
    expect(limit.take('a', 500)).toBeNull();
    expect(limit.take('a', 500)).toBe(500);
    for (now = 1000; now < 500_000; now += 1000) expect(limit.wait('a')).toBe(500 - now / 1000);
    expect(limit.wait('a')).toBeNull();
    expect(limit.take('a', 500)).toBeNull();
  });

  it('lets a full batch pass however low the rate is, and saves no more than that', () => {
    let now = 0;
    const limit = new RateLimit(1, 500, () => now);
    expect(limit.take('a', 500)).toBeNull();
    now = 1e9;
    expect(limit.take('a', 500)).toBeNull();
    expect(limit.take('a', 1)).toBe(1);
  });

  it('gives a sender the rate of its own', () => {
    let now = 0;
    const limit = new RateLimit(1, 1, () => now);
    expect(limit.take('a', 10, 10)).toBeNull();
    expect(limit.take('a', 5, 10)).toBe(1);
    now = 499;
    expect(limit.wait('a', 10)).toBe(1);
    now = 500;
    expect(limit.wait('a', 10)).toBeNull();
    expect(limit.take('a', 5, 10)).toBeNull();
  });

  it('counts each sender alone', () => {
    const limit = new RateLimit(1, 1, () => 0);
    expect(limit.take('a', 1)).toBeNull();
    expect(limit.take('a', 1)).toBe(1);
    expect(limit.wait('b')).toBeNull();
    expect(limit.take('b', 1)).toBeNull();
  });
});
