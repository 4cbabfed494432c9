import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { inTemporaryFolder } from '../temporary-folder.js';
import { runChaos } from './chaos.js';

// BESURE_CHAOS_SEED plays the same schedule again.
const seconds = Number(process.env['BESURE_CHAOS_SECONDS'] ?? 300);
const seed = process.env['BESURE_CHAOS_SEED'] ?? randomBytes(4).toString('hex');
const REST_SECONDS = 900;

it(
  `loses and doubles nothing that was acknowledged, whatever is killed, stopped and cut off (seed ${seed})`,
  { timeout: (seconds + REST_SECONDS) * 1000 },
  async () => {
    const report = await inTemporaryFolder(
      'chaos',
      (folder) =>
        runChaos({
          folder,
          seed,
          seconds,
          signal: AbortSignal.timeout((seconds + REST_SECONDS - 10) * 1000),
          onProgress: (text) => process.stdout.write(`${text}\n`),
        }),
      (outcome) => 'error' in outcome || !outcome.result.ok,
    );
    expect(report.complaints).toEqual([]);
    expect(report.differences).toEqual([]);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ ok: true, lost: 0, doubled: 0 });
    expect(report.kills).toBeGreaterThan(0);
    expect(report.evidenceVerified).toBeGreaterThan(0);
  },
);
