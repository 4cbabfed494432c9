import { type Change, changeSchema } from '@besure/governance';
import { CliError, UsageError } from '../cli-error.js';
import { EXIT } from '../exit-codes.js';
import { readText } from '../files.js';

/** Changes that say no more than what they are about: by the member that names it. */
const SHORT: Readonly<Record<string, string>> = {
  'suspend-organisation': 'organisation',
  'reinstate-organisation': 'organisation',
  'remove-organisation': 'organisation',
  'remove-hub': 'hub',
  'remove-witness': 'witness',
  'remove-authority': 'name',
};

/**
 * The change that is asked for: a file of its JSON, or for the shortest ones their kind and whom they are about. Throws a UsageError, and a
 * CliError where the file holds none.
 */
export function changeOf(positionals: readonly string[]): Change {
  const [first, subject, more] = positionals;
  if (first === undefined) throw new UsageError('CHANGE is missing');
  if (more !== undefined) throw new UsageError(`what is "${more}"?`);
  if (subject === undefined && !Object.hasOwn(SHORT, first)) return changeIn(first);
  const named = Object.hasOwn(SHORT, first) ? SHORT[first] : undefined;
  if (named === undefined || subject === undefined)
    throw new UsageError(`a FILE, or one of ${Object.keys(SHORT).join(', ')} and its name`);
  return parsed({ kind: first, [named]: subject }, (why) => new UsageError(why));
}

function changeIn(path: string): Change {
  const isNone = (why: string, cause?: unknown): CliError =>
    new CliError(EXIT.failed, `${path} is no change: ${why}`, { cause });
  let value: unknown;
  try {
    value = JSON.parse(readText(path) ?? '');
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw isNone('it is not JSON', error);
  }
  return parsed(value, isNone);
}

function parsed(value: unknown, fault: (why: string) => CliError): Change {
  const result = changeSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw fault(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}
