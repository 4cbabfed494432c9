import { expect, it } from 'vitest';
import { loadProofOptions, proveLoad } from './prove-load.js';

const options = loadProofOptions({ seconds: 8, evidence: 300 });

it(
  `ends a load of good and bad requests with exactly the accepted ones proven, and no process grown (seed ${options.seed})`,
  { timeout: (options.seconds + 600) * 1000 },
  async () => expect(await proveLoad(options)).toEqual([]),
);
