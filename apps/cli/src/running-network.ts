import type { RunFile } from '@besure/dev-env';
import { readRunFile } from '@besure/dev-env';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';
import { stateFolder } from './state-folder.js';

/** What `./besure up` started. Throws a CliError with exit status 69 where nothing runs. */
export function runningNetwork(): RunFile {
  const run = readRunFile(stateFolder);
  if (run === null) throw new CliError(EXIT.unavailable, 'nothing runs: ./besure up starts it');
  return run;
}
