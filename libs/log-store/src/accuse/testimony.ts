import type { Exhibit } from '@besure/audit';
import type { Charter } from '@besure/governance';
import {
  type CheckpointBody,
  encodeBase64,
  formatCheckpoint,
  parseCheckpoint,
  type Primitives,
} from '@besure/protocol';
import { type Cosigner, type KnownLine, knownLines } from '@besure/verification';
import type { ReadableLog } from '../readable-log.js';

/** A checkpoint that somebody signed, and where its log can be read. */
export interface Testimony {
  readonly note: string;
  /** `null` where nobody serves it any more. */
  readonly log: ReadableLog | null;
}

/** A testimony with what counts of its signatures. */
export interface HeardTestimony {
  readonly body: CheckpointBody;
  readonly log: ReadableLog | null;
  /** ML-DSA-44 lines of the charter's keys that verify. */
  readonly lines: readonly KnownLine[];
}

/** Reads a testimony. Throws a ProtocolError for what is no checkpoint. */
export function hear({ note, log }: Testimony, charter: Charter, primitives: Primitives): HeardTestimony {
  const { origin, size, root } = parseCheckpoint(note);
  const lines = knownLines(note, charter, primitives).filter(({ key }) => key.type === 'ml-dsa-44');
  return { body: { origin, size, root }, log, lines };
}

/** The lines of one hub or witness. */
export function linesOf({ lines }: HeardTestimony, { kind, id }: Cosigner): KnownLine[] {
  return lines.filter(({ by }) => by.kind === kind && by.id === id);
}

/** The lines of all that the operator of a hub does not run. */
export function linesOfOthers({ lines }: HeardTestimony, { party }: Cosigner): KnownLine[] {
  return lines.filter(({ by }) => by.kind !== 'hub' || by.party !== party);
}

/** The time at which somebody cosigned; `null` where it did not. */
export function timeOf(testimony: HeardTestimony, who: Cosigner): number | null {
  const times = linesOf(testimony, who).flatMap(({ role, time }) => (role === 'witness' ? [time] : []));
  return times.length === 0 ? null : Math.min(...times);
}

/** A testimony with some of its lines and entries of its log; `null` where these cannot be read. */
export async function exhibitOf(
  { body, log }: HeardTestimony,
  lines: readonly KnownLine[],
  indexes: readonly number[] = [],
): Promise<Exhibit | null> {
  const entries: Exhibit['entries'][number][] = [];
  for (const index of indexes) {
    const [entry] = (await log?.entries(index, index + 1)) ?? [];
    if (log === null || entry === undefined) return null;
    const proof = await log.inclusionProof(index, body.size);
    entries.push({ index, entry: encodeBase64(entry), proof: proof.map(encodeBase64) });
  }
  const note = formatCheckpoint(
    body,
    lines.map(({ line }) => line),
  );
  return { note, entries };
}
