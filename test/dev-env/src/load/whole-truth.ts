import { setTimeout as pause } from 'node:timers/promises';
import type { Standing } from '@besure/fsck';
import { nodePrimitives } from '@besure/keys';
import { verify } from '@besure/verification';
import type { FoundEvent } from '../back-office.js';
import { NotSettledError, waitUntilSettled } from '../fsck.js';
import type { Network } from '../network.js';
import { type FinalState, type Model, nameOf } from './model.js';
import type { Random } from './random.js';

/** How long the last event may take to reach its final state: what missed its deadline is asked about again. */
export const DEADLINE_MILLIS = 240_000;
/** Looking means reading everything: not so often that it slows down what is waited for. */
const LOOK_MILLIS = 3000;
/** Differences that are shown. */
const MOST_SHOWN = 20;

/** A network and what must be in it. */
export interface Compared {
  readonly network: Network;
  readonly model: Model;
}

/** Something that is not as it must be. `lost`: not in its final state, or not there. `doubled`: there is more of it than one. `surplus`: nobody acknowledged it. */
export interface Difference {
  readonly kind: 'lost' | 'doubled' | 'surplus';
  readonly text: string;
}

/**
 * Waits until a network shows what the model says and nothing else: every acknowledged event in its final state.
 *
 * @returns what still differs after the deadline; empty where nothing does
 */
export async function settle(compared: Compared): Promise<string[]> {
  const texts = (await settleDifferences(compared, DEADLINE_MILLIS)).map(({ text }) => text);
  return texts.length > MOST_SHOWN
    ? [...texts.slice(0, MOST_SHOWN), `and ${texts.length - MOST_SHOWN} more`]
    : texts;
}

/** As `settle`, with every difference by its kind. */
export async function settleDifferences(compared: Compared, deadlineMillis: number): Promise<Difference[]> {
  const until = Date.now() + deadlineMillis;
  for (;;) {
    const found = await differences(compared, Math.max(0, until - Date.now()));
    if (found.length === 0 || Date.now() > until) return found;
    await pause(LOOK_MILLIS);
  }
}

async function differences(compared: Compared, deadlineMillis: number): Promise<Difference[]> {
  const { network, model } = compared;
  const standing = await settled(network, deadlineMillis);
  const all: Difference[] = [];
  for (const { id: zone } of network.charter.organisations) {
    const found = await everyEvent(network, zone);
    const here = stateDifferences(model.finalStates(zone), found);
    all.push(...here.map(({ kind, text }) => ({ kind, text: `${zone}: ${text}` })));
  }
  // Only when all states are right: what is under way is counted nowhere yet.
  if (all.length > 0 || standing === null) return all;
  if (standing.copiesUnderway > 0)
    all.push({ kind: 'lost', text: `${standing.copiesUnderway} copies were not fetched` });
  return [...all, ...countDifferences(compared, standing)];
}

/** Counting is cheap: every event is looked at only when all are in some final state, or the time is over. */
async function settled(network: Network, deadlineMillis: number): Promise<Standing | null> {
  try {
    return await waitUntilSettled(network, deadlineMillis);
  } catch (error) {
    if (!(error instanceof NotSettledError)) throw error;
    return error.standing;
  }
}

async function everyEvent(network: Network, zone: string): Promise<FoundEvent[]> {
  const events: FoundEvent[] = [];
  for await (const event of network.backOffice(zone).everyEvent()) events.push(event);
  return events;
}

function stateDifferences(expected: readonly FinalState[], found: readonly FoundEvent[]): Difference[] {
  const byName = new Map(found.map((event) => [nameOf(event), event]));
  const evidence = new Map<string, string>();
  const all: Difference[] = [];
  const add = (kind: Difference['kind'], text: string): void => void all.push({ kind, text });
  if (byName.size !== found.length) add('doubled', 'an event is shown twice');
  for (const { state, disputed, subject, ...name } of expected) {
    const event = byName.get(nameOf(name));
    byName.delete(nameOf(name));
    const told = event === undefined ? 'unknown' : `${event.state}${event.disputed ? ', disputed' : ''}`;
    const wanted = `${state}${disputed ? ', disputed' : ''}`;
    if (event === undefined || told !== wanted) {
      add('lost', `${name.id} is ${told}, not ${wanted}`);
      continue;
    }
    if (state === 'record') continue;
    // What is said only once has one statement, whatever it is called; and no two things share one.
    const { evidence: statement } = event;
    if (statement === null) add('lost', `${name.id} has no evidence`);
    else if ((evidence.get(subject) ?? statement) !== statement)
      add('doubled', `${name.id} has a statement of its own`);
    else evidence.set(subject, statement);
  }
  if (new Set(evidence.values()).size !== evidence.size) add('lost', 'two things have one statement');
  for (const { id } of byName.values()) add('surplus', `${id} was never acknowledged`);
  return all;
}

/** As much is acknowledged as the model says: that each zone's tables follow from that is for fsck to tell. */
function countDifferences({ network, model }: Compared, { acknowledged }: Standing): Difference[] {
  const { organisations } = network.charter;
  const expected = organisations.reduce((sum, { id }) => sum + model.acknowledged(id), 0);
  if (acknowledged === expected) return [];
  const text = `${acknowledged} events are acknowledged, not ${expected}`;
  return [{ kind: acknowledged < expected ? 'lost' : 'doubled', text }];
}

/** What verifying came to. */
export interface Verified {
  readonly count: number;
  /** Evidence about which the verifier said something else than it had to. */
  readonly differences: readonly string[];
}

/** Fetched at a time: verifying takes the processor of one. */
const AT_A_TIME = 8;

/** Fetches the evidence of everything that was stated, or of so many picked by chance, and verifies it against the trust file. */
export async function verifyEvidence(
  { network, model }: Compared,
  random: Random,
  most: number,
): Promise<Verified> {
  const differing: string[] = [];
  const stated = network.charter.organisations.flatMap(({ id: zone }) =>
    model.finalStates(zone).flatMap((event) => (event.verdict === null ? [] : [{ ...event, zone }])),
  );
  const picked = Array.from({ length: Math.min(most, stated.length) }, () =>
    stated.splice(random.below(stated.length), 1),
  ).flat();
  const queue = picked.values();
  const work = async (): Promise<void> => {
    for (const { zone, source, id, verdict } of queue) {
      const office = network.backOffice(zone);
      const statement = (await office.status(source, id))!.evidence!;
      const { code } = verify(await office.evidence(statement), network.trust, {
        primitives: nodePrimitives,
      });
      if (code !== verdict) differing.push(`${zone}: the verdict on ${id} is ${code}, not ${verdict}`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return { count: picked.length, differences: differing };
}
