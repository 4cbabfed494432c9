import { setTimeout as pause } from 'node:timers/promises';
import { nodePrimitives } from '@besure/keys';
import { verify } from '@besure/verification';
import pg from 'pg';
import type { FoundEvent } from '../back-office.js';
import type { Network } from '../network.js';
import { type FinalState, type Model, nameOf } from './model.js';
import type { Random } from './random.js';

/** How long the last event may take to reach its final state: what missed its deadline is asked about again after a minute. */
const DEADLINE_MILLIS = 240_000;
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
 * Waits until a network holds what the model says and nothing else: every acknowledged event in its final state, and as many rows in each
 * zone's databases as follow from that.
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
    const found = await differences(compared);
    if (found.length === 0 || Date.now() > until) return found;
    await pause(LOOK_MILLIS);
  }
}

async function differences({ network, model }: Compared): Promise<Difference[]> {
  const all: Difference[] = [];
  for (const { id: zone } of network.charter.organisations) {
    const found = await everyEvent(network, zone);
    const here = stateDifferences(model.finalStates(zone), found);
    all.push(...here.map(({ kind, text }) => ({ kind, text: `${zone}: ${text}` })));
  }
  // Only when all states are right: what is under way is counted nowhere yet.
  if (all.length === 0) all.push(...(await countDifferences({ network, model })));
  return all;
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

/** Rows of each zone, by table. */
function expectedCounts({ network, model }: Compared, zone: string): Readonly<Record<string, number>> {
  const { organisations } = network.charter;
  const stating = organisations.filter(({ role }) => role === 'organisation').map(({ id }) => id);
  const isExchange = !stating.includes(zone);
  const accepted = model.accepted(zone);
  const complete = (id: string): number =>
    new Set(model.finalStates(id).flatMap(({ state, subject }) => (state === 'complete' ? [subject] : [])))
      .size;
  const sum = (count: (id: string) => number): number => stating.reduce((total, id) => total + count(id), 0);
  return {
    'intake.request': model.acknowledged(zone),
    'intake.subject': accepted,
    'intake.event_state': accepted,
    'proof.statement': isExchange ? sum((id) => model.accepted(id)) : accepted,
    'proof.record': isExchange ? accepted : 0,
    'archive.statement': isExchange ? sum(complete) : accepted + model.copiesFor(zone, stating),
    'archive.refused_copy': 0,
  };
}

async function countDifferences(compared: Compared): Promise<Difference[]> {
  const { network } = compared;
  const all: Difference[] = [];
  for (const { id: zone } of network.charter.organisations) {
    const url = new URL(network.postgres.url);
    url.pathname = `/${zone}`;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      for (const [table, expected] of Object.entries(expectedCounts(compared, zone))) {
        const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${table}`);
        const found = Number(rows[0]?.count);
        if (found === expected) continue;
        const text = `${zone}: ${found} rows in ${table}, not ${expected}`;
        all.push({ kind: found < expected ? 'lost' : 'doubled', text });
      }
    } finally {
      await client.end();
    }
  }
  return all;
}

/** What verifying came to. */
export interface Verified {
  readonly count: number;
  /** Evidence about which the verifier said something else than it had to. */
  readonly differences: readonly string[];
}

/** Fetches the evidence of everything that was stated, or of so many picked by chance, and verifies it against the trust file. */
export async function verifyEvidence(
  { network, model }: Compared,
  random: Random,
  most: number,
): Promise<Verified> {
  const differing: string[] = [];
  const waiting = network.charter.organisations.flatMap(({ id: zone }) =>
    model.finalStates(zone).flatMap((event) => (event.verdict === null ? [] : [{ ...event, zone }])),
  );
  let count = 0;
  for (; count < most && waiting.length > 0; count += 1) {
    const [{ zone, source, id, verdict }] = waiting.splice(random.below(waiting.length), 1) as [
      (typeof waiting)[number],
    ];
    const office = network.backOffice(zone);
    const statement = (await office.status(source, id))!.evidence!;
    const { code } = verify(await office.evidence(statement), network.trust, { primitives: nodePrimitives });
    if (code !== verdict) differing.push(`${zone}: the verdict on ${id} is ${code}, not ${verdict}`);
  }
  return { count, differences: differing };
}
