import {
  CompactRange,
  compactRangeNodeIds,
  emptyRoot,
  equalBytes,
  formatCheckpointText,
  parseCheckpoint,
  ProtocolError,
  type Checkpoint,
  tilePath,
  type TreeHead,
} from '@besure/protocol';
import { LogStoreError } from './error.js';
import type { FolderLog } from './folder-log.js';
import { LogCopier, partialTilesOf } from './log-copier.js';
import type { LogSource } from './log-source.js';
import { sha256 } from './sha256.js';
import { SourceTiles } from './source-tiles.js';

/** The text that is signed, without signatures: two mirrors of one size have the same. */
const BODY = 'checkpoint.body';

/** What mirroring needs. */
export interface MirrorOptions {
  readonly folder: FolderLog;
  /** Where the log is published: the furthest is copied, all are compared with it. */
  readonly sources: readonly LogSource[];
  /** Judges a checkpoint by its signatures. Throws where it is not acceptable. */
  readonly accept: (note: string, source: LogSource) => void;
  readonly signal?: AbortSignal;
}

/** How a source stands to the mirror: `copied` was the furthest, `same` is as far, `behind` has a beginning of it. */
export interface MirroredSource {
  readonly name: string;
  readonly state: 'copied' | 'same' | 'behind' | 'unreachable';
  readonly size: number | null;
  /** Why it is unreachable. */
  readonly message: string | null;
}

/** A mirror after a run. */
export interface Mirrored {
  readonly note: string;
  readonly head: TreeHead;
  /** The size that it had before. */
  readonly sizeBefore: number;
  readonly sources: readonly MirroredSource[];
}

interface Offer {
  readonly source: LogSource;
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

interface Own {
  readonly origin: string | null;
  readonly head: TreeHead;
  readonly range: CompactRange;
}

/**
 * Brings a folder up to what the sources publish: forward only, every hash computed from the entries, every root compared with that of
 * the checkpoint, and each source with the others. A run that was cut short is taken up where it was.
 *
 * @throws LogStoreError naming the source: `fork` (another history than the mirror or another source has), `older` (the newest checkpoint lies
 *   below the mirror's), `bad-entries`, `checkpoint-not-accepted`, `unreachable` (none can be read); `corrupt`: the folder is not what it says
 */
export async function mirrorLog({ folder, sources, accept, signal }: MirrorOptions): Promise<Mirrored> {
  const own = await ownLog(folder);
  const offers = await Promise.all(sources.map((source) => offerOf(source, accept)));
  const found = offers
    .filter((offer) => 'checkpoint' in offer)
    .toSorted((a, b) => b.checkpoint.size - a.checkpoint.size);
  const [lead] = found;
  if (lead === undefined)
    throw new LogStoreError(
      'unreachable',
      offers.map((offer) => ('message' in offer ? offer.message : '')).join('; '),
    );
  for (const { source, checkpoint } of found)
    assertOrigin(source, checkpoint, own.origin ?? lead.checkpoint.origin);
  if (lead.checkpoint.size < own.head.size) {
    await assertSameBeginning(folder, own.head, lead);
    throw new LogStoreError(
      'older',
      `${lead.source.name} shows an older checkpoint (size ${lead.checkpoint.size}) than this mirror has (size ${own.head.size})`,
    );
  }
  if (lead.checkpoint.size === own.head.size) await assertSameBeginning(folder, own.head, lead);
  else await copy(folder, own, lead, signal);
  const head: TreeHead = { size: lead.checkpoint.size, root: lead.checkpoint.root };
  await folder.write(BODY, formatCheckpointText(lead.checkpoint));
  await folder.writeCheckpoint(lead.note);
  await removeSuperseded(folder, own.head.size, head.size);
  for (const offer of found.slice(1)) await assertSameBeginning(folder, head, offer);
  return {
    note: lead.note,
    head,
    sizeBefore: own.head.size,
    sources: offers.map((offer) => {
      const size = 'checkpoint' in offer ? offer.checkpoint.size : null;
      const message = 'message' in offer ? offer.message : null;
      return { name: offer.source.name, state: stateOf(offer, lead, own), size, message };
    }),
  };
}

function stateOf(offer: Offer | Failure, lead: Offer, own: Own): MirroredSource['state'] {
  if (!('checkpoint' in offer)) return 'unreachable';
  if (offer.checkpoint.size < lead.checkpoint.size) return 'behind';
  return offer === lead && lead.checkpoint.size > own.head.size ? 'copied' : 'same';
}

/** What the folder has. Throws `corrupt` where its hashes do not have the root of its checkpoint. */
async function ownLog(folder: FolderLog): Promise<Own> {
  const note = await folder.read('checkpoint');
  if (note === null) {
    return { origin: null, head: { size: 0, root: emptyRoot(sha256) }, range: new CompactRange(sha256) };
  }
  const { origin, size, root } = parsed(note.toString(), folder.name, 'corrupt');
  const hashes = await new SourceTiles(folder, size).nodes(compactRangeNodeIds(size));
  const range = new CompactRange(sha256, { size, hashes });
  if (!equalBytes(range.root(), root)) {
    throw new LogStoreError(
      'corrupt',
      `the hashes in ${folder.name} do not have the root of its own checkpoint`,
    );
  }
  return { origin, head: { size, root }, range };
}

interface Failure {
  readonly source: LogSource;
  readonly message: string;
}

async function offerOf(source: LogSource, accept: MirrorOptions['accept']): Promise<Offer | Failure> {
  let note: string;
  try {
    note = await source.checkpoint();
  } catch (error) {
    if (!(error instanceof LogStoreError)) throw error;
    return { source, message: error.message };
  }
  const checkpoint = parsed(note, source.name, 'checkpoint-not-accepted');
  try {
    accept(note, source);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LogStoreError(
      'checkpoint-not-accepted',
      `the checkpoint of ${source.name} is not accepted: ${why}`,
      { cause },
    );
  }
  return { source, note, checkpoint };
}

function parsed(note: string, name: string, code: 'corrupt' | 'checkpoint-not-accepted'): Checkpoint {
  try {
    return parseCheckpoint(note);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new LogStoreError(code, `the checkpoint of ${name} is none: ${cause.message}`, { cause });
  }
}

function assertOrigin(source: LogSource, { origin }: Checkpoint, expected: string): void {
  if (origin !== expected) {
    throw new LogStoreError(
      'checkpoint-not-accepted',
      `${source.name} has another log: ${origin}, not ${expected}`,
    );
  }
}

/** Throws `fork` unless what the source has signed is a beginning of the log in the folder, or all of it. */
async function assertSameBeginning(
  folder: FolderLog,
  head: TreeHead,
  { source, checkpoint }: Offer,
): Promise<void> {
  const root = await new SourceTiles(folder, head.size).root(checkpoint.size);
  if (!equalBytes(root, checkpoint.root)) {
    throw new LogStoreError(
      'fork',
      `${source.name} shows another history: its root at size ${checkpoint.size} is not the one in ${folder.name}`,
    );
  }
}

async function copy(
  folder: FolderLog,
  own: Own,
  { source, checkpoint }: Offer,
  signal: AbortSignal | undefined,
): Promise<void> {
  let problem = await tryCopy(folder, own, { source, checkpoint }, true, signal);
  if (problem?.hasReused === true)
    problem = await tryCopy(folder, own, { source, checkpoint }, false, signal);
  if (problem === null) return;
  const tiles = new SourceTiles(source, checkpoint.size);
  const isItsOwn = equalBytes(await tiles.root(checkpoint.size), checkpoint.root);
  if (isItsOwn && own.head.size > 0 && !equalBytes(await tiles.root(own.head.size), own.head.root)) {
    throw new LogStoreError(
      'fork',
      `${source.name} shows another history: other entries than ${folder.name} has below size ${own.head.size}`,
    );
  }
  throw problem.error;
}

interface CopyProblem {
  readonly error: LogStoreError;
  /** Whether what an earlier run left behind may be the cause. */
  readonly hasReused: boolean;
}

/** Copies, or answers what is wrong with what the source serves and leaves nothing of it behind. */
async function tryCopy(
  folder: FolderLog,
  own: Own,
  { source, checkpoint }: Pick<Offer, 'source' | 'checkpoint'>,
  mayReuse: boolean,
  signal: AbortSignal | undefined,
): Promise<CopyProblem | null> {
  const range = new CompactRange(sha256, { size: own.head.size, hashes: own.range.hashes });
  const copier = new LogCopier(folder, source, range);
  await copier.open();
  let error = new LogStoreError(
    'bad-entries',
    `what ${source.name} serves does not have the root of its checkpoint`,
  );
  try {
    const root = await copier.copyTo(checkpoint.size, mayReuse, signal);
    if (equalBytes(root, checkpoint.root)) return null;
  } catch (cause) {
    if (cause instanceof LogStoreError && cause.code === 'bad-entries') error = cause;
    else if (!(cause instanceof ProtocolError)) throw cause;
  }
  await copier.takeBack();
  return { error, hasReused: copier.hasReused };
}

/** A partial tile is superseded by a wider one or the full one, as C2SP allows: so mirrors of one size are the same, however they grew. */
async function removeSuperseded(folder: FolderLog, before: number, now: number): Promise<void> {
  const kept = new Set(partialTilesOf(now).map(tilePath));
  for (const tile of partialTilesOf(before)) if (!kept.has(tilePath(tile))) await folder.removeTile(tile);
}
