/** A due checkpoint of so many checkpoint heights ago is signed like the newest one. */
const RECENT = 256;
/** Of those before, the first in each run of so many checkpoint heights is signed. */
const RUN = 64;

/** What deciding needs: heights of final blocks, `previousDue` that of the checkpoint that was due before, -1 where there was none. */
export interface DuePoint {
  readonly height: number;
  readonly previousDue: number;
  /** The last final block that the node has. */
  readonly newestFinal: number;
}

/**
 * Whether a hub signs a checkpoint that is due. One that is up to date signs all of them. One that catches up also signs, while it goes
 * forward, every recent one (a restart, an hour of maintenance), and of the older ones a few that all hubs choose alike: so a quorum is found on old points even with signers that are gone, and
 * 50 years are caught up with in minutes of signing.
 */
export function isToSign({ height, previousDue, newestFinal }: DuePoint, checkpointEvery: number): boolean {
  if (newestFinal - height < RECENT * checkpointEvery) return true;
  const runOf = (of: number): number => Math.floor(of / (RUN * checkpointEvery));
  return previousDue < 0 || runOf(height) !== runOf(previousDue);
}
