import type { Lie } from '@besure/audit';
import { equalBytes, type LogEntry, parseLogEntry, ProtocolError } from '@besure/protocol';
import type { ReadableLog } from '../readable-log.js';

/** Entries of one block that are looked through: an accusation holds no more. */
const MOST_ENTRIES = 2000;
const CHUNK = 256;

/** Of which lie a log is accused whose entries are not those of another one, and by which entries that is shown. */
export interface OtherLog {
  readonly lie: Extract<Lie, 'invents' | 'omits' | 'reorders'>;
  readonly signed: readonly number[];
  /** `null` where nothing has to be confirmed. */
  readonly against: readonly number[] | null;
}

/** A log up to the size of a checkpoint. */
export interface SizedLog {
  readonly log: ReadableLog;
  readonly size: number;
}

/**
 * What a log did to the entries of another one, from the first index at which they differ; `null` where the entries that show it are not there (yet).
 * Both logs are the same before it.
 */
export async function whatWasDone(
  accused: SizedLog,
  confirmed: SizedLog,
  index: number,
): Promise<OtherLog | null> {
  const [there, here] = [await entryAt(accused, index), await entryAt(confirmed, index)];
  if (there === null || here === null) return null;
  if (there.entry === null) return { lie: 'invents', signed: [index], against: null };
  const ofThere = await blockAround(confirmed, index, there.entry.height);
  const isReal = ofThere.find(({ bytes }) => equalBytes(bytes, there.bytes));
  if (isReal === undefined && isWhole(ofThere, there.entry.height))
    return { lie: 'invents', signed: [index], against: ofThere.map((one) => one.index) };
  if (here.entry === null) return null;
  const ofHere = await blockAround(accused, index, here.entry.height);
  const isKept = ofHere.some(({ bytes }) => equalBytes(bytes, here.bytes));
  if (isKept)
    return isReal === undefined ? null : { lie: 'reorders', signed: [index], against: [isReal.index] };
  return isWhole(ofHere, here.entry.height)
    ? { lie: 'omits', signed: ofHere.map((one) => one.index), against: [index] }
    : null;
}

interface Placed {
  readonly index: number;
  readonly bytes: Uint8Array;
  /** `null` for what is no entry. */
  readonly entry: LogEntry | null;
}

/** The entries of a height, with the one before and the one behind them, as far as they are there. */
async function blockAround(sized: SizedLog, index: number, height: number): Promise<Placed[]> {
  let from = index;
  for (
    let before = await entryAt(sized, from - 1);
    before !== null;
    before = await entryAt(sized, from - 1)
  ) {
    from -= 1;
    if ((before.entry?.height ?? 0) < height || index - from > MOST_ENTRIES) break;
  }
  let block: Placed[] = [];
  for (let at = from; block.length < MOST_ENTRIES; at += CHUNK) {
    const read = await placed(sized, at, at + CHUNK);
    for (const one of read) {
      const own = one.entry?.height;
      if (own !== undefined && own < height) block = [];
      block.push(one);
      if (own !== undefined && own > height) return block;
    }
    if (read.length < CHUNK) return block;
  }
  return block;
}

function isWhole(block: readonly Placed[], height: number): boolean {
  return (block.at(-1)?.entry?.height ?? height) > height;
}

async function entryAt(sized: SizedLog, index: number): Promise<Placed | null> {
  const [found] = index < 0 ? [] : await placed(sized, index, index + 1);
  return found ?? null;
}

async function placed({ log, size }: SizedLog, from: number, to: number): Promise<Placed[]> {
  const entries = await log.entries(from, Math.min(to, size));
  return entries.map((bytes, i) => ({ index: from + i, bytes, entry: readEntry(bytes) }));
}

/** An entry, or `null` for what is none. */
export function readEntry(bytes: Uint8Array): LogEntry | null {
  try {
    return parseLogEntry(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return null;
  }
}
