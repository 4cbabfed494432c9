import { userInfo } from 'node:os';
import { runningPlans, type ServiceDesk, withDeadLetterDesks } from '@besure/dev-env';
import { parseDiscardReason } from '@besure/protocol';
import { UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { endedLine, endLetters, letterLine, listLetters, partsOfLetter } from '../dead-letter-list.js';
import type { Io } from '../io.js';
import { noArguments, parseOptions, required } from '../parse-options.js';
import { runningNetwork } from '../running-network.js';

/**
 * `dead-letters [list]`: events that a service of the network could not handle; `replay` gives them to it again, `discard` gives them up, with a
 * reason that the back office is shown.
 */
export const deadLettersCommand: Command = {
  usage: [
    'dead-letters [list] [--all] [--json]',
    'dead-letters replay (ID ... | --all) [--by NAME] [--json]',
    'dead-letters discard ID ... --reason TEXT [--force] [--by NAME] [--json]',
  ],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      all: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      reason: { type: 'string' },
      by: { type: 'string', default: userInfo().username },
      json: { type: 'boolean', default: false },
    });
    const [verb = 'list', ...ids] = positionals;
    if (values.force && verb !== 'discard') throw new UsageError('only discard takes --force');
    if (verb === 'list') {
      noArguments(ids);
      const notes = await onDesks((desks) => listLetters(desks, values.all));
      show(io, values.json, notes, letterLine, 'no dead letters\n');
      return EXIT.ok;
    }
    if (verb !== 'replay' && verb !== 'discard') throw new UsageError('list, replay or discard');
    if (verb === 'discard' ? ids.length === 0 : values.all === ids.length > 0)
      throw new UsageError('which ones? See ./besure dead-letters');
    for (const id of ids) partsOfLetter(id);
    const why = verb === 'discard' ? reasonOf(required(values.reason, 'reason')) : null;
    const ended = await onDesks((desks) =>
      endLetters(desks, values.all ? null : ids, why, values.by, values.force),
    );
    show(io, values.json, ended, endedLine, 'no dead letters\n');
    return ended.every(({ ending }) => ending !== null) ? EXIT.ok : EXIT.failed;
  },
};

function onDesks<T>(work: (desks: readonly ServiceDesk[]) => Promise<T>): Promise<T> {
  return withDeadLetterDesks(runningPlans(runningNetwork()), work);
}

function reasonOf(text: string): string {
  try {
    return parseDiscardReason(text, 'reason');
  } catch {
    throw new UsageError('--reason must be readable text in one line, of at most 256 characters');
  }
}

function show<T>(io: Io, json: boolean, all: readonly T[], line: (one: T) => string, none: string): void {
  if (json) io.out(`${JSON.stringify(all, null, 2)}\n`);
  else io.out(all.length === 0 ? none : all.map((one) => `${line(one)}\n`).join(''));
}
