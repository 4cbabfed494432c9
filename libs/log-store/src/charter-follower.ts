import { type EventStore, type Migration, parseBigint, parseSchemaName, type Tx, Worker } from '@besure/event-store';
import { type Charter, networkOf, parseState, storeState } from '@besure/governance';
import type { Primitives } from '@besure/protocol';
import { LogStoreError } from './error.js';
import { type FollowedRights, followRights } from './follow-rights.js';
import type { LogSource } from './log-source.js';

/** What following the charter needs. */
export interface CharterFollowerOptions {
  /** Of the service's own schema, which has the table of `charterMigrations`. */
  readonly store: EventStore;
  /** What the network began with; in force until something else was read. */
  readonly first: Charter;
  /** The log of rights as each hub serves it. Who shows the most is believed, if a quorum has signed it. */
  readonly sources: readonly LogSource[];
  readonly primitives: Primitives;
  readonly everyMillis: number;
  /** Called for each failure with a source. The charter stays the one that was read before. */
  readonly onFailure: (error: unknown, source: string) => void;
  /** Called after the charter has changed and is kept. */
  readonly onChange: (version: number) => void;
}

/** The table of what was read of the log of rights, in a service's schema. Only ever added to. */
export function charterMigrations(schema: string): readonly Migration[] {
  return [
    {
      name: 'charter-001',
      sql: `
        -- At most one row: how far the log of rights was read, and what it came to. It can be read again from any hub.
        CREATE TABLE ${parseSchemaName(schema)}.followed_rights (
          single boolean PRIMARY KEY DEFAULT true CHECK (single),
          size bigint NOT NULL,
          root bytea NOT NULL,
          -- of its complete subtrees, one after the other
          hashes bytea NOT NULL,
          state text NOT NULL
        );
      `,
    },
  ];
}

const HASH_LENGTH = 32;

/**
 * The charter as the decisions of the board have made it, as far as a quorum has confirmed them. What was read is kept, so that a service goes on with
 * it when it starts and no hub answers.
 */
export class CharterFollower {
  readonly #options: CharterFollowerOptions;
  readonly #network: string;
  readonly #worker: Worker;
  #followed: FollowedRights | null;

  private constructor(options: CharterFollowerOptions, network: string, followed: FollowedRights | null) {
    this.#options = options;
    this.#network = network;
    this.#followed = followed;
    this.#worker = new Worker({
      round: () => this.look(),
      restMillis: options.everyMillis,
      // Each source's own failure was told.
      onFailure: (error) => options.onFailure(error, 'the database'),
    });
  }

  /** Goes on from what was kept. Throws what the database throws. */
  static async open(options: CharterFollowerOptions): Promise<CharterFollower> {
    const network = networkOf(options.first, options.primitives.sha256);
    return new CharterFollower(options, network, await options.store.transaction(readFollowed));
  }

  /** In force in the next block, as far as was read. */
  get charter(): Charter {
    return this.#followed?.state.charter ?? this.#options.first;
  }

  /** Starts looking in the background. */
  start(): void {
    this.#worker.start();
  }

  /** Looks at once instead of at the next turn. */
  wake(): void {
    this.#worker.wake();
  }

  /** Stops after the look under way. */
  stop(): Promise<void> {
    return this.#worker.stop();
  }

  /** Asks every hub once. Answers false: there is never more to read at once. Rejects where what was read cannot be kept. */
  async look(): Promise<false> {
    const before = this.#followed;
    let furthest = before;
    for (const source of this.#options.sources) furthest = await this.#read(source, furthest);
    if (furthest === null || furthest === before) return false;
    await this.#options.store.transaction((tx) => writeFollowed(tx, furthest));
    // What it did to each entry is nobody's business here.
    this.#followed = { ...furthest, entries: [], outcomes: [] };
    if (furthest.state.version !== (before?.state.version ?? 0)) this.#options.onChange(furthest.state.version);
    return false;
  }

  async #read(source: LogSource, before: FollowedRights | null): Promise<FollowedRights | null> {
    try {
      return await followRights(source, this.#network, before, this.#options.primitives);
    } catch (error) {
      // One hub is always a little behind another; and a network begins without a log.
      const isLate = error instanceof LogStoreError && ['older', 'no-checkpoint'].includes(error.code);
      if (!isLate) this.#options.onFailure(error, source.name);
      return before;
    }
  }
}

async function readFollowed(tx: Tx): Promise<FollowedRights | null> {
  const [row] = await tx.query<{ size: string; root: Buffer; hashes: Buffer; state: string }[]>(
    'SELECT size, root, hashes, state FROM followed_rights',
  );
  if (row === undefined) return null;
  const { root, hashes, state } = row;
  return {
    size: parseBigint(row.size),
    root,
    hashes: Array.from({ length: hashes.length / HASH_LENGTH }, (_, i) =>
      hashes.subarray(i * HASH_LENGTH, (i + 1) * HASH_LENGTH),
    ),
    state: parseState(state),
    entries: [],
    outcomes: [],
  };
}

/** Another instance of the service may have read further. */
async function writeFollowed(tx: Tx, { size, root, hashes, state }: FollowedRights): Promise<void> {
  await tx.query(
    `INSERT INTO followed_rights AS f (size, root, hashes, state) VALUES ($1, $2, $3, $4)
     ON CONFLICT (single) DO UPDATE SET size = excluded.size, root = excluded.root, hashes = excluded.hashes, state = excluded.state
       WHERE f.size < excluded.size`,
    [size, root, Buffer.concat(hashes), storeState(state)],
  );
}
