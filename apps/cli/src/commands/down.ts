import { bringDown } from '@besure/dev-env';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { noArguments, parseOptions } from '../parse-options.js';
import { stateFolder } from '../state-folder.js';

/** `down [--json]`: stops what `up` started; all data stay. */
export const downCommand: Command = {
  usage: ['down [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, { json: { type: 'boolean', default: false } });
    noArguments(positionals);
    const stopped = await bringDown(stateFolder);
    io.out(values.json ? `${JSON.stringify({ stopped })}\n` : stopped ? 'down\n' : 'nothing was up\n');
    return EXIT.ok;
  },
};
