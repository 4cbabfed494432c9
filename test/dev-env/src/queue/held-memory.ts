import type { Held } from '../load/heaps.js';

/** What a service holds of a queue at the same moment, all garbage collected, with few events in it and with all. In bytes. */
export interface FewAndAll {
  readonly few: Held;
  readonly all: Held;
}

/** What a service holds at two moments of a queue. */
export interface HeldMemory {
  /** When all is queued, and nothing of it goes on. Null for `proof`, which is not there then. */
  readonly waiting: FewAndAll | null;
  /** When the first of it is settled. */
  readonly working: FewAndAll;
}

/** What code and pools grow by, whatever waits: 1.1 MB with 50,000 events, 1.8 with 1,000,000. */
const MOST_AT_REST = 1_400_000;
/**
 * Of each event in the queue. Half of them are before a service, and an identity takes 64 bytes in a list and 90 in a set: of 25,000 it is more than all that is
 * allowed.
 */
const MOST_OF_AN_EVENT = 2;
/**
 * What those hold beside, who tell others of statements, while they do: events until they are published (8 MB), parts of slots, checkpoints that hubs show. 6 MB were
 * seen with 50,000 events, and 15 with 1,000,000, of whose identities it is a third; of 25,000 statements it is a fifth.
 */
const MOST_UNDER_WAY = 20_000_000;

/** What code adds in a process that has just begun, and was read when less of it had run: archives begin anew with each queue. 1.6 MB of growth were seen, and -0.9. */
const MOST_JUST_BEGUN = 1_000_000;

/** The services that hold more with so many events in the queue than with few, and more than what comes and goes. */
export function grownOf(memory: Readonly<Record<string, HeldMemory>>, events: number): string[] {
  const atRest = MOST_AT_REST + MOST_OF_AN_EVENT * events;
  return Object.entries(memory)
    .filter(([name, { waiting, working }]) => {
      const atWork = /-(proof|archive)$/.test(name) ? atRest + MOST_UNDER_WAY : atRest;
      const atFirst = name.endsWith('-archive') ? atRest + MOST_JUST_BEGUN : atRest;
      return (waiting !== null && growthOf(waiting) > atFirst) || growthOf(working) > atWork;
    })
    .map(([name]) => name);
}

function growthOf({ few, all }: FewAndAll): number {
  return all.heap - few.heap;
}
