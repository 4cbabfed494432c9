import { resolve } from 'node:path';
import { deliver, RefusedError, type Step, STEPS } from '@besure/dev-env';
import { CliError, UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { readBytes } from '../files.js';
import { onlyArgument, parseOptions, required } from '../parse-options.js';
import { runningNetwork } from '../running-network.js';
import { stateFolder } from '../state-folder.js';

/** `send FILE --from ORG --to ORG`: plays both back offices and the exchange's on the way of one document. */
export const sendCommand: Command = {
  usage: [`send FILE --from ORGANISATION --to ORGANISATION [--until ${STEPS.join('|')}] [--json]`],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      from: { type: 'string' },
      to: { type: 'string' },
      until: { type: 'string', default: 'received' },
      json: { type: 'boolean', default: false },
    });
    const path = resolve(onlyArgument(positionals, 'FILE'));
    const from = required(values.from, 'from');
    const to = required(values.to, 'to');
    if (!isStep(values.until)) throw new UsageError(`--until is one of ${STEPS.join(', ')}`);
    const run = runningNetwork();
    readBytes(path);
    const sent = await deliver(run, stateFolder, { path, from, to, until: values.until }).catch(
      (error: unknown) => {
        if (error instanceof RangeError) throw new UsageError(error.message);
        if (error instanceof RefusedError) throw new CliError(EXIT.failed, error.message, { cause: error });
        throw error;
      },
    );
    if (values.json) io.out(`${JSON.stringify(sent, null, 2)}\n`);
    else {
      io.out(`${sent.message}\n`);
      for (const { event, organisation, id } of sent.events)
        io.out(`  ${event} (${organisation}) accepted: ${id}\n`);
    }
    return EXIT.ok;
  },
};

function isStep(text: string): text is Step {
  return (STEPS as readonly string[]).includes(text);
}
