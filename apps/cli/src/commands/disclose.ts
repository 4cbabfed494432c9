import { nodePrimitives } from '@besure/keys';
import { CLAIM_NAMES } from '@besure/protocol';
import { disclose, DisclosureError, shownClaimNames } from '@besure/verification';
import { CliError, UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { readText, writeText } from '../files.js';
import { onlyArgument, parseOptions, required } from '../parse-options.js';

const { sha256 } = nodePrimitives;

/** `disclose EVIDENCE --show event,time,... --out FILE`: what is not named is hidden for good in the copy. */
export const discloseCommand: Command = {
  usage: [
    `disclose EVIDENCE --show CLAIM,CLAIM,... --out FILE [--json]   (claims: ${CLAIM_NAMES.join(' ')})`,
  ],
  run(args, io) {
    const { values, positionals } = parseOptions(args, {
      show: { type: 'string' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const path = onlyArgument(positionals, 'EVIDENCE');
    const out = required(values.out, 'out');
    if (values.show === undefined) throw new UsageError('--show is missing');
    const show = values.show.split(',').filter((name) => name !== '');
    const copy = hideRest(readText(path) ?? '', show);
    writeText(out, copy);
    const shown = shownClaimNames(copy, sha256);
    const hidden = CLAIM_NAMES.filter((name) => !shown.includes(name));
    if (values.json) io.out(`${JSON.stringify({ out, shown, hidden }, null, 2)}\n`);
    else io.out(`${out}\n  shows  ${shown.join(' ') || '-'}\n  hides  ${hidden.join(' ') || '-'}\n`);
    return EXIT.ok;
  },
};

function hideRest(evidence: string, show: readonly string[]): string {
  try {
    return disclose(evidence, show, sha256);
  } catch (error) {
    if (!(error instanceof DisclosureError)) throw error;
    if (error.code === 'claim-unknown') throw new UsageError(error.message);
    throw new CliError(EXIT.failed, error.message, { cause: error });
  }
}
