import type { EventStore } from '@besure/event-store';
import {
  catchUp,
  type CopyTarget,
  type Db,
  type LogStore,
  LogStoreError,
  type PendingSource,
} from '@besure/log-store';
import { caughtGoingBack } from './going-back.js';
import type { Cosigner } from './cosigner.js';
import type { Contradictions } from './contradictions.js';
import { HandOver } from './hand-over.js';
import type { CheckpointReader, SeenCheckpoint } from './seen-checkpoint.js';
import type { OwnSignatures } from './own-signatures.js';
import type { KnownNotes } from './known-notes.js';

/** A hub: where it shows its checkpoints, and how it is given signatures. */
export interface WatchedHub {
  readonly source: PendingSource;
  /** Hands over checkpoint notes; resolves when the hub has acknowledged them. */
  readonly hand: (checkpoints: readonly string[]) => Promise<void>;
  /** Lets it know of a checkpoint that may contradict its own; answers what it made of that. It takes without a word what it cannot compare yet. */
  readonly tell: (checkpoint: string) => Promise<'taken' | 'other-root'>;
}

/** What the watches of all hubs share: one log, one state, one memory of what was seen. */
export interface WitnessContext {
  readonly store: EventStore;
  /** For reading outside of transactions, of what never changes. */
  readonly db: Db;
  readonly log: LogStore;
  readonly reader: CheckpointReader;
  readonly cosigner: Cosigner;
  readonly ownSignatures: OwnSignatures;
  readonly notes: KnownNotes;
  readonly contradictions: Contradictions;
  /** Once for a hub that shows a note that no hub of the charter has signed as the log. */
  readonly onRefused: (hub: string) => void;
  /** How far the log goes now. */
  readonly onWitnessed: (size: number) => void;
  /** The largest size that a hub shows, while the log goes that far. */
  readonly onShown: (hub: string, shown: number, size: number) => void;
  readonly signal: AbortSignal;
}

/** Checkpoints that are remembered with their signatures; roots of older sizes are known from the tiles. */
const KEPT_CHECKPOINTS = 256;
/** Neighbours by whose times a hub that goes back is caught. */
const COMPARED = 4;

/**
 * Watches one hub: what it shows is checked against the one log of this archive, cosigned, and answered with the signatures that it lacks. Each hub has a
 * watch of its own, so that a silent one holds up no other.
 */
export class HubWatch {
  readonly #hub: WatchedHub;
  readonly #context: WitnessContext;
  readonly #handOver: HandOver;
  /** The note in which each text was taken in last. */
  #taken = new Map<string, string>();
  /** Whether the last look ended before the log was as far as the hub shows. */
  #isUnfinished = false;
  /** Whether it was said that this hub shows something that is left out. */
  #hasRefused = false;

  constructor(hub: WatchedHub, context: WitnessContext) {
    this.#hub = hub;
    this.#context = context;
    this.#handOver = new HandOver(hub, context.notes, context.log.keptLine);
  }

  /** One look; answers whether there is more to copy at once. All of it can be done again. */
  async round(): Promise<boolean> {
    const { contradictions, log, db, onShown, ownSignatures, cosigner } = this.#context;
    this.#isUnfinished = false;
    await contradictions.load();
    const pending = await this.#hub.source.pending();
    const shown = this.#read(pending.checkpoints).toSorted((a, b) => a.body.size - b.body.size);
    const contradicting = this.#read(pending.contradictions);
    this.#taken = new Map([...this.#taken].filter(([text]) => shown.some((seen) => seen.text === text)));
    onShown(this.#hub.source.name, shown.at(-1)?.body.size ?? 0, (await log.head(db)).size);
    // Before the first signature after a start; and of a hub that was silent then, before the first that it gets.
    await ownSignatures.recall();
    await cosigner.recall(shown);
    try {
      await this.#takeAll(shown);
      for (const seen of contradicting) await this.#compare(seen);
    } finally {
      // What could be taken in goes out, whatever became of the rest.
      await this.#handOver.checkpoints(shown.filter(({ text }) => this.#taken.has(text)));
      await this.#handOver.tell(contradictions.toTell(), {
        checkpoints: shown,
        contradictions: contradicting,
      });
    }
    return this.#isUnfinished;
  }

  /** Leaves out what no hub of the charter has signed as the log: anybody may have given it to this hub, and it says nothing about anyone. */
  #read(notes: readonly string[]): SeenCheckpoint[] {
    const read = notes.map((note) => this.#context.reader.tryRead(note));
    if (read.includes(null) && !this.#hasRefused) {
      this.#hasRefused = true;
      this.#context.onRefused(this.#hub.source.name);
    }
    return read.filter((one) => one !== null);
  }

  async #takeAll(shown: readonly SeenCheckpoint[]): Promise<void> {
    for (const seen of shown) {
      if (this.#context.signal.aborted || this.#isUnfinished) return;
      if (await this.#take(seen)) this.#taken.set(seen.text, seen.note);
    }
  }

  /** False where it contradicts the log. Throws where the hub does not serve what it signed. */
  async #take(seen: SeenCheckpoint): Promise<boolean> {
    const { log, db, notes, signal, contradictions, store } = this.#context;
    const { source } = this.#hub;
    if (notes.get(seen.text) !== undefined && this.#taken.get(seen.text) === seen.note) return true;
    if (contradictions.isKnown(seen.text)) return false;
    try {
      const { size } = await log.head(db);
      if (seen.body.size > size) {
        // One hub has signed it, not a quorum: stored before its entries have come, it would stand against what the others sign.
        const target: CopyTarget = { store, log, handler: doNothing, noteWith: 'last-part' };
        const head = await catchUp(target, source, seen.note, signal);
        if (head.size < seen.body.size) this.#isUnfinished = true;
      }
      return await this.#store(seen);
    } catch (error) {
      if (!(error instanceof LogStoreError) || error.code !== 'fork') throw error;
      await contradictions.otherHistory(seen, source);
      return false;
    }
  }

  /** Stores it with its signatures, and cosigns it where that is due; false where the log is not that far yet. */
  async #store(seen: SeenCheckpoint): Promise<boolean> {
    const { store, log, cosigner, notes, reader, contradictions, onWitnessed } = this.#context;
    const stored = await store.transaction(async (tx) => {
      const { size } = await log.head(tx);
      if (size < seen.body.size) return null;
      const neighbours = await log.newestCheckpoints(tx, COMPARED);
      const { note } = await log.saveCheckpoint(tx, seen.note);
      const cosigned = await cosigner.cosign(tx, seen, note);
      await log.forgetCheckpoints(tx, KEPT_CHECKPOINTS);
      return { note: cosigned, neighbours, size };
    });
    if (stored === null) return false;
    notes.set(seen.text, stored.note);
    onWitnessed(stored.size);
    const lie = caughtGoingBack(
      seen,
      stored.neighbours.map((note) => reader.read(note)),
    );
    if (lie !== null) await contradictions.wentBack(lie, this.#hub.source.name);
    return true;
  }

  /** What another hub was shown, and did not believe. */
  async #compare(seen: SeenCheckpoint): Promise<void> {
    const { log, db, contradictions } = this.#context;
    if (contradictions.isKnown(seen.text)) return;
    const { size } = await log.head(db);
    if (seen.body.size > size) return;
    try {
      await log.checkRoot(db, seen.body);
    } catch (error) {
      if (!(error instanceof LogStoreError) || error.code !== 'fork') throw error;
      await contradictions.otherHistory(seen, this.#hub.source);
    }
  }
}

/** Entries bring nothing about here: only their hashes count. */
function doNothing(): Promise<void> {
  return Promise.resolve();
}
