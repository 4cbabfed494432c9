import { type EntryOutcome, replay, type RightsState, rightsLogOf } from '@besure/governance';
import {
  CompactRange,
  equalBytes,
  leafHash,
  parseCheckpoint,
  type Primitives,
  ProtocolError,
} from '@besure/protocol';
import { type QuorateCheckpoint, quorateCheckpoint } from '@besure/verification';
import { readEntries } from './catch-up.js';
import { LogStoreError } from './error.js';
import type { LogSource } from './log-source.js';

/** The log of rights up to a checkpoint, and what replaying it came to. */
export interface FollowedRights {
  readonly size: number;
  readonly root: Uint8Array;
  /** The hashes of its complete subtrees, to go on from. */
  readonly hashes: readonly Uint8Array[];
  readonly state: RightsState;
  readonly entries: readonly Uint8Array[];
  /**
   * The checkpoint with the signatures by which a quorum of the very charter that the log comes to confirms it; `null` while only one of the charter before
   * does, as in the moment after a decision about cosigners.
   */
  readonly confirmation: Pick<QuorateCheckpoint, 'note' | 'upheldTime'> | null;
  /** One for each entry. */
  readonly outcomes: readonly EntryOutcome[];
}

/**
 * Takes in what the published log of rights has beyond `before`, or all of it: the entries have the root of the checkpoint, hold the first charter
 * of that network, and a quorum has signed the checkpoint, by the charter that the entries come to or by the one before them.
 *
 * @param confirmations `latest` to look also for cosigners that have signed the same checkpoint anew; the first one that there is tells as much
 *   about the log itself
 * @throws LogStoreError `fork`, `older`, `bad-entries`, `checkpoint-not-accepted`, and what the source throws; ProtocolError for what is no checkpoint
 */
export async function followRights(
  source: LogSource,
  network: string,
  before: FollowedRights | null,
  primitives: Primitives,
  confirmations: 'first' | 'latest' = 'first',
): Promise<FollowedRights> {
  const note = await source.checkpoint();
  const { size, root } = parseCheckpoint(note);
  if (before !== null && size < before.size)
    throw new LogStoreError('older', `${source.name} shows an older checkpoint (size ${size})`);
  if (before !== null && size === before.size) {
    if (equalBytes(root, before.root)) return withConfirmation(before, note, primitives, confirmations);
    throw new LogStoreError('fork', `${source.name} shows another history at size ${size}`);
  }
  const added = await readEntries(source, before?.size ?? 0, size);
  const range = new CompactRange(
    primitives.sha256,
    before === null ? undefined : { size: before.size, hashes: before.hashes },
  );
  for (const entry of added) range.append(leafHash(entry, primitives.sha256));
  if (range.size !== size || !equalBytes(range.root(), root))
    throw new LogStoreError(
      'bad-entries',
      `the entries of ${source.name} do not have the root of its checkpoint`,
    );
  const { state, outcomes } = replayed(source, network, before?.state ?? null, added, primitives);
  if (state === null)
    throw new LogStoreError(
      'checkpoint-not-accepted',
      `the log of ${source.name} has no charter of the network ${network}`,
    );
  const confirmation = confirmationBy(state, note, primitives);
  const isAccepted =
    confirmation !== null || (before !== null && confirmationBy(before.state, note, primitives) !== null);
  if (!isAccepted)
    throw new LogStoreError(
      'checkpoint-not-accepted',
      `no quorum has signed the checkpoint of ${source.name}`,
    );
  return {
    size,
    root,
    hashes: range.hashes,
    state,
    confirmation,
    entries: [...(before?.entries ?? []), ...added],
    outcomes: [...(before?.outcomes ?? []), ...outcomes],
  };
}

/** The same, with its confirmation where one has come meanwhile, or a later one. */
function withConfirmation(
  followed: FollowedRights,
  note: string,
  primitives: Primitives,
  confirmations: 'first' | 'latest',
): FollowedRights {
  const before = followed.confirmation;
  if (before !== null && confirmations === 'first') return followed;
  const confirmation = confirmationBy(followed.state, note, primitives);
  if (confirmation === null || (before !== null && confirmation.upheldTime <= before.upheldTime))
    return followed;
  return { ...followed, confirmation };
}

/** The checkpoint with the lines that count by the charter of a state; `null` where they are no quorum. */
function confirmationBy(
  { charter }: RightsState,
  note: string,
  primitives: Primitives,
): FollowedRights['confirmation'] {
  return quorateCheckpoint(note, rightsLogOf(charter), primitives);
}

function replayed(
  source: LogSource,
  network: string,
  before: RightsState | null,
  entries: readonly Uint8Array[],
  primitives: Primitives,
): ReturnType<typeof replay> {
  try {
    return replay(before, entries, primitives, network);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new LogStoreError('bad-entries', `${source.name} has entries of another kind: ${error.message}`, {
      cause: error,
    });
  }
}
