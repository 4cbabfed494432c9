import { nodePrimitives } from '@besure/keys';
import { followRights, type FollowedRights, type LogSource, LogStoreError } from '@besure/log-store';
import { ProtocolError } from '@besure/protocol';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-codes.js';

/** Replays a log of rights that a quorum has signed. Throws a CliError that says why it is not to be believed, or cannot be read. */
export function replayed(source: LogSource, network: string): Promise<FollowedRights> {
  return asCliError(() => followRights(source, network, null, nodePrimitives));
}

/** Does something with a log; what goes wrong with it is told to people. */
export async function asCliError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LogStoreError || error instanceof ProtocolError)) throw error;
    const isAway = error instanceof LogStoreError && error.code === 'unreachable';
    throw new CliError(isAway ? EXIT.unreadable : EXIT.failed, error.message, { cause: error });
  }
}
