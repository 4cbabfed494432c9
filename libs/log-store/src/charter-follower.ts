import {
  type EventStore,
  type Migration,
  parseBigint,
  parseSchemaName,
  type Tx,
  Worker,
} from '@besure/event-store';
import {
  type Charter,
  memberByKeyHash,
  networkOf,
  type Organisation,
  parseState,
  type Proposal,
  storeState,
} from '@besure/governance';
import type { Primitives } from '@besure/protocol';
import { LogStoreError } from './error.js';
import { type FollowedRights, followRights } from './follow-rights.js';
import { HttpLogSource, type LogSource } from './log-source.js';

/** What following the charter needs. */
export interface CharterFollowerOptions {
  /** Of the service's own schema, which has the table of `charterMigrations`. */
  readonly store: EventStore;
  /** What the network began with; in force until something else was read. */
  readonly first: Charter;
  /** Where each hub serves its logs: what stands before `/log/rights`. Who shows the most is believed, if a quorum has signed it. */
  readonly hubLogUrls: readonly string[];
  readonly primitives: Primitives;
  /** Called after something new was read. */
  readonly onChanged?: () => void;
  readonly log: {
    info(message: string, fields: object): void;
    warn(message: string, fields: object): void;
  };
}

/** Who published an entry of the log of proofs, in which block, and where in the log it stands. */
export interface PublishedEntry {
  readonly publisher: Uint8Array;
  readonly height: number;
  readonly index: number;
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
/** Boards decide rarely: where slots are long, a decision is in force here some seconds after it is final. */
const MOST_MILLIS = 10_000;

/**
 * The charter as the decisions of the board have made it, as far as a quorum has confirmed them. What was read is kept, so that a service goes on with
 * it when it starts and no hub answers.
 */
export class CharterFollower {
  readonly #options: CharterFollowerOptions;
  readonly #network: string;
  readonly #sources: readonly LogSource[];
  readonly #worker: Worker;
  #followed: FollowedRights | null;

  private constructor(options: CharterFollowerOptions, followed: FollowedRights | null) {
    const { first, hubLogUrls, primitives, log } = options;
    this.#options = options;
    this.#network = networkOf(first, primitives.sha256);
    this.#sources = hubLogUrls.map((url) => new HttpLogSource(`${url}/log/rights`));
    this.#followed = followed;
    this.#worker = new Worker({
      round: () => this.look().then(() => false),
      restMillis: Math.min(first.slots.lengthMillis, MOST_MILLIS),
      onFailure: (error, attempt) => log.warn('the charter cannot be kept', { error, attempt }),
    });
  }

  /**
   * Goes on from what was kept; where that is not enough, with what the hubs show now. Throws what the database throws.
   *
   * @param suffices what the charter must say for the service to start
   */
  static async open(
    options: CharterFollowerOptions,
    suffices: (charter: Charter) => boolean,
  ): Promise<CharterFollower> {
    const follower = new CharterFollower(options, await options.store.transaction(readFollowed));
    if (!suffices(follower.charter)) await follower.look();
    return follower;
  }

  /** In force in the next block, as far as was read. */
  get charter(): Charter {
    return this.#followed?.state.charter ?? this.#options.first;
  }

  /** What the board has not decided on yet, as far as was read. */
  get openProposals(): readonly Proposal[] {
    return this.#followed?.state.proposals.filter(({ status }) => status === 'open') ?? [];
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

  /** Asks every hub once. One that fails is told of; rejects where what was read cannot be kept. */
  async look(): Promise<void> {
    const { store, log } = this.#options;
    const before = this.#followed;
    let furthest = before;
    for (const source of this.#sources) furthest = await this.#read(source, furthest);
    if (furthest === null || furthest === before) return;
    if (furthest.size !== before?.size) await store.transaction((tx) => writeFollowed(tx, furthest));
    // What it did to each entry is nobody's business here. That it is confirmed is: else its signatures would be verified at each look.
    this.#followed = { ...furthest, entries: [], outcomes: [] };
    const { version } = furthest.state;
    if (version !== (before?.state.version ?? 0))
      log.info('the board has changed the charter', { version: version.toString() });
    this.#options.onChanged?.();
  }

  async #read(source: LogSource, before: FollowedRights | null): Promise<FollowedRights | null> {
    try {
      return await followRights(source, this.#network, before, this.#options.primitives);
    } catch (error) {
      // One hub is always a little behind another; and a network begins without a log.
      const isLate = error instanceof LogStoreError && ['older', 'no-checkpoint'].includes(error.code);
      if (!isLate)
        this.#options.log.warn('the log of rights cannot be followed', { error, url: source.name });
      return before;
    }
  }
}

/**
 * Whose item an entry of the log of proofs is. Whatever ended stays in the charter: where it does not know the publisher, what was read of the log of
 * rights is not far enough yet.
 *
 * @throws LogStoreError `charter-behind`
 */
export function memberOfEntry(charter: Charter, { publisher, height, index }: PublishedEntry): Organisation {
  const member = memberByKeyHash(charter, publisher, height);
  if (member === undefined)
    throw new LogStoreError('charter-behind', `the charter does not know yet who published entry ${index}`);
  return member;
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
    confirmation: null,
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
