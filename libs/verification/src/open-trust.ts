import { type Charter, isTrustLog, networkOf, parseTrust, parseTrustLog } from '@besure/governance';
import type { Primitives } from '@besure/protocol';
import { TrustError } from './error.js';
import { openHeldRights, readingHeldRights } from './open-held-rights.js';

/** What a trust file comes to. */
export interface OpenedTrust {
  /** Fingerprint of genesis and first charter, hexadecimal: what people compare. */
  readonly network: string;
  /** As the decisions have made it, up to where the file goes. */
  readonly charter: Charter;
  /** The latest time, in POSIX seconds, of which a quorum says that nothing was missing; `null` in version 0, which is somebody's word. */
  readonly confirmedAt: number | null;
}

/**
 * Opens a trust file: of version 1, the log of rights is replayed, has the root of its checkpoint, and the quorum of the charter that comes of it has
 * signed that. Of version 0 the charter is believed as it stands.
 *
 * @throws TrustError `trust-malformed`, `trust-not-confirmed`
 */
export function openTrust(file: string, primitives: Primitives): OpenedTrust {
  return readingHeldRights(
    () => (isTrustLog(file) ? openLog(file, primitives) : openCharter(file, primitives)),
    (fault, message, options) => new TrustError(`trust-${fault}`, message, options),
  );
}

function openCharter(file: string, { sha256 }: Primitives): OpenedTrust {
  const { charter } = parseTrust(file);
  // The network may have begun with another charter, of which this one came: it bears its own fingerprint.
  return { network: networkOf(charter, sha256), charter, confirmedAt: null };
}

function openLog(file: string, primitives: Primitives): OpenedTrust {
  const { network, ...held } = parseTrustLog(file);
  const { state, confirmation } = openHeldRights(held, network, primitives);
  // Whoever could add a line that says nothing could make two files of one.
  if (confirmation.note !== held.checkpoint)
    throw new TrustError('trust-malformed', 'the checkpoint has signatures that do not count');
  return { network, charter: state.charter, confirmedAt: confirmation.upheldTime };
}
