import type { RunFile } from '@besure/dev-env';
import { printable } from '@besure/dev-env/printable';
import { z } from 'zod';

/** How a hub stands, as it says itself. `reachable` is false where it does not answer: all else is null then. */
export interface HubStanding {
  readonly id: string;
  readonly operator: string;
  readonly log: string;
  readonly reachable: boolean;
  readonly state: string | null;
  readonly height: number | null;
  /** Items that members owe, of the newest slots; members that never had one. */
  readonly items: z.infer<typeof itemsSchema> | null;
}

const DEADLINE_MILLIS = 5000;

const statusSchema = z.object({ state: z.string(), height: z.number() });
const itemsSchema = z.object({
  due: z.number(),
  from: z.number(),
  to: z.number(),
  missing: z.array(z.object({ member: z.string(), from: z.number(), to: z.number() })),
  late: z.array(z.object({ member: z.string(), slot: z.number(), seconds: z.number() })),
  silent: z.array(z.string()),
});

/** Asks each hub of a network. */
export function hubStandings(run: RunFile): Promise<HubStanding[]> {
  return Promise.all(
    run.hubs.map(async ({ id, operator, log }): Promise<HubStanding> => {
      const base = new URL(log).origin;
      try {
        const { state, height } = statusSchema.parse(await get(`${base}/v1/status`));
        const items = itemsSchema.parse(await get(`${base}/v1/missing-items`));
        return { id, operator, log, reachable: true, state, height, items };
      } catch {
        return { id, operator, log, reachable: false, state: null, height: null, items: null };
      }
    }),
  );
}

async function get(url: string): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MILLIS) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return answer.json();
}

/** A hub in lines for people: the first one says how it stands, more say who owes it items. */
export function standingLines({ id, operator, reachable, state, height, items }: HubStanding): string[] {
  const head = `${id.padEnd(8)} ${operator}: `;
  if (!reachable || items === null) return [`${head}does not answer`];
  const lines = [
    ...items.missing.map(
      ({ member, from, to }) => `missing  ${member}: slot ${from === to ? from : `${from} to ${to}`}`,
    ),
    ...items.late.map(({ member, slot, seconds }) => `late     ${member}: slot ${slot}, by ${seconds} s`),
    ...items.silent.map((member) => `silent   ${member}: no item yet`),
  ];
  const looked = items.to < items.from ? 'no slot is due yet' : `slots ${items.from} to ${items.to}`;
  return [
    `${head}${state}, height ${height}; ${looked}${lines.length === 0 && items.to >= items.from ? ': all items in time' : ''}`,
    ...lines.map((line) => `  ${line}`),
  ];
}

/** A lie that an archive can prove. */
export interface KnownAccusation {
  /** Whose archive it is. */
  readonly archive: string;
  readonly id: string;
  readonly accused: string;
  readonly lie: string;
}

const accusationsSchema = z.object({
  accusations: z.array(z.object({ id: z.string(), accused: z.string(), lie: z.string() })),
});

/** Asks each archive of a network whom it accuses. One that does not answer says nothing here. */
export async function knownAccusations({ services }: Pick<RunFile, 'services'>): Promise<KnownAccusation[]> {
  const archives = services.filter(({ name }) => name === 'archive');
  const found = await Promise.all(
    archives.map(async ({ organisation, http }): Promise<KnownAccusation[]> => {
      try {
        const { accusations } = accusationsSchema.parse(await get(`${http}/v1/accusations`));
        return accusations.map(({ id, accused, lie }) => ({ archive: organisation, id, accused, lie }));
      } catch {
        return [];
      }
    }),
  );
  return found.flat();
}

/** An accusation in a line for people. */
export function accusationLine({ archive, id, accused, lie }: KnownAccusation): string {
  return `lied     ${printable(accused)}: ${printable(lie)}, as the archive of ${archive} proves (/v1/accusations/${printable(id)})`;
}
