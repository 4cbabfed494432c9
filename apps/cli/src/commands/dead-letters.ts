import { userInfo } from 'node:os';
import { runningPlans, type ServiceDesk, withDeadLetterDesks } from '@besure/dev-env';
import { printable } from '@besure/dev-env/printable';
import { parseDiscardReason } from '@besure/protocol';
import { UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';
import { noArguments, parseOptions, required } from '../parse-options.js';
import { runningNetwork } from '../running-network.js';

type Note = Awaited<ReturnType<ServiceDesk['desk']['list']>>[number];
/** A dead letter of the network: its service is part of its name. */
type Named = Omit<Note, 'id'> & { readonly id: string };
/** What became of one that was to be ended. */
interface Ended {
  readonly id: string;
  readonly ending: 'replayed' | 'discarded' | null;
  readonly why: string | null;
}

/**
 * `dead-letters [list]`: events that a service of the network could not handle; `replay` gives them to it again, `discard` gives them up, with a
 * reason that the back office is shown.
 */
export const deadLettersCommand: Command = {
  usage: [
    'dead-letters [list] [--all] [--json]',
    'dead-letters replay (ID ... | --all) [--by NAME] [--json]',
    'dead-letters discard ID ... --reason TEXT [--by NAME] [--json]',
  ],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      all: { type: 'boolean', default: false },
      reason: { type: 'string' },
      by: { type: 'string', default: userInfo().username },
      json: { type: 'boolean', default: false },
    });
    const [verb = 'list', ...ids] = positionals;
    if (verb === 'list') {
      noArguments(ids);
      const notes = await onDesks((desks) => list(desks, values.all));
      show(io, values.json, notes, lineOf, 'no dead letters\n');
      return EXIT.ok;
    }
    if (verb !== 'replay' && verb !== 'discard') throw new UsageError('list, replay or discard');
    if (verb === 'discard' ? ids.length === 0 : values.all === ids.length > 0)
      throw new UsageError('which ones? See ./besure dead-letters');
    for (const id of ids) partsOf(id);
    const why = verb === 'discard' ? reasonOf(required(values.reason, 'reason')) : null;
    const ended = await onDesks((desks) => end(desks, values.all ? null : ids, why, values.by));
    show(io, values.json, ended, resultOf, 'no dead letters\n');
    return ended.every(({ ending }) => ending !== null) ? EXIT.ok : EXIT.failed;
  },
};

function onDesks<T>(work: (desks: readonly ServiceDesk[]) => Promise<T>): Promise<T> {
  return withDeadLetterDesks(runningPlans(runningNetwork()), work);
}

async function list(desks: readonly ServiceDesk[], all: boolean): Promise<Named[]> {
  const lists = await Promise.all(
    desks.map(async ({ organisation, service, desk }) =>
      (await desk.list(all)).map((note) => ({ ...note, id: `${organisation}/${service}/${note.id}` })),
    ),
  );
  return lists.flat();
}

/** In the order of the list, whatever order they are named in. */
async function end(
  desks: readonly ServiceDesk[],
  ids: readonly string[] | null,
  why: string | null,
  by: string,
): Promise<Ended[]> {
  const known = (await list(desks, ids !== null)).map(({ id }) => id);
  const asked =
    ids === null
      ? known
      : [...known.filter((id) => ids.includes(id)), ...ids.filter((id) => !known.includes(id))];
  const ended: Ended[] = [];
  for (const id of new Set(asked)) {
    const { organisation, service, number } = partsOf(id);
    const at = desks.find((one) => one.organisation === organisation && one.service === service);
    try {
      if (at === undefined) throw new UsageError(`no service ${organisation}/${service} runs`);
      if (why === null) await at.desk.replay(number, by);
      else await at.desk.discard(number, why, by);
      ended.push({ id, ending: why === null ? 'replayed' : 'discarded', why });
    } catch (error) {
      ended.push({ id, ending: null, why: failureOf(error) });
    }
  }
  return ended;
}

function partsOf(id: string): { organisation: string; service: string; number: number } {
  const [, organisation, service, number] = /^([a-z0-9-]+)\/([a-z-]+)\/([1-9]\d{0,14})$/.exec(id) ?? [];
  if (organisation === undefined || service === undefined)
    throw new UsageError(`${printable(id)} is no ID of a dead letter, such as alpha/proof/1`);
  return { organisation, service, number: Number(number) };
}

function reasonOf(text: string): string {
  try {
    return parseDiscardReason(text, 'reason');
  } catch {
    throw new UsageError('--reason must be readable text in one line, of at most 256 characters');
  }
}

/** Only a code: what it says may quote the event. */
function failureOf(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof Error)) return 'failed';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function show<T>(io: Io, json: boolean, all: readonly T[], line: (one: T) => string, none: string): void {
  if (json) io.out(`${JSON.stringify(all, null, 2)}\n`);
  else io.out(all.length === 0 ? none : all.map((one) => `${line(one)}\n`).join(''));
}

function lineOf({
  id,
  source,
  position,
  type,
  entry,
  error,
  code,
  attempts,
  deadAt,
  end: ended,
}: Named): string {
  const event = `${type} ${source}:${position}${entry === null ? '' : ` entry ${entry}`}`;
  const fate =
    ended === null
      ? ''
      : `  ${ended.ending} by ${printable(ended.by)}${ended.why === null ? '' : `: ${printable(ended.why)}`}`;
  return `${id}  ${printable(event)}  ${printable(code ?? error)}, ${attempts} attempts, ${deadAt}${fate}`;
}

function resultOf({ id, ending, why }: Ended): string {
  return `${id}  ${ending ?? `not done: ${printable(why ?? '')}`}`;
}
