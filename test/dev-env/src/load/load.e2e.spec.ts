import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { proveLoad } from './prove-load.js';

// BESURE_LOAD_SEED plays the same acts again.
const seconds = Number(process.env['BESURE_LOAD_SECONDS'] ?? 20);
const seed = process.env['BESURE_LOAD_SEED'] ?? randomBytes(4).toString('hex');

it(
  `ends a load of good and bad requests with exactly the accepted ones proven, and no process grown (seed ${seed})`,
  { timeout: (seconds + 600) * 1000 },
  async () => {
    const { load, differences, verified, grown } = await proveLoad({
      seed,
      seconds,
      evidence: 300,
      onProgress: (text) => process.stdout.write(`${text}\n`),
    });
    expect(differences).toEqual([]);
    expect(grown).toEqual([]);
    expect(verified).toBeGreaterThan(0);
    expect(load.acceptedPerSecond).toBeGreaterThan(0);
    expect(load.refusedPerSecond).toBeGreaterThan(0);
  },
);
