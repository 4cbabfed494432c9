import type { Tx } from '@besure/event-store';
import type { Charter } from '@besure/governance';
import type { LogStore } from '@besure/log-store';
import { type Primitives, parseCheckpoint } from '@besure/protocol';
import { quorateCheckpoint } from '@besure/verification';
import type { LedgerLog, QuorateCheckpoint } from './ledger-log.js';

/** How many judged checkpoints are remembered: judging one costs about a millisecond, and neighbours share theirs. */
const REMEMBERED = 64;

/** The ledger log over the log store that a follower fills; only checkpoints that a quorum of the charter has signed stand there. */
export class FollowedLog implements LedgerLog {
  readonly #log: LogStore;
  readonly #charter: () => Charter;
  readonly #primitives: Primitives;
  readonly #judged = new Map<string, QuorateCheckpoint | null>();

  constructor(log: LogStore, charter: () => Charter, primitives: Primitives) {
    this.#log = log;
    this.#charter = charter;
    this.#primitives = primitives;
  }

  /** @inheritdoc */
  async size(tx: Tx): Promise<number> {
    return (await this.#log.head(tx)).size;
  }

  /** @inheritdoc */
  async coveredSize(tx: Tx): Promise<number> {
    const note = await this.#log.latestCheckpoint(tx);
    if (note === null) return 0;
    const { size } = parseCheckpoint(note);
    // While the follower catches up, the checkpoint that it works towards is stored before all of its entries are: nothing new is final
    // until they are.
    return size <= (await this.size(tx)) ? size : 0;
  }

  /** @inheritdoc */
  async covering(tx: Tx, leaf: number): Promise<QuorateCheckpoint | null> {
    const note = await this.#log.checkpointCovering(tx, leaf);
    return note === null ? null : this.#judge(note);
  }

  /** @inheritdoc */
  inclusionProof(tx: Tx, leaf: number, size: number): Promise<readonly Uint8Array[]> {
    return this.#log.inclusionProof(tx, leaf, size);
  }

  #judge(note: string): QuorateCheckpoint | null {
    let checkpoint = this.#judged.get(note);
    if (checkpoint === undefined) {
      checkpoint = judge(note, this.#charter(), this.#primitives);
      const [oldest] = this.#judged.keys();
      if (this.#judged.size >= REMEMBERED && oldest !== undefined) this.#judged.delete(oldest);
      this.#judged.set(note, checkpoint);
    }
    return checkpoint;
  }
}

function judge(note: string, charter: Charter, primitives: Primitives): QuorateCheckpoint | null {
  const quorate = quorateCheckpoint(note, charter, primitives);
  if (quorate === null) return null;
  const { checkpoint, recordedTime } = quorate;
  return { note: quorate.note, size: checkpoint.size, recordedAt: new Date(recordedTime * 1000) };
}
