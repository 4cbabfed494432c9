import { Worker } from '@besure/event-store';
import type { LogStore } from '@besure/log-store';
import { parseCheckpoint, utf8Encode } from '@besure/protocol';
import type { DataSource } from 'typeorm';
import type { ObtainedToken } from './client.js';
import { insertTimeStamp, lastTimeStamp } from './rows.js';

/** What stamping needs. */
export interface TimeStamperOptions {
  readonly dataSource: DataSource;
  readonly log: LogStore;
  /** At most one token in that time. */
  readonly everySeconds: number;
  /** How long there may be no token where one is due before somebody should look. */
  readonly alarmAfterSeconds: () => number;
  readonly request: (message: Uint8Array) => Promise<ObtainedToken>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How often it looks whether one is due. */
  readonly pollMillis: number;
  readonly onStamped: (size: number) => void;
  readonly onFailure: (error: unknown, failuresInARow: number) => void;
}

const BACKOFF = { firstMillis: 1_000, largestMillis: 600_000 };

/**
 * Has the newest checkpoint time-stamped, once in a while. A token over a checkpoint covers all leaves below, so one a day is enough for
 * everything of that day. All state is in PostgreSQL: a restart neither loses a token nor asks for one too many.
 */
export class TimeStamper {
  readonly #options: TimeStamperOptions;
  readonly #worker: Worker;
  /** Since when a token is due that has not come; null: none is. */
  #dueSince: number | null = null;

  constructor(options: TimeStamperOptions) {
    this.#options = options;
    this.#worker = new Worker({
      round: () => this.#round(),
      restMillis: options.pollMillis,
      backoff: { ...BACKOFF, firstMillis: Math.min(BACKOFF.firstMillis, options.pollMillis) },
      onFailure: options.onFailure,
    });
  }

  /** Starts in the background; the authority may be down. */
  start(): void {
    this.#worker.start();
  }

  /** Stops after the request under way. */
  stop(): Promise<void> {
    return this.#worker.stop();
  }

  /** Whether a token has been due for so long that evidence may stay without one. */
  get isOverdue(): boolean {
    const { alarmAfterSeconds, now } = this.#options;
    return this.#dueSince !== null && now() - this.#dueSince >= alarmAfterSeconds() * 1000;
  }

  async #round(): Promise<boolean> {
    const { dataSource, log, everySeconds, now, request, onStamped } = this.#options;
    const moment = now();
    const last = await lastTimeStamp(dataSource);
    const [newest] = await log.newestCheckpoints(dataSource, 1);
    const checkpoint = newest === undefined ? null : parseCheckpoint(newest);
    const since = (last?.time ?? 0) + everySeconds;
    if (checkpoint === null || checkpoint.size <= (last?.size ?? 0) || moment < since * 1000) {
      this.#dueSince = null;
      return false;
    }
    this.#dueSince ??= moment;
    const { size, text } = checkpoint;
    const { token, time } = await request(utf8Encode(text));
    await insertTimeStamp(dataSource, { size, checkpoint: text, token, time });
    this.#dueSince = null;
    onStamped(size);
    return false;
  }
}
