import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@besure/testing';
import { type RunFile, isAlive, readRunFile, removeRunFile } from './run-file.js';

const START_MILLIS = 120_000;
const STOP_MILLIS = 60_000;

/** Starts a network that stays when this process ends, and waits until it is there. Rejects with the end of its log when it fails. */
export async function bringUp(state: string, onProgress: (step: string) => void): Promise<RunFile> {
  mkdirSync(state, { recursive: true });
  const logFile = join(state, 'up.log');
  writeFileSync(logFile, '', { mode: 0o600 });
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [fileURLToPath(new URL('keep-up.js', import.meta.url)), state], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let shown = 0;
  const stopChild = (): void => void (child.pid !== undefined && process.kill(child.pid, 'SIGTERM'));
  process.once('SIGINT', stopChild);
  try {
    return await waitUntil({ what: 'the network', timeoutMillis: START_MILLIS }, () => {
      const lines = readFileSync(logFile, 'utf8').split('\n').slice(0, -1);
      for (const line of lines.slice(shown)) onProgress(line);
      shown = lines.length;
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`the network did not start; the end of ${logFile}:\n${lines.slice(-15).join('\n')}`);
      }
      return readRunFile(state) ?? undefined;
    });
  } finally {
    process.removeListener('SIGINT', stopChild);
    child.unref();
  }
}

/** Stops what runs and waits until it is gone. False where nothing ran. */
export async function bringDown(state: string): Promise<boolean> {
  const run = readRunFile(state);
  if (run === null) {
    removeRunFile(state);
    return false;
  }
  process.kill(run.pid, 'SIGTERM');
  await waitUntil({ what: 'the network to stop', timeoutMillis: STOP_MILLIS }, () =>
    isAlive(run.pid) ? undefined : true,
  );
  return true;
}
