import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ProcessOptions } from '../host.js';

/**
 * How processes are started so that each writes what its processor time was spent on, from its start to its end: one file per service, for the
 * performance view of a browser's developer tools. Being watched costs some of that time: figures of such a run are not for comparing.
 */
export function profiling(folder: string): ProcessOptions {
  const path = resolve(folder);
  mkdirSync(path, { recursive: true });
  return {
    nodeArguments: (service) => [
      '--cpu-prof',
      `--cpu-prof-dir=${path}`,
      `--cpu-prof-name=${service}.cpuprofile`,
    ],
  };
}
