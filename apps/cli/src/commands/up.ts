import { bringUp, ledgerFromEnvironment, readRunFile, type RunFile, StartFailedError } from '@besure/dev-env';
import { CliError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interruption.js';
import { noArguments, parseOptions } from '../parse-options.js';
import { stateFolder } from '../state-folder.js';

/** `up [--json]`: starts a network that stays until `down`, and comes up again with its data. */
export const upCommand: Command = {
  usage: ['up [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, { json: { type: 'boolean', default: false } });
    noArguments(positionals);
    const say = values.json ? io.err : io.out;
    const running = readRunFile(stateFolder);
    if (running !== null) say('already up\n');
    // Read here as well: what is wrong with it is to be told in one line, not at the end of a log.
    if (running === null) ledgerFromEnvironment(process.env);
    const run = running ?? (await start((step) => say(`  ${step}\n`)));
    if (values.json) io.out(`${JSON.stringify(run, null, 2)}\n`);
    else {
      for (const { organisation, name, http } of run.services) {
        io.out(`  ${organisation.padEnd(9)} ${name.padEnd(14)} ${http}\n`);
      }
      io.out(`  data of PostgreSQL in ${run.postgres.folder}\n`);
      io.out('  the ledger is a simulation in one process, unless MULTICHAIN_URL names a node\n');
      io.out('try: ./besure send README.md --from alpha --to beta && ./besure status\n');
    }
    return EXIT.ok;
  },
};

async function start(onProgress: (step: string) => void): Promise<RunFile> {
  try {
    return await interruptible((signal) => bringUp(stateFolder, onProgress, signal));
  } catch (error) {
    if (error instanceof StartFailedError)
      throw new CliError(EXIT.unavailable, error.message, { cause: error });
    throw error;
  }
}
