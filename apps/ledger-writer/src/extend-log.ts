import type { Tx } from '@besure/event-store';
import type { Charter } from '@besure/governance';
import type { LogStore } from '@besure/log-store';
import type { TreeHead } from '@besure/protocol';
import { isToSign } from './late-signing.js';
import type { HubSigning } from './own-hub.js';

/** What a log of the hub is extended with. */
export interface ExtendingContext {
  readonly log: LogStore;
  readonly signing: HubSigning;
  /** Whether a checkpoint has the signatures that it needs to be published. */
  readonly suffices: (note: string) => boolean;
}

/** A final block, as far as a log goes by it. */
export interface BlockOfLog {
  readonly height: number;
  readonly entries: readonly Uint8Array[];
  /** Whether a checkpoint is due after it. */
  readonly isDue: boolean;
}

/** What became of a log. */
export interface Extended {
  /** The height of the checkpoint that was due last, as before where none was. */
  readonly dueHeight: number;
  /** Size of the newest checkpoint that was signed; `null`: none was. */
  readonly checkpointSize: number | null;
}

/**
 * Appends what consecutive blocks add to a log, and signs its checkpoints as far as they are to be signed at this distance from the newest block, and by a
 * hub of the charter, which is that as of the last of the blocks.
 */
export async function extendLog(
  tx: Tx,
  { log, signing, suffices }: ExtendingContext,
  blocks: readonly BlockOfLog[],
  at: {
    readonly charter: Charter;
    readonly previousDue: number;
    readonly newestFinal: number;
    readonly checkpointEvery: number;
    readonly seconds: number;
  },
): Promise<Extended> {
  let waiting: Uint8Array[] = [];
  let head: TreeHead | null = null;
  const append = async (): Promise<TreeHead> => {
    if (head === null || waiting.length > 0) head = await log.append(tx, waiting);
    waiting = [];
    return head;
  };
  let dueHeight = at.previousDue;
  let checkpointSize: number | null = null;
  for (const { height, entries, isDue } of blocks) {
    waiting.push(...entries);
    if (!isDue) continue;
    const isSigned = isToSign(
      { height, previousDue: dueHeight, newestFinal: at.newestFinal },
      at.checkpointEvery,
    );
    const due = await append();
    dueHeight = height;
    if (!isSigned) continue;
    const note = signing.sign(at.charter, { origin: log.origin, ...due }, at.seconds);
    if (note === null) continue;
    await log.saveCheckpoint(tx, note, suffices);
    checkpointSize = due.size;
  }
  await append();
  return { dueHeight, checkpointSize };
}
