import { type RunFile, runningPlans, withDeadLetterDesks } from '@besure/dev-env';

/** Events of one organisation that wait for a person. */
export interface DeadLetterStanding {
  readonly organisation: string;
  readonly waiting: number;
  /** Since when the oldest one waits; null where none does. */
  readonly oldest: string | null;
  /** Services whose dead letters cannot be read at the moment. */
  readonly unknown: readonly string[];
}

/** What one service put aside, and has not ended: since when; null where nobody can say. */
export interface ServiceLetters {
  readonly organisation: string;
  readonly service: string;
  readonly since: readonly string[] | null;
}

/** Looks at each service of a network. */
export async function deadLetterStandings(run: RunFile): Promise<DeadLetterStanding[]> {
  return standingsOf(await Promise.all(run.services.map((service) => lettersOf(run, service))));
}

async function lettersOf(run: RunFile, service: RunFile['services'][number]): Promise<ServiceLetters> {
  const { organisation, name } = service;
  try {
    // One by one: a service that is gone hides nothing of the others.
    const since = await withDeadLetterDesks(runningPlans({ ...run, services: [service] }), async (desks) => {
      const lists = await Promise.all(desks.map(({ desk }) => desk.list(false)));
      return lists.flat().map(({ deadAt }) => deadAt);
    });
    return { organisation, service: name, since };
  } catch {
    return { organisation, service: name, since: null };
  }
}

/** Sums up by organisation. */
export function standingsOf(letters: readonly ServiceLetters[]): DeadLetterStanding[] {
  return [...Map.groupBy(letters, ({ organisation }) => organisation)].map(([organisation, services]) => {
    const since = services.flatMap((one) => one.since ?? []);
    return {
      organisation,
      waiting: since.length,
      oldest: since.toSorted()[0] ?? null,
      unknown: services.filter((one) => one.since === null).map(({ service }) => service),
    };
  });
}

/** Lines for people; what is at rest is not named. */
export function deadLetterLines(standings: readonly DeadLetterStanding[]): string[] {
  const lines = standings.flatMap(({ organisation, waiting, oldest, unknown }) => [
    ...(waiting === 0
      ? []
      : [
          `${organisation.padEnd(8)} ${waiting} dead ${waiting === 1 ? 'letter' : 'letters'}, the oldest since ${oldest}: ./besure dead-letters`,
        ]),
    ...unknown.map((service) => `${organisation.padEnd(8)} dead letters of ${service} cannot be read`),
  ]);
  return lines.length === 0 ? ['no dead letters'] : lines;
}
