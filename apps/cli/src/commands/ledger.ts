import { foundRunning } from '@besure/dev-env';
import { UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { parseOptions } from '../parse-options.js';
import { runningNetwork } from '../running-network.js';
import { stateFolder } from '../state-folder.js';

/** `ledger found`: asks the first hub to create the streams and to grant what the charter says. Once is enough, again does no harm. */
export const ledgerCommand: Command = {
  usage: ['ledger found [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, { json: { type: 'boolean', default: false } });
    const [what, ...rest] = positionals;
    if (what !== 'found' || rest.length > 0) throw new UsageError('found is the only thing to do');
    await foundRunning(runningNetwork(), stateFolder);
    io.out(
      values.json
        ? `${JSON.stringify({ founded: true })}\n`
        : 'the streams are there, and everyone may do what the charter says\n',
    );
    return EXIT.ok;
  },
};
