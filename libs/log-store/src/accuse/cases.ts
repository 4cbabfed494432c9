import { type Exhibit, isDueBetween, isTooEarly, type Lie } from '@besure/audit';
import type { Charter } from '@besure/governance';
import { equalBytes } from '@besure/protocol';
import type { Cosigner } from '@besure/verification';
import { firstDifference } from '../readable-log.js';
import { readEntry, whatWasDone } from './other-log.js';
import { exhibitOf, type HeardTestimony, linesOf, linesOfOthers, timeOf } from './testimony.js';

/** What may convict somebody, before it is judged. */
export interface Draft {
  readonly lie: Lie;
  readonly signed: Exhibit | null;
  readonly against: Exhibit | null;
}

/** Two testimonies: what the accused signed, and what that may contradict. */
export interface Pair {
  readonly accused: Cosigner;
  readonly signed: HeardTestimony;
  readonly against: HeardTestimony;
  readonly charter: Charter;
  /** Where their logs part, found once. */
  readonly parting: () => Promise<number | null>;
}

/** Entries at the end of a log among which one is looked for that no honest log can have. */
const NEWEST = 256;

/** What a pair may show, the plainest first: the accused against itself, then against the others. Each answers null where it does not. */
export const CASES: readonly ((pair: Pair) => Promise<Draft | null>)[] = [
  twoLogs,
  rewrites,
  otherLog,
  undueSize,
  replays,
  nonsense,
  backdates,
];

async function twoLogs({ accused, signed, against }: Pair): Promise<Draft | null> {
  const [lines, others] = [linesOf(signed, accused), linesOf(against, accused)];
  if (others.length === 0 || signed.body.size !== against.body.size) return null;
  if (equalBytes(signed.body.root, against.body.root)) return null;
  return {
    lie: 'two-logs',
    signed: await exhibitOf(signed, lines),
    against: await exhibitOf(against, others),
  };
}

async function rewrites({ accused, signed, against, parting }: Pair): Promise<Draft | null> {
  const [lines, others] = [linesOf(signed, accused), linesOf(against, accused)];
  const index = others.length === 0 ? null : await parting();
  if (index === null) return null;
  return {
    lie: 'rewrites',
    signed: await exhibitOf(signed, lines, [index]),
    against: await exhibitOf(against, others, [index]),
  };
}

async function otherLog({ accused, signed, against, parting }: Pair): Promise<Draft | null> {
  if (accused.kind !== 'hub' || signed.log === null || against.log === null) return null;
  const index = await parting();
  if (index === null) return null;
  const done = await whatWasDone(
    { log: signed.log, size: signed.body.size },
    { log: against.log, size: against.body.size },
    index,
  );
  if (done === null) return null;
  return {
    lie: done.lie,
    signed: await exhibitOf(signed, linesOf(signed, accused), done.signed),
    against:
      done.against === null ? null : await exhibitOf(against, linesOfOthers(against, accused), done.against),
  };
}

async function undueSize({ accused, signed, against, charter }: Pair): Promise<Draft | null> {
  const { size } = signed.body;
  if (accused.kind !== 'hub' || size === 0 || size >= against.body.size || against.log === null) return null;
  const [last, next] = (await against.log.entries(size - 1, size + 1)).map(readEntry);
  if (last == null || next == null) return null;
  if (isDueBetween(last.height, next.height, charter.log.checkpointEvery)) return null;
  return {
    lie: 'undue-size',
    signed: await exhibitOf(signed, linesOf(signed, accused)),
    against: await exhibitOf(against, linesOfOthers(against, accused), [size - 1, size]),
  };
}

async function replays({ accused, signed, against }: Pair): Promise<Draft | null> {
  const [time, other] = [timeOf(signed, accused), timeOf(against, accused)];
  if (time === null || other === null || time <= other || signed.body.size >= against.body.size) return null;
  return {
    lie: 'replays',
    signed: await exhibitOf(signed, linesOf(signed, accused)),
    against: await exhibitOf(against, linesOf(against, accused)),
  };
}

async function nonsense(pair: Pair): Promise<Draft | null> {
  const signed = await byItself(pair, (bytes) => readEntry(bytes) === null);
  return signed === null ? null : { lie: 'invents', signed, against: null };
}

async function backdates(pair: Pair): Promise<Draft | null> {
  const time = timeOf(pair.signed, pair.accused);
  if (time === null) return null;
  const signed = await byItself(pair, (bytes) => {
    const entry = readEntry(bytes);
    return entry !== null && isTooEarly(time, entry, pair.charter);
  });
  return signed === null ? null : { lie: 'backdates', signed, against: null };
}

/** One of the newest entries of what a hub signed, which by itself says that it lied. */
async function byItself(
  { accused, signed, against }: Pair,
  isLie: (bytes: Uint8Array) => boolean,
): Promise<Exhibit | null> {
  // To look at each once is enough.
  if (signed !== against || accused.kind !== 'hub' || signed.log === null) return null;
  const from = Math.max(0, signed.body.size - NEWEST);
  const at = (await signed.log.entries(from, signed.body.size)).findIndex(isLie);
  return at < 0 ? null : exhibitOf(signed, linesOf(signed, accused), [from + at]);
}

/** Where the logs of two testimonies part, looked for when it is first asked for. */
export function partingOf(one: HeardTestimony, other: HeardTestimony): () => Promise<number | null> {
  let found: Promise<number | null> | null = null;
  return () =>
    (found ??=
      one.log === null || other.log === null
        ? Promise.resolve(null)
        : firstDifference(one.log, one.body, other.log, other.body));
}
