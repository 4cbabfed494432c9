import { CharterError, type HeldRights, replay, type RightsState, rightsLogOf } from '@besure/governance';
import {
  CompactRange,
  equalBytes,
  leafHash,
  parseCheckpoint,
  type Primitives,
  ProtocolError,
} from '@besure/protocol';
import { quorateCheckpoint, type QuorateCheckpoint } from './checkpoint-signatures.js';

/** What a file that holds a log of rights comes to. */
export interface OpenedRights {
  readonly state: RightsState;
  /** How many entries the log has. */
  readonly size: number;
  readonly confirmation: QuorateCheckpoint;
}

/** Why a held log says nothing: it is not what it says it is, or no quorum says that it is all. */
class HeldRightsError extends Error {
  override readonly name = 'HeldRightsError';
  readonly fault: 'malformed' | 'not-confirmed';

  constructor(fault: HeldRightsError['fault'], message: string) {
    super(message);
    this.fault = fault;
  }
}

/**
 * Reads a file that holds a log of rights; what is wrong with the file or the log is thrown as an error of the caller's.
 *
 * @param errorOf makes it, of a fault
 */
export function readingHeldRights<T>(
  read: () => T,
  errorOf: (fault: HeldRightsError['fault'], message: string, options: { readonly cause: unknown }) => Error,
): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof HeldRightsError) throw errorOf(cause.fault, cause.message, { cause });
    if (!(cause instanceof CharterError || cause instanceof ProtocolError)) throw cause;
    const where = cause.field === undefined ? '' : `${cause.field} `;
    throw errorOf('malformed', `${where}${cause.message}`, { cause });
  }
}

/**
 * Opens a held log of rights: its entries have the root of its checkpoint, replaying them comes to a state of that network, and a quorum of the state's
 * charter has signed the checkpoint.
 *
 * @throws HeldRightsError; ProtocolError for an entry or a checkpoint that is none
 */
export function openHeldRights(
  { checkpoint, entries }: HeldRights,
  network: string,
  primitives: Primitives,
): OpenedRights {
  const { size, root } = parseCheckpoint(checkpoint);
  const range = new CompactRange(primitives.sha256);
  for (const entry of entries) range.append(leafHash(entry, primitives.sha256));
  if (range.size !== size || !equalBytes(range.root(), root))
    throw new HeldRightsError('malformed', 'the entries do not have the root of the checkpoint');
  const { state } = replay(null, entries, primitives, network);
  if (state === null)
    throw new HeldRightsError('malformed', `the log has no charter of the network ${network}`);
  const confirmation = quorateCheckpoint(checkpoint, rightsLogOf(state.charter), primitives);
  if (confirmation === null)
    throw new HeldRightsError('not-confirmed', 'no quorum has signed the checkpoint of the log of rights');
  return { state, size, confirmation };
}
