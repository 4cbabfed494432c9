import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { proveLoad } from './prove-load.js';

// A leak that is too small for the gate shows here: what counts as growth is the same, the load is many times longer.
const seconds = Number(process.env['BESURE_LOAD_SECONDS'] ?? 600);
const seed = process.env['BESURE_LOAD_SEED'] ?? randomBytes(4).toString('hex');

it(
  `ends a load of good and bad requests with exactly the accepted ones proven, and no process grown (seed ${seed})`,
  { timeout: (seconds + 1800) * 1000 },
  async () => {
    const { load, differences, verified, grown } = await proveLoad({
      seed,
      seconds,
      evidence: 3000,
      onProgress: (text) => process.stdout.write(`${text}\n`),
    });
    expect(differences).toEqual([]);
    expect(grown).toEqual([]);
    expect(verified).toBeGreaterThan(0);
    expect(load.acceptedPerSecond).toBeGreaterThan(0);
    expect(load.refusedPerSecond).toBeGreaterThan(0);
  },
);
