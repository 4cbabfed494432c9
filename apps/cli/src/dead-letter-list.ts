import type { ServiceDesk } from '@besure/dev-env';
import { printable } from '@besure/dev-env/printable';
import { UsageError } from './cli-error.js';

type Note = Awaited<ReturnType<ServiceDesk['desk']['list']>>[number];
/** A dead letter of a network: its service is part of its name. */
export type NamedLetter = Omit<Note, 'id'> & { readonly id: string };

/** What became of one that was to be ended; `ending` is null where it waits on. */
export interface EndedLetter {
  readonly id: string;
  readonly ending: 'replayed' | 'discarded' | null;
  readonly why: string | null;
}

/** Those of all services that wait, or all that there ever were. */
export async function listLetters(desks: readonly ServiceDesk[], all: boolean): Promise<NamedLetter[]> {
  const lists = await Promise.all(
    desks.map(async ({ organisation, service, desk }) =>
      (await desk.list(all)).map((note) => ({ ...note, id: `${organisation}/${service}/${note.id}` })),
    ),
  );
  return lists.flat();
}

/**
 * Replays the named ones, or discards them where there is a reason why; null is all that wait. In the order of the list, whatever order they are named
 * in: what comes later may stand on what comes before.
 */
export async function endLetters(
  desks: readonly ServiceDesk[],
  ids: readonly string[] | null,
  why: string | null,
  by: string,
  force = false,
): Promise<EndedLetter[]> {
  const known = (await listLetters(desks, ids !== null)).map(({ id }) => id);
  const asked =
    ids === null
      ? known
      : [...known.filter((id) => ids.includes(id)), ...ids.filter((id) => !known.includes(id))];
  const ended: EndedLetter[] = [];
  for (const id of new Set(asked)) {
    const { organisation, service, number } = partsOfLetter(id);
    const at = desks.find((one) => one.organisation === organisation && one.service === service);
    try {
      if (at === undefined) throw new UsageError(`no service ${organisation}/${service} runs`);
      if (why === null) await at.desk.replay(number, by);
      else await at.desk.discard(number, why, by, force);
      ended.push({ id, ending: why === null ? 'replayed' : 'discarded', why });
    } catch (error) {
      ended.push({ id, ending: null, why: failureOf(error) });
    }
  }
  return ended;
}

/** Throws UsageError for what is no name of a dead letter. */
export function partsOfLetter(id: string): { organisation: string; service: string; number: number } {
  const [, organisation, service, number] = /^([a-z0-9-]+)\/([a-z-]+)\/([1-9]\d{0,14})$/.exec(id) ?? [];
  if (organisation === undefined || service === undefined)
    throw new UsageError(`${printable(id)} is no ID of a dead letter, such as alpha/proof/1`);
  return { organisation, service, number: Number(number) };
}

/** Only a code: what it says may quote the event. */
function failureOf(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof Error)) return 'failed';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** A dead letter in a line for people. */
export function letterLine({
  id,
  source,
  position,
  type,
  entry,
  error,
  code,
  attempts,
  deadAt,
  end,
}: NamedLetter): string {
  const event = `${type} ${source}:${position}${entry === null ? '' : ` entry ${entry}`}`;
  const fate =
    end === null
      ? ''
      : `  ${end.ending} by ${printable(end.by)}${end.why === null ? '' : `: ${printable(end.why)}`}`;
  return `${id}  ${printable(event)}  ${printable(code ?? error)}, ${attempts} attempts, ${deadAt}${fate}`;
}

/** What became of one, in a line for people. */
export function endedLine({ id, ending, why }: EndedLetter): string {
  return `${id}  ${ending ?? `not done: ${printable(why ?? '')}`}`;
}
