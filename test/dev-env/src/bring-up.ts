import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@besure/testing';
import { assertHubs } from './settings.js';
import { KEEP_UP, type RunFile, isAlive, networkFolder, readRunFile, removeRunFile } from './run-file.js';

/** The network did not start; the message holds the end of its log. */
export class StartFailedError extends Error {
  override readonly name = 'StartFailedError';
}

const START_MILLIS = 120_000;
const STOP_MILLIS = 60_000;

/**
 * Starts a network that stays when this process ends, and waits until it is there. Rejects with the end of its log when it fails; it is
 * told to end then, and when the signal comes first.
 *
 * @param hubs how many hubs a new network has; throws HubsFixedError where the network is there with another number
 */
export async function bringUp(
  state: string,
  onProgress: (step: string) => void,
  signal: AbortSignal,
  hubs?: number,
): Promise<RunFile> {
  assertHubs(networkFolder(state), hubs);
  mkdirSync(state, { recursive: true });
  const logFile = join(state, 'up.log');
  writeFileSync(logFile, '', { mode: 0o600 });
  const log = openSync(logFile, 'a');
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL(KEEP_UP, import.meta.url)), state, ...(hubs === undefined ? [] : [String(hubs)])],
    {
      detached: true,
      stdio: ['ignore', log, log],
    },
  );
  closeSync(log);
  let shown = 0;
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  try {
    return await waitUntil({ what: 'the network', timeoutMillis: START_MILLIS }, () => {
      const lines = readFileSync(logFile, 'utf8').split('\n').slice(0, -1);
      for (const line of lines.slice(shown)) onProgress(line);
      shown = lines.length;
      signal.throwIfAborted();
      if (hasEnded()) {
        throw new StartFailedError(
          `the network did not start; the end of ${logFile}:\n${lines.slice(-15).join('\n')}`,
        );
      }
      return readRunFile(state) ?? undefined;
    });
  } catch (error) {
    child.kill('SIGTERM');
    await waitUntil({ what: 'the network to stop', timeoutMillis: STOP_MILLIS }, () =>
      hasEnded() ? true : undefined,
    );
    throw error;
  } finally {
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
