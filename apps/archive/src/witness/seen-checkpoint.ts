import type { Charter } from '@besure/governance';
import { LogStoreError } from '@besure/log-store';
import {
  type CheckpointBody,
  formatCheckpoint,
  formatCheckpointText,
  parseCheckpoint,
  type Primitives,
  ProtocolError,
} from '@besure/protocol';
import { type KnownLine, knownLines } from '@besure/verification';

/** A checkpoint of the network's log as it was shown, with those of its signature lines that verify. */
export interface SeenCheckpoint {
  readonly body: CheckpointBody;
  /** The text that is signed: which checkpoint it is. */
  readonly text: string;
  readonly note: string;
  readonly lines: readonly KnownLine[];
}

/** How many are remembered: hubs show the same ones again and again, and to judge one costs about a millisecond. */
const REMEMBERED = 64;

/** Reads checkpoints that hubs show, believing keys of the charter only. */
export class CheckpointReader {
  readonly #charter: () => Charter;
  readonly #primitives: Primitives;
  readonly #seen = new Map<string, SeenCheckpoint>();

  constructor(charter: () => Charter, primitives: Primitives) {
    this.#charter = charter;
    this.#primitives = primitives;
  }

  /**
   * A checkpoint that a hub of the charter has signed as the log, without unknown lines.
   *
   * @throws LogStoreError `checkpoint-not-accepted`, ProtocolError for what is no checkpoint
   */
  read(note: string): SeenCheckpoint {
    let seen = this.#seen.get(note);
    if (seen === undefined) {
      seen = this.#judge(note);
      const [oldest] = this.#seen.keys();
      if (this.#seen.size >= REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
      this.#seen.set(note, seen);
    }
    return seen;
  }

  /** The same, and null for what is no checkpoint that a hub of the charter has signed as the log. */
  tryRead(note: string): SeenCheckpoint | null {
    try {
      return this.read(note);
    } catch (error) {
      const isRefused = error instanceof LogStoreError && error.code === 'checkpoint-not-accepted';
      if (!isRefused && !(error instanceof ProtocolError)) throw error;
      return null;
    }
  }

  #judge(note: string): SeenCheckpoint {
    const { origin, size, root } = parseCheckpoint(note);
    const body = { origin, size, root };
    const lines = knownLines(note, this.#charter(), this.#primitives);
    if (!lines.some(({ role, key }) => role === 'log' && key.type === 'ml-dsa-44')) {
      throw new LogStoreError('checkpoint-not-accepted', 'no hub of the charter signed it as the log');
    }
    return {
      body,
      text: formatCheckpointText(body),
      note: formatCheckpoint(
        body,
        lines.map(({ line }) => line),
      ),
      lines,
    };
  }
}
