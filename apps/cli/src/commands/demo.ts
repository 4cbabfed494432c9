import { join, resolve } from 'node:path';
import { demo, DocumentsError } from '@besure/dev-env';
import { CliError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interruption.js';
import { noArguments, parseOptions } from '../parse-options.js';
import { projectFolder } from '../state-folder.js';

/** `demo [--documents DIR] [--out DIR] [--json]`: the whole story once, in a network that lives only as long. */
export const demoCommand: Command = {
  usage: ['demo [--documents DIR] [--out DIR] [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      documents: { type: 'string' },
      out: { type: 'string', default: 'out' },
      json: { type: 'boolean', default: false },
    });
    noArguments(positionals);
    const report = await interruptible(async (signal) => {
      try {
        return await demo({
          documents: values.documents === undefined ? null : resolve(values.documents),
          examples: join(projectFolder, 'examples', 'documents'),
          out: resolve(values.out),
          write: values.json ? io.err : io.out,
          coloured: io.coloured,
          signal,
        });
      } catch (error) {
        if (error instanceof DocumentsError) {
          throw new CliError(EXIT.unreadable, error.message, { cause: error });
        }
        throw error;
      }
    });
    if (values.json) io.out(`${JSON.stringify(report, null, 2)}\n`);
    return report.checks.every((check) => check.ok) ? EXIT.ok : EXIT.failed;
  },
};
