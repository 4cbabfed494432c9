import { expect, it } from 'vitest';
import { loadProofOptions, proveLoad } from './prove-load.js';

// A leak that is too small for the gate shows here: what counts as growth is the same, the load is many times longer.
const options = loadProofOptions({ seconds: 600, evidence: 3000 });

it(
  `ends a load of good and bad requests with exactly the accepted ones proven, and no process grown (seed ${options.seed})`,
  { timeout: (options.seconds + 1800) * 1000 },
  async () => expect(await proveLoad(options)).toEqual([]),
);
