import { audit, AUDIT_CODES, type Judgement } from '@besure/audit';
import { printableLines } from '@besure/dev-env/printable';
import { nodePrimitives } from '@besure/keys';
import { UsageError } from '../cli-error.js';
import { codesAsText } from '../codes-as-text.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { readText } from '../files.js';
import type { Io } from '../io.js';
import { onlyArgument, parseOptions, required } from '../parse-options.js';
import { styled, wrapped } from '../style.js';

/** `audit ACCUSATION --trust TRUST [--json]`: needs no network and nothing that runs. */
export const auditCommand: Command = {
  usage: ['audit ACCUSATION --trust TRUST [--json]', 'audit --codes [--json]'],
  run(args, io) {
    const { values, positionals } = parseOptions(args, {
      trust: { type: 'string' },
      json: { type: 'boolean', default: false },
      codes: { type: 'boolean', default: false },
    });
    if (values.codes) {
      if (positionals.length > 0) throw new UsageError('--codes stands alone');
      io.out(codesAsText(AUDIT_CODES, values.json));
      return EXIT.ok;
    }
    const [accusationPath, trustPath] = [
      onlyArgument(positionals, 'ACCUSATION'),
      required(values.trust, 'trust'),
    ];
    // What is no text is no accusation either.
    const judgement = audit(readText(accusationPath) ?? '', readText(trustPath) ?? '', nodePrimitives);
    io.out(values.json ? `${JSON.stringify(judgement, null, 2)}\n` : forPeople(io, judgement));
    return judgement.result === 'proven' ? EXIT.ok : EXIT.failed;
  },
};

function forPeople(io: Io, { result, accused, message: found }: Judgement): string {
  // It may quote what the accuser wrote.
  const message = printableLines(found);
  if (result === 'not-proven' || accused === null)
    return `${styled(io, 'yellow', styled(io, 'bold', 'NOT PROVEN'))}\n${wrapped(io, `${message}\n`)}`;
  const who = `${accused.kind === 'hub' ? 'The hub' : 'The witness'} ${accused.name}, run by ${accused.runBy}, lied.`;
  return `${styled(io, 'red', styled(io, 'bold', 'GUILTY'))}\n${wrapped(io, `${who} ${message}\n`)}`;
}
