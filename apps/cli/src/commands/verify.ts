import { nodePrimitives } from '@besure/keys';
import { explain, type Verdict, verify, VERDICT_CODES } from '@besure/verification';
import { UsageError } from '../cli-error.js';
import { codesAsText } from '../codes-as-text.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { readBytes, readText } from '../files.js';
import type { Io } from '../io.js';
import { onlyArgument, parseOptions, required } from '../parse-options.js';
import { type Style, styled, wrapped } from '../style.js';

const EXIT_OF = { proven: EXIT.ok, bad: EXIT.failed, unacceptable: EXIT.unacceptable } as const;
const STYLE_OF: Readonly<Record<Verdict['result'], Style>> = {
  proven: 'green',
  bad: 'red',
  unacceptable: 'yellow',
};

/** `verify EVIDENCE --trust TRUST [--document FILE] [--json]`: needs no network and nothing that runs. */
export const verifyCommand: Command = {
  usage: ['verify EVIDENCE --trust TRUST [--document FILE] [--json]', 'verify --codes [--json]'],
  run(args, io) {
    const { values, positionals } = parseOptions(args, {
      trust: { type: 'string' },
      document: { type: 'string' },
      json: { type: 'boolean', default: false },
      codes: { type: 'boolean', default: false },
    });
    if (values.codes) {
      if (positionals.length > 0) throw new UsageError('--codes stands alone');
      io.out(codesAsText(VERDICT_CODES, values.json));
      return EXIT.ok;
    }
    const [evidencePath, trustPath] = [
      onlyArgument(positionals, 'EVIDENCE'),
      required(values.trust, 'trust'),
    ];
    const evidence = readText(evidencePath);
    const trust = readText(trustPath);
    const document = values.document === undefined ? undefined : readBytes(values.document);
    // No text is no evidence either: the verdict on nothing is the verdict on bytes that are no text.
    const verdict = verify(evidence ?? '', trust ?? '', {
      primitives: nodePrimitives,
      ...(document !== undefined && { document }),
    });
    io.out(values.json ? `${JSON.stringify(verdict, null, 2)}\n` : forPeople(io, verdict));
    return EXIT_OF[verdict.result];
  },
};

function forPeople(io: Io, verdict: Verdict): string {
  const [heading = '', ...rest] = wrapped(io, `${explain(verdict)}${whatToDo(verdict)}`).split('\n');
  return [styled(io, STYLE_OF[verdict.result], styled(io, 'bold', heading)), ...rest].join('\n');
}

/** What whoever called this can do about it, in the words of the trade. */
function whatToDo({ code }: Verdict): string {
  return code === 'trust-too-old'
    ? '\nA newer trust file: curl HUB/v1/trust >TRUST, from the rights service of any hub. The network in it must be the same.\n'
    : '';
}
