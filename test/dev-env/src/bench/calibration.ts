import { generateKeyPairSync, sign } from 'node:crypto';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What this machine is worth, so that figures of different machines can be compared. In microseconds. */
export interface Calibration {
  /** One ES256 signature in DER with a key object. */
  readonly p256SignMicros: number;
  /** One write of a block and fsync in the folder of the data. */
  readonly fsyncMicros: number;
}

const SIGNATURES = 2000;
const FLUSHES = 50;
const BLOCK = new Uint8Array(4096);

/** @param folder where the databases keep their data: fsync differs from disk to disk */
export function calibrate(folder: string): Calibration {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const message = new Uint8Array(400);
  const p256SignMicros = microsPerRound(SIGNATURES, () => sign('sha256', message, privateKey));
  const scratch = mkdtempSync(join(folder, 'calibration-'));
  const file = openSync(join(scratch, 'block'), 'w');
  const fsyncMicros = microsPerRound(FLUSHES, () => {
    writeSync(file, BLOCK);
    fsyncSync(file);
  });
  closeSync(file);
  rmSync(scratch, { recursive: true });
  return { p256SignMicros, fsyncMicros };
}

function microsPerRound(rounds: number, work: () => void): number {
  const started = performance.now();
  for (let i = 0; i < rounds; i++) work();
  return Math.round(((performance.now() - started) * 1000) / rounds);
}
