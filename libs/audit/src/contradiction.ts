import { type Charter, operatorsOf, slotStartMillis } from '@besure/governance';
import { equalBytes, type LogEntry, parseItem } from '@besure/protocol';
import type { Cosigner } from '@besure/verification';
import { assertThat, type Lie } from './codes.js';
import type { HeldEntry, HeldExhibit } from './exhibit.js';

/** What a lie is judged from. */
export interface Case {
  readonly accused: Cosigner;
  readonly charter: Charter;
  readonly signed: HeldExhibit;
  readonly against: HeldExhibit | null;
}

/**
 * How far, in seconds, the time of a block may lie ahead of the own clock of a node that takes it: two hours beyond the clock of its network, a rule
 * of the ledger (as of Bitcoin), and that clock up to seventy minutes beyond the own one, because a node goes by the median of its peers. An
 * honest one that cosigns a block may be that much behind it.
 */
const BLOCK_AHEAD_SECONDS = 7200 + 4200;

/** What must hold for each lie. Each throws NotProven at the first condition that does not. */
export const CONTRADICTIONS: Readonly<Record<Lie, (matter: Case) => void>> = {
  'two-logs': (matter) => {
    const against = ownOther(matter);
    const { signed } = matter;
    assertCounts(signed, 0, against, 0);
    assertContradicts(signed.body.size === against.body.size, 'the checkpoints have different sizes');
    assertContradicts(!equalBytes(signed.body.root, against.body.root), 'the checkpoints are the same');
  },

  rewrites: (matter) => {
    const against = ownOther(matter);
    const { signed } = matter;
    assertCounts(signed, 1, against, 1);
    const [now] = signed.entries;
    const [before] = against.entries;
    assertContradicts(now?.index === before?.index, 'the entries stand at different places');
    assertContradicts(!isSame(now, before), 'the entries are the same');
  },

  invents: (matter) => {
    const [invented] = matter.signed.entries;
    if (matter.against === null && invented?.entry === null) {
      // No entry at all: there is nothing that others would have to confirm.
      assertHub(matter);
      assertThat(matter.signed.entries.length === 1, 'exhibits-unfit', 'one entry shows it');
      return;
    }
    const against = confirmedByOthers(matter);
    assertCounts(matter.signed, 1, against);
    assertAbsent(matter.signed.entries[0]!, against);
  },

  omits: (matter) => {
    const against = confirmedByOthers(matter);
    assertThat(against.entries.length === 1, 'exhibits-unfit', 'one entry is left out');
    assertAbsent(against.entries[0]!, matter.signed);
  },

  reorders: (matter) => {
    const against = confirmedByOthers(matter);
    assertCounts(matter.signed, 1, against, 1);
    const [there] = matter.signed.entries;
    const [here] = against.entries;
    assertContradicts(isSame(there, here), 'the entries differ');
    assertContradicts(there?.index !== here?.index, 'the entries stand at the same place');
  },

  'undue-size': (matter) => {
    const against = confirmedByOthers(matter);
    const { size } = matter.signed.body;
    assertCounts(matter.signed, 0, against, 2);
    const [last, next] = against.entries;
    const isCut = next?.index === size && last?.index === size - 1;
    assertThat(isCut, 'exhibits-unfit', 'the entries are not those on both sides of the size');
    assertContradicts(
      !isDueBetween(heightOf(last), heightOf(next), matter.charter.log.checkpointEvery),
      'a checkpoint was due at that size',
    );
  },

  backdates: (matter) => {
    const { signed, charter } = matter;
    assertHub(matter);
    assertThat(matter.against === null, 'exhibits-unfit', 'the lie contradicts itself');
    assertThat(signed.entries.length === 1, 'exhibits-unfit', 'one entry shows it');
    const [shown] = signed.entries;
    assertThat(shown?.entry != null, 'exhibits-unfit', 'it has no slot');
    assertContradicts(
      isTooEarly(timeOf(signed, matter), shown.entry, charter),
      'its slot may have begun by then',
    );
  },

  replays: (matter) => {
    const against = ownOther(matter);
    const { signed } = matter;
    assertCounts(signed, 0, against, 0);
    assertContradicts(signed.body.size < against.body.size, 'the state that was signed is not the older one');
    assertContradicts(timeOf(signed, matter) > timeOf(against, matter), 'it was not signed later');
  },
};

/**
 * Whether the accused signed an exhibit by the algorithm that counts, as the log or as a witness. A line as the log has no time: of a key that has ended
 * nobody can say whether its owner made it, or who got hold of it later.
 */
export function isSignedBy({ lines }: HeldExhibit, accused: Cosigner): boolean {
  return lines.some(
    ({ key, by, role, period }) =>
      key.type === 'ml-dsa-44' && isThe(accused, by) && (role === 'witness' || period.until === null),
  );
}

/** The other exhibit, which must be the accused's own word too. */
function ownOther({ against, accused }: Case): HeldExhibit {
  assertThat(against !== null, 'exhibits-unfit', 'there is nothing that it contradicts');
  assertThat(isSignedBy(against, accused), 'not-signed', 'the second checkpoint');
  return against;
}

/** That a hub is accused: a witness does not derive the log, and vouches for nothing that stands in it. */
function assertHub({ accused }: Pick<Case, 'accused'>): void {
  assertThat(accused.kind === 'hub', 'accused-unknown', 'a witness does not derive the log');
}

/**
 * The other exhibit, which hubs of more than half of all operators must have cosigned, without the accused's: only who derives the log can say what
 * stands in it, and of two logs only one can have such a majority. The charter's quorum may be less than that.
 */
function confirmedByOthers({ against, accused, charter }: Case): HeldExhibit {
  assertHub({ accused });
  assertThat(against !== null, 'exhibits-unfit', 'there is nothing that it contradicts');
  const operators = against.lines
    .filter(({ key, role, by }) => key.type === 'ml-dsa-44' && role === 'witness' && by.kind === 'hub')
    .map(({ by }) => by.party);
  const others = new Set(operators.filter((operator) => operator !== accused.party));
  assertThat(others.size > operatorsOf(charter.hubs).size / 2, 'not-confirmed');
  return against;
}

/**
 * That an entry does not stand in a log: all entries of its block do, one after the other, with the end of the block before
 * and the beginning of the next one, and it is none of them. Logs stand in the order of blocks.
 */
function assertAbsent(entry: HeldEntry, { entries }: HeldExhibit): void {
  const [first] = entries;
  const height = heightOf(entry);
  const isRun =
    first !== undefined &&
    entries.every(({ index }, i) => index === first.index + i) &&
    (first.index === 0 || heightOf(first) < height) &&
    heightOf(entries.at(-1)) > height;
  assertThat(isRun, 'exhibits-unfit', 'the entries are not all those of the block');
  assertContradicts(!entries.some((other) => isSame(other, entry)), 'the entry stands in both logs');
}

function heightOf(held: HeldEntry | undefined): number {
  assertThat(held?.entry != null, 'exhibits-unfit', 'an entry has no height');
  return held.entry.height;
}

/** Whether a checkpoint is due when the log holds all entries up to one height and none from another on. */
export function isDueBetween(last: number, next: number, every: number): boolean {
  return Math.floor((next - 1) / every) * every >= last;
}

/** Whether an honest hub cannot have had an entry by that time (POSIX seconds): its slot began too long after it. */
export function isTooEarly(seconds: number, { item }: LogEntry, charter: Charter): boolean {
  const latest = seconds + charter.limits.slotAheadSeconds + BLOCK_AHEAD_SECONDS;
  return slotStartMillis(charter, parseItem(item).slot) > latest * 1000;
}

/** The time at which the accused cosigned an exhibit. */
function timeOf({ lines }: HeldExhibit, { accused }: Case): number {
  const times = lines
    .filter(({ key, role, by }) => key.type === 'ml-dsa-44' && role === 'witness' && isThe(accused, by))
    .map(({ time }) => time);
  assertThat(times.length > 0, 'not-signed', 'with a time');
  return Math.min(...times);
}

function isThe(accused: Cosigner, by: Cosigner): boolean {
  return by.kind === accused.kind && by.id === accused.id;
}

function isSame(one: HeldEntry | undefined, other: HeldEntry | undefined): boolean {
  return one !== undefined && other !== undefined && equalBytes(one.bytes, other.bytes);
}

function assertCounts(signed: HeldExhibit, own: number, against: HeldExhibit, others?: number): void {
  const fits = signed.entries.length === own && (others === undefined || against.entries.length === others);
  assertThat(fits, 'exhibits-unfit', 'not the entries that show it');
}

function assertContradicts(condition: boolean, why: string): void {
  assertThat(condition, 'no-contradiction', why);
}
