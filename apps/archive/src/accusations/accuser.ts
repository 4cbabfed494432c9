import type { EventStore } from '@besure/event-store';
import type { Charter } from '@besure/governance';
import {
  accuse,
  type Db,
  type LogSource,
  type LogStore,
  LogStoreError,
  type MadeAccusation,
  type ReadableLog,
  servedLog,
  storedLog,
  type Testimony,
} from '@besure/log-store';
import { equalBytes, parseCheckpoint, type Primitives, ProtocolError, type TreeHead } from '@besure/protocol';
import type { CheckpointReader } from '../witness/seen-checkpoint.js';
import { keepAccusation } from './rows.js';
import { isSuspect } from './suspects.js';

/** What accusing needs. */
export interface AccuserOptions {
  readonly store: EventStore;
  readonly db: Db;
  readonly charter: Charter;
  readonly primitives: Primitives;
  readonly reader: CheckpointReader;
  /** What hubs showed, and this archive has found consistent. */
  readonly witnessed: LogStore;
  /** What a quorum has signed. */
  readonly quorate: LogStore;
  /** Where a log may be read that contradicts these. */
  readonly sources: readonly LogSource[];
  /** Called once for each accusation that is new. */
  readonly onAccused: (accusation: MadeAccusation) => void;
}

/** Checkpoints that are looked at by themselves, the newest. */
const LOOKED_AT = 16;
/** Looks at one thing, each after the logs went on: a majority may come later, or the hub serve again what it had signed. */
const MOST_LOOKS = 64;
/** Things that are looked at again, the newest: who lies can lie often. */
const MOST_MATTERS = 32;

/** What may convict somebody, and is not proven yet. */
interface Matter {
  /** The note of it, and one that it contradicts where that was found. */
  readonly notes: readonly string[];
  looks: number;
}

/**
 * Makes accusations of what witnessing found, and of checkpoints that are consistent and yet say that a hub lied. A matter that cannot be proven yet is looked at
 * again when the logs have gone on. Nothing here changes what is cosigned.
 */
export class Accuser {
  readonly #options: AccuserOptions;
  readonly #matters = new Map<string, Matter>();
  readonly #lookedAt = new Set<string>();
  #lastContradiction = '0';
  #lastState = '';

  constructor(options: AccuserOptions) {
    this.#options = options;
  }

  /** One look. All of it can be done again. */
  async round(): Promise<boolean> {
    const { db, witnessed, quorate } = this.#options;
    const newest = await witnessed.newestCheckpoints(db, LOOKED_AT);
    const hasMore = (await this.#readContradictions()) || (await this.#readSuspects(newest));
    const confirmed = await quorate.latestCheckpoint(db);
    const state = [newest[0], confirmed].join();
    if (!hasMore && state === this.#lastState) return false;
    for (const [key, matter] of this.#matters) {
      matter.looks += 1;
      const isProven = await this.#examine(matter, newest[0] ?? null, confirmed);
      if (isProven || matter.looks >= MOST_LOOKS) this.#matters.delete(key);
    }
    this.#lastState = state;
    return false;
  }

  async #readContradictions(): Promise<boolean> {
    const rows = await this.#options.db.query<{ id: string; our_note: string; their_note: string }[]>(
      'SELECT id, our_note, their_note FROM contradiction WHERE id > $1 AND log = $2 ORDER BY id',
      [this.#lastContradiction, this.#options.witnessed.log],
    );
    for (const row of rows) this.#add(`contradiction ${row.id}`, [row.their_note, row.our_note]);
    this.#lastContradiction = rows.at(-1)?.id ?? this.#lastContradiction;
    return rows.length > 0;
  }

  async #readSuspects(notes: readonly string[]): Promise<boolean> {
    const { db, witnessed, charter, reader } = this.#options;
    const { size } = await witnessed.head(db);
    let found = false;
    for (const note of notes) {
      const seen = reader.read(note);
      // Whether it was due is seen by the entry behind it.
      const key = `${seen.text}${seen.body.size < size ? 'followed' : ''}${seen.lines.length.toString()}`;
      if (seen.body.size > size || this.#lookedAt.has(key)) continue;
      this.#lookedAt.add(key);
      if (!(await isSuspect(seen, charter, witnessed, db))) continue;
      this.#add(`checkpoint ${seen.text}`, [seen.note]);
      found = true;
    }
    for (const key of [...this.#lookedAt].slice(0, -16 * LOOKED_AT)) this.#lookedAt.delete(key);
    return found;
  }

  #add(key: string, notes: readonly string[]): void {
    this.#matters.delete(key);
    this.#matters.set(key, { notes, looks: 0 });
    const [oldest] = this.#matters.keys();
    if (this.#matters.size > MOST_MATTERS && oldest !== undefined) this.#matters.delete(oldest);
  }

  /** True where somebody is convicted. */
  async #examine({ notes }: Matter, witnessed: string | null, quorate: string | null): Promise<boolean> {
    const { store, charter, primitives, onAccused } = this.#options;
    const all = new Set([...notes, ...[witnessed, quorate].filter((note) => note !== null)]);
    const testimonies: Testimony[] = [];
    for (const note of all) testimonies.push({ note, log: await this.#logOf(note) });
    const made = await accuse(testimonies, charter, primitives);
    for (const accusation of made) {
      if (await store.transaction((tx) => keepAccusation(tx, accusation))) onAccused(accusation);
    }
    return made.length > 0;
  }

  /** Whoever has that very log: this archive, or a hub that serves it. */
  async #logOf(note: string): Promise<ReadableLog | null> {
    const { db, witnessed, quorate, sources } = this.#options;
    const head = parseCheckpoint(note);
    const candidates = [
      storedLog(db, witnessed),
      storedLog(db, quorate),
      ...sources.map((source) => servedLog(source, head.size)),
    ];
    for (const log of candidates) if (await hasRoot(log, head)) return log;
    return null;
  }
}

async function hasRoot(log: ReadableLog, { size, root }: TreeHead): Promise<boolean> {
  try {
    return equalBytes(await log.root(size), root);
  } catch (error) {
    if (error instanceof LogStoreError || error instanceof ProtocolError) return false;
    throw error;
  }
}
