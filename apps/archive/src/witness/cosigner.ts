import { type EventStore, parseBigint, type Tx } from '@besure/event-store';
import type { LogStore } from '@besure/log-store';
import { formatCheckpoint, signCheckpoint } from '@besure/protocol';
import type { SeenCheckpoint } from './seen-checkpoint.js';
import type { WitnessKey } from './witness-key.js';

/** What cosigning needs. `key` is null where this archive is no witness. */
export interface CosignerOptions {
  readonly store: EventStore;
  readonly log: LogStore;
  readonly key: WitnessKey | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Cosigns what this archive has found consistent, forward only: never at a size that is not larger than the last one, never with an earlier
 * time. The signature is made in the transaction that stores size, root and time, so that none leaves which is not remembered.
 */
export class Cosigner {
  readonly #options: CosignerOptions;

  /** The largest size that was recalled. */
  #recalled = 0;

  constructor(options: CosignerOptions) {
    this.#options = options;
  }

  /** Whether this archive is a witness. */
  get isWitness(): boolean {
    return this.#options.key !== null;
  }

  /** Goes forward to the largest of these checkpoints that bears a signature of its own: nothing smaller is cosigned any more, nor with an earlier time. */
  async recall(shown: readonly SeenCheckpoint[]): Promise<void> {
    const own = shown.flatMap(({ body, lines }) => {
      const line = this.#ownLine(lines);
      return line === undefined ? [] : [{ body, time: line.time }];
    });
    const furthest = own.toSorted((a, b) => b.body.size - a.body.size)[0];
    if (furthest === undefined || furthest.body.size <= this.#recalled) return;
    const { size, root } = furthest.body;
    const time = Math.max(...own.map((one) => one.time));
    await this.#options.store.transaction((tx) =>
      tx.query(
        'UPDATE witness_state SET size = $1, root = $2, signed_at = greatest(signed_at, $3) WHERE log = $4 AND size < $1',
        [size, Buffer.from(root), time, this.#options.log.log],
      ),
    );
    this.#recalled = size;
  }

  /**
   * Cosigns a checkpoint that stands in the log, unless it did or has gone further; answers the note that is stored then. A signature of its own that it has
   * forgotten, as a restored database has, is taken up instead of made anew.
   */
  async cosign(
    tx: Tx,
    { body, lines }: Pick<SeenCheckpoint, 'body' | 'lines'>,
    stored: string,
  ): Promise<string> {
    const { log, key, now } = this.#options;
    if (key === null) return stored;
    const [last] = await tx.query<{ size: string; signed_at: string }[]>(
      'SELECT size, signed_at FROM witness_state WHERE log = $1 FOR UPDATE',
      [log.log],
    );
    if (last === undefined || body.size <= parseBigint(last.size)) return stored;
    const forgotten = this.#ownLine(lines);
    const seconds = Math.max(forgotten?.time ?? Math.floor(now() / 1000), parseBigint(last.signed_at));
    // A signature outside the key's period counts for nobody.
    if (!key.isInForce(seconds)) return stored;
    await tx.query('UPDATE witness_state SET size = $1, root = $2, signed_at = $3 WHERE log = $4', [
      body.size,
      Buffer.from(body.root),
      seconds,
      log.log,
    ]);
    if (forgotten !== undefined) return stored;
    const line = signCheckpoint(key.key, body, seconds, (message) => key.signer.sign(message));
    return (await log.saveCheckpoint(tx, formatCheckpoint(body, [line]))).note;
  }

  #ownLine(lines: SeenCheckpoint['lines']): SeenCheckpoint['lines'][number] | undefined {
    const own = this.#options.key?.key;
    return lines.find(({ key: { keyId, name } }) => keyId === own?.keyId && name === own.name);
  }
}
