import {
  bringUp,
  HubsFixedError,
  ledgerFromEnvironment,
  MOST_HUBS,
  readRunFile,
  type RunFile,
  StartFailedError,
} from '@besure/dev-env';
import { CliError, UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interruption.js';
import { noArguments, parseOptions } from '../parse-options.js';
import { stateFolder } from '../state-folder.js';

/** `up [--hubs N] [--json]`: starts a network that stays until `down`, and comes up again with its data. */
export const upCommand: Command = {
  usage: [`up [--hubs 1-${MOST_HUBS}] [--json]`],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      hubs: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    noArguments(positionals);
    const hubs = hubsOf(values.hubs);
    const say = values.json ? io.err : io.out;
    const running = readRunFile(stateFolder);
    if (running !== null) {
      if (hubs !== undefined && running.hubs.length !== hubs) {
        throw new CliError(EXIT.configuration, `already up, with ${running.hubs.length} by its charter`);
      }
      say('already up\n');
    }
    // Read here as well: what is wrong with it is to be told in one line, not at the end of a log.
    if (running === null) ledgerFromEnvironment(process.env);
    const run = running ?? (await start((step) => say(`  ${step}\n`), hubs));
    if (values.json) io.out(`${JSON.stringify(run, null, 2)}\n`);
    else {
      for (const { organisation, name, http } of run.services) {
        io.out(`  ${organisation.padEnd(9)} ${name.padEnd(14)} ${http}\n`);
      }
      io.out(`  data of PostgreSQL in ${run.postgres.folder}\n`);
      for (const line of ledgerLines(run)) io.out(`  ${line}\n`);
      io.out('try: ./besure send README.md --from alpha --to beta && ./besure status\n');
    }
    return EXIT.ok;
  },
};

/** On what the hubs stand, so that nobody takes a simulation for a ledger, nor hubs that share one for independent ones. */
function ledgerLines({ ledger, hubs }: RunFile): string[] {
  const what = ledger.simulated ? 'one simulated ledger, a single process' : `the one node at ${ledger.url}`;
  return hubs.length === 1
    ? [`the hub stands on ${what}`]
    : [
        ...hubs.map(({ id, operator, log }) => `${id}, run by ${operator}: log ${log}`),
        `all ${hubs.length} hubs stand on ${what}: they are independent in their keys, databases and processes only`,
      ];
}

function hubsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const hubs = Number(text);
  if (!/^[1-9]$/.test(text) || hubs > MOST_HUBS)
    throw new UsageError(`--hubs is a number from 1 to ${MOST_HUBS}`);
  return hubs;
}

async function start(onProgress: (step: string) => void, hubs: number | undefined): Promise<RunFile> {
  try {
    return await interruptible((signal) => bringUp(stateFolder, onProgress, signal, hubs));
  } catch (error) {
    if (error instanceof HubsFixedError)
      throw new CliError(EXIT.configuration, error.message, { cause: error });
    if (error instanceof StartFailedError)
      throw new CliError(EXIT.unavailable, error.message, { cause: error });
    throw error;
  }
}
