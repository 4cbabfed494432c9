import { type EventStore, parseBigint, type Tx } from '@besure/event-store';
import { RIGHTS_SIGNED_ANEW_SECONDS } from '@besure/governance';
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
 * A hub signs the head of the log of rights anew each day. Whoever cosigns that once so much of a day has gone by since the own last line is never
 * more than a day and so much behind, and signs a few times a day at most, however often hubs do.
 */
const ANEW_SECONDS = RIGHTS_SIGNED_ANEW_SECONDS / 4;

/**
 * Cosigns what this archive has found consistent, forward only: never a smaller size than the last one, never with an earlier time. The same
 * size it cosigns again only in a log whose checkpoints keep the latest line, that of rights, and after a hub did: that this was still all. The signature is made in the transaction that stores size, root and time, so that none leaves which is not remembered.
 */
export class Cosigner {
  readonly #options: CosignerOptions;

  /** The largest size, and the latest time, that were recalled. */
  #recalled = { size: 0, time: 0 };

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
    if (furthest === undefined) return;
    const { size, root } = furthest.body;
    const time = Math.max(...own.map((one) => one.time));
    if (size <= this.#recalled.size && time <= this.#recalled.time) return;
    await this.#options.store.transaction((tx) =>
      tx.query(
        `UPDATE witness_state
            SET size = greatest(size, $1), root = CASE WHEN size < $1 THEN $2 ELSE root END, signed_at = greatest(signed_at, $3)
          WHERE log = $4 AND (size < $1 OR signed_at < $3)`,
        [size, Buffer.from(root), time, this.#options.log.log],
      ),
    );
    this.#recalled = {
      size: Math.max(size, this.#recalled.size),
      time: Math.max(time, this.#recalled.time),
    };
  }

  /**
   * Cosigns a checkpoint that stands in the log where that is due; answers the note that is stored then. A signature of its own that it has forgotten, as a
   * restored database has, is taken up instead of made once more.
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
    if (last === undefined) return stored;
    const [lastSize, lastTime] = [parseBigint(last.size), parseBigint(last.signed_at)];
    const nowSeconds = Math.floor(now() / 1000);
    const isAnew = lastSize > 0 && body.size === lastSize && this.#isDueAnew(lines, lastTime, nowSeconds);
    if (body.size <= lastSize && !isAnew) return stored;
    const forgotten = isAnew ? undefined : this.#ownLine(lines);
    const seconds = Math.max(forgotten?.time ?? nowSeconds, lastTime);
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

  /** Whether a hub has signed this head anew so long after the own last signature, by its clock and by the own one. */
  #isDueAnew(lines: SeenCheckpoint['lines'], lastTime: number, now: number): boolean {
    const due = lastTime + ANEW_SECONDS;
    return (
      this.#options.log.keptLine === 'latest' &&
      now >= due &&
      lines.some(
        ({ role, by, key, time }) =>
          role === 'witness' && by.kind === 'hub' && key.type === 'ml-dsa-44' && time >= due,
      )
    );
  }

  #ownLine(lines: SeenCheckpoint['lines']): SeenCheckpoint['lines'][number] | undefined {
    const own = this.#options.key?.key;
    return lines.find(({ key: { keyId, name } }) => keyId === own?.keyId && name === own.name);
  }
}
