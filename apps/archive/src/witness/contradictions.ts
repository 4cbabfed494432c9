import { type EventStore, parseBigint, type Tx } from '@besure/event-store';
import {
  type Db,
  type Divergence,
  findDivergence,
  type LogStore,
  LogStoreError,
  type LogSource,
} from '@besure/log-store';
import { formatTlogProof } from '@besure/protocol';
import type { GoingBack } from './going-back.js';
import type { CheckpointReader, SeenCheckpoint } from './seen-checkpoint.js';

/** What hubs can be caught at by what they signed. */
export const CONTRADICTION_KINDS = [
  /** A checkpoint whose log is neither a beginning nor a continuation of the one that is here. */
  'other-history',
  /** A hub cosigned a smaller size at a later time than a larger one. */
  'went-back',
] as const;
export type ContradictionKind = (typeof CONTRADICTION_KINDS)[number];

/** Two checkpoints that cannot both be honest. */
export interface Contradiction {
  readonly kind: ContradictionKind;
  /** The hub that signed theirs, by its id. */
  readonly hub: string;
  /** Where it was shown. */
  readonly source: string;
  readonly ours: SeenCheckpoint;
  readonly theirs: SeenCheckpoint;
  /** The entry at which the two logs part, where their hub serves it. */
  readonly divergence: Divergence | null;
}

/** What keeping contradictions needs. */
export interface ContradictionsOptions {
  readonly store: EventStore;
  readonly db: Db;
  readonly log: LogStore;
  readonly reader: CheckpointReader;
  /** Where entries may be read that a checkpoint promises. */
  readonly sources: readonly LogSource[];
  /** Called once for each that is new. */
  readonly onCaught: (contradiction: Contradiction) => void;
}

/** Of one hub and kind: who signs one lie can sign many, and the first ones prove it. */
const MOST_PER_HUB = 16;
/** Checkpoints of ours among which one is chosen that the same hub signed. */
const CANDIDATES = 64;
/** Told to hubs again after a restart. */
const TOLD_AGAIN = 32;

/**
 * Contradictions between what hubs signed, kept for good with all that proves them. Nothing more happens to the hub: its honest checkpoints still count, a
 * person judges the rest.
 */
export class Contradictions {
  readonly #options: ContradictionsOptions;
  readonly #known = new Set<string>();
  readonly #toTell = new Set<string>();
  #isLoaded = false;

  constructor(options: ContradictionsOptions) {
    this.#options = options;
  }

  /** Reads what was kept before, the first time. */
  async load(): Promise<void> {
    if (this.#isLoaded) return;
    const rows = await this.#options.store.transaction((tx) =>
      tx.query<{ their_text: string; our_note: string; their_note: string }[]>(
        `SELECT their_text, our_note, their_note FROM contradiction
          WHERE kind = 'other-history' AND log = $2 ORDER BY id DESC LIMIT $1`,
        [TOLD_AGAIN, this.#options.log.log],
      ),
    );
    for (const row of rows.toReversed()) {
      this.#known.add(row.their_text);
      this.#toTell.add(row.our_note).add(row.their_note);
    }
    this.#isLoaded = true;
  }

  /** Whether a checkpoint is known to contradict the log. */
  isKnown(text: string): boolean {
    return this.#known.has(text);
  }

  /** Notes that every hub should see, so that other witnesses hear of them. */
  toTell(): readonly string[] {
    return [...this.#toTell];
  }

  /** A checkpoint whose log is not ours: keeps both sides, and the entry at which they part if some hub serves it. */
  async otherHistory(theirs: SeenCheckpoint, shownBy: LogSource): Promise<void> {
    const hub = hubOf(theirs);
    const ours = await this.#ourSide(theirs, hub);
    if (ours === null) return;
    const divergence = (await this.#isEnough('other-history', hub))
      ? null
      : await this.#part(ours, theirs, shownBy);
    await this.#keep({ kind: 'other-history', hub, source: shownBy.name, ours, theirs, divergence });
    this.#known.add(theirs.text);
    if (this.#toTell.size < 2 * TOLD_AGAIN) this.#toTell.add(ours.note).add(theirs.note);
  }

  /** A hub that cosigned backwards. */
  async wentBack({ hub, ours, theirs }: GoingBack, source: string): Promise<void> {
    await this.#keep({ kind: 'went-back', hub, source, ours, theirs, divergence: null });
  }

  /** Of the same size if there is one, else one that the same hub signed, else the newest. */
  async #ourSide(theirs: SeenCheckpoint, hub: string): Promise<SeenCheckpoint | null> {
    const { log, db, reader } = this.#options;
    const same = await log.checkpointAt(db, theirs.body.size);
    if (same !== null) return reader.read(same);
    const newest = (await log.newestCheckpoints(db, CANDIDATES)).map((note) => reader.read(note));
    return (
      newest.find((one) => one.lines.some(({ by }) => by.kind === 'hub' && by.id === hub)) ??
      newest[0] ??
      null
    );
  }

  /** Whoever shows the checkpoint may have only heard of it: then its own hub is among the others. */
  async #part(ours: SeenCheckpoint, theirs: SeenCheckpoint, shownBy: LogSource): Promise<Divergence | null> {
    const { log, db, sources } = this.#options;
    for (const source of new Set([shownBy, ...sources])) {
      try {
        const found = await findDivergence(db, log, ours.body.size, source, theirs.body);
        if (found !== null) return found;
      } catch (error) {
        if (!(error instanceof LogStoreError)) throw error;
      }
    }
    return null;
  }

  async #isEnough(kind: ContradictionKind, hub: string): Promise<boolean> {
    const [row] = await this.#options.db.query<{ times: string }[]>(
      'SELECT count(*) AS times FROM contradiction WHERE kind = $1 AND hub = $2 AND log = $3',
      [kind, hub, this.#options.log.log],
    );
    return parseBigint(row?.times ?? '0') >= MOST_PER_HUB;
  }

  async #keep(contradiction: Contradiction): Promise<void> {
    if (await this.#isEnough(contradiction.kind, contradiction.hub)) return;
    const isNew = await this.#options.store.transaction((tx) =>
      insert(tx, this.#options.log.log, contradiction),
    );
    if (isNew) this.#options.onCaught(contradiction);
  }
}

/** How many of each kind are kept. */
export async function countContradictions(db: Db): Promise<ReadonlyMap<ContradictionKind, number>> {
  const rows = await db.query<{ kind: ContradictionKind; times: string }[]>(
    'SELECT kind, count(*) AS times FROM contradiction GROUP BY kind',
  );
  const counts = new Map(rows.map(({ kind, times }) => [kind, parseBigint(times)]));
  return new Map(CONTRADICTION_KINDS.map((kind) => [kind, counts.get(kind) ?? 0]));
}

function hubOf(seen: SeenCheckpoint): string {
  // Whoever reads a checkpoint has made sure that there is one.
  return seen.lines.find(({ role }) => role === 'log')!.by.id;
}

/** False where it is kept already. */
async function insert(
  tx: Tx,
  log: string,
  { kind, hub, source, ours, theirs, divergence }: Contradiction,
): Promise<boolean> {
  const sideOf = (side: 'ours' | 'theirs', { note }: SeenCheckpoint): [Buffer | null, string | null] =>
    divergence === null
      ? [null, null]
      : [
          Buffer.from(divergence[side].entry),
          formatTlogProof({ index: divergence.index, proof: divergence[side].proof, checkpoint: note }),
        ];
  const rows = await tx.query<{ id: string }[]>(
    `INSERT INTO contradiction (kind, hub, source, our_note, their_text, their_note, our_entry, our_proof, their_entry, their_proof, log)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (kind, hub, their_text) DO NOTHING RETURNING id`,
    [
      kind,
      hub,
      source,
      ours.note,
      theirs.text,
      theirs.note,
      ...sideOf('ours', ours),
      ...sideOf('theirs', theirs),
      log,
    ],
  );
  return rows.length > 0;
}
