import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { parseDiscardReason } from '@besure/protocol';
import type { DeadLetterDesk } from './dead-letter-desk.js';
import { describeError } from './describe-error.js';

/** The command was not written as it has to be; the message says what is wrong. */
export class CommandUsageError extends Error {
  override readonly name = 'CommandUsageError';
}

/** What `main.js dead-letters` is to do. */
export type DeadLettersOrder =
  | { readonly type: 'list'; readonly all: boolean }
  | { readonly type: 'replay'; readonly ids: readonly number[] | 'all'; readonly by: string }
  | {
      readonly type: 'discard';
      readonly ids: readonly number[];
      readonly why: string;
      readonly by: string;
      /** Also what nobody would learn of. */
      readonly force: boolean;
    };

/** How the command is written. */
export const DEAD_LETTERS_USAGE = [
  'dead-letters list [--all]',
  'dead-letters replay (ID ... | --all) [--by NAME]',
  'dead-letters discard ID ... --reason TEXT [--force] [--by NAME]',
] as const;

/**
 * Reads the arguments behind `dead-letters`.
 *
 * @param user who acts where `--by` does not say it
 * @throws CommandUsageError
 */
export function parseDeadLettersOrder(
  args: readonly string[],
  user: string = userInfo().username,
): DeadLettersOrder {
  const { values, positionals } = parsed(args);
  const [verb, ...rest] = positionals;
  const { all = false, force = false, reason, by = user } = values;
  const ids = rest.map(idOf);
  if (reason !== undefined && verb !== 'discard')
    throw new CommandUsageError('only discard takes a --reason');
  if (force && verb !== 'discard') throw new CommandUsageError('only discard takes --force');
  readable(by, '--by');
  switch (verb) {
    case 'list':
      if (ids.length > 0 || values.by !== undefined)
        throw new CommandUsageError('list takes nothing but --all');
      return { type: 'list', all };
    case 'replay':
      if (all === ids.length > 0) throw new CommandUsageError('replay takes numbers, or --all');
      return { type: 'replay', ids: all ? 'all' : ids, by };
    case 'discard':
      if (all || ids.length === 0) throw new CommandUsageError('discard takes numbers');
      if (reason === undefined) throw new CommandUsageError('discard needs a --reason');
      return { type: 'discard', ids, why: readable(reason, '--reason'), by, force };
    default:
      throw new CommandUsageError('list, replay or discard');
  }
}

/**
 * Does it, and says what became of each letter in a line of JSON. Letters are taken in the order of their events.
 *
 * @returns whether all of it was done
 */
export async function runDeadLettersOrder(
  desk: DeadLetterDesk,
  order: DeadLettersOrder,
  say: (line: string) => void,
): Promise<boolean> {
  if (order.type === 'list') {
    for (const note of await desk.list(order.all)) say(JSON.stringify(note));
    return true;
  }
  let allDone = true;
  for (const id of await inOrder(desk, order.ids)) {
    try {
      if (order.type === 'replay') await desk.replay(id, order.by);
      else await desk.discard(id, order.why, order.by, order.force);
      say(JSON.stringify({ id, ending: order.type === 'replay' ? 'replayed' : 'discarded' }));
    } catch (error) {
      allDone = false;
      const { name, code = null, message = null } = describeError(error);
      say(JSON.stringify({ id, ending: null, error: name, code, reason: message }));
    }
  }
  return allDone;
}

async function inOrder(desk: DeadLetterDesk, ids: readonly number[] | 'all'): Promise<readonly number[]> {
  const known = (await desk.list(ids !== 'all')).map(({ id }) => id);
  if (ids === 'all') return known;
  const asked = new Set(ids);
  return [...known.filter((id) => asked.delete(id)), ...asked];
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        all: { type: 'boolean' },
        force: { type: 'boolean' },
        reason: { type: 'string' },
        by: { type: 'string' },
      },
    });
  } catch (cause) {
    throw new CommandUsageError('unknown or incomplete options', { cause });
  }
}

function idOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new CommandUsageError('a dead letter is named by its number in the list');
  return Number(text);
}

function readable(text: string, option: string): string {
  try {
    return parseDiscardReason(text, option);
  } catch (cause) {
    throw new CommandUsageError(`${option} must be readable text in one line, of at most 256 characters`, {
      cause,
    });
  }
}
