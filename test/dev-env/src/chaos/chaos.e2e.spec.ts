import { expect, it } from 'vitest';
import { inTemporaryFolder } from '../temporary-folder.js';
import { runChaos } from './chaos.js';

// Each kind of fault, and none that takes half a minute to be noticed (a database or a bus that dies without a word).
const SEED = 'gate-6243';
const SECONDS = 20;
const MOST_AT_ONCE = 3;

it(
  'loses and doubles nothing that was acknowledged, whatever is killed, stopped and cut off',
  { timeout: 600_000 },
  async () => {
    const report = await inTemporaryFolder('chaos', (folder) =>
      runChaos({
        folder,
        seed: SEED,
        seconds: SECONDS,
        mostAtOnce: MOST_AT_ONCE,
        signal: AbortSignal.timeout(590_000),
        onProgress: (text) => process.stdout.write(`${text}\n`),
      }),
    );
    expect(report.complaints).toEqual([]);
    expect(report.differences).toEqual([]);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ ok: true, lost: 0, doubled: 0 });
    expect(report.acknowledged).toBeGreaterThan(0);
    expect(report.kills).toBeGreaterThan(0);
    expect(report.evidenceVerified).toBeGreaterThan(0);
  },
);
