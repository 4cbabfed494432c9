import { isDueBetween, isTooEarly } from '@besure/audit';
import type { Charter } from '@besure/governance';
import type { Db, LogStore } from '@besure/log-store';
import { type LogEntry, parseLogEntry, ProtocolError } from '@besure/protocol';
import type { SeenCheckpoint } from '../witness/seen-checkpoint.js';

/** Entries at the end of a checkpoint that are looked at: what stands before was looked at before. */
const NEWEST = 256;

/**
 * Whether a checkpoint that is consistent with the log says by itself that a hub lied: it was not due, or holds what no hub can have had by
 * then. Honest ones never do, and to look costs two reads.
 */
export async function isSuspect(
  { body: { size }, lines }: SeenCheckpoint,
  charter: Charter,
  log: LogStore,
  db: Db,
): Promise<boolean> {
  const entries = await log.readEntries(db, Math.max(0, size - NEWEST), size + 1);
  const read = entries.map(entryOf);
  const covered = Math.min(size, NEWEST);
  const [last, next] = [read[covered - 1], read[covered]];
  if (last != null && next != null && !isDueBetween(last.height, next.height, charter.log.checkpointEvery))
    return true;
  const times = lines.flatMap(({ role, by, time }) =>
    role === 'witness' && by.kind === 'hub' ? [time] : [],
  );
  const earliest = times.length === 0 ? null : Math.min(...times);
  return read
    .slice(0, covered)
    .some((entry) => entry === null || (earliest !== null && isTooEarly(earliest, entry, charter)));
}

function entryOf(bytes: Uint8Array): LogEntry | null {
  try {
    return parseLogEntry(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return null;
  }
}
