import {
  addSignatures,
  formatCheckpoint,
  type KeptLine,
  MAX_CHECKPOINTS,
  parseCheckpoint,
} from '@besure/protocol';
import type { WatchedHub } from './hub-watch.js';
import type { KnownNotes } from './known-notes.js';
import type { SeenCheckpoint } from './seen-checkpoint.js';

/** Below what a bus carries in one message. */
const MOST_BYTES = 500_000;
/** A hub that acknowledges signatures and still does not show them is asked again, but not at every look. */
const FIRST_PAUSE_MILLIS = 1000;
const LARGEST_PAUSE_MILLIS = 300_000;

/** What a hub showed in one look. */
export interface Shown {
  readonly checkpoints: readonly SeenCheckpoint[];
  readonly contradictions: readonly SeenCheckpoint[];
}

/**
 * Gives a hub the signatures that it lacks: what it shows is compared with what is stored, so nothing is lost by a lost answer, a restart on either side, or
 * a hub that forgot.
 */
export class HandOver {
  readonly #hub: Pick<WatchedHub, 'hand' | 'tell'>;
  readonly #notes: KnownNotes;
  readonly #keptLine: KeptLine;
  readonly #handed = new Map<string, { readonly times: number; readonly until: number }>();
  readonly #told = new Set<string>();
  readonly #unheard = new Map<string, { readonly times: number; readonly until: number }>();

  /** `keptLine` is the line of a key that hubs keep on checkpoints of this log. */
  constructor(hub: Pick<WatchedHub, 'hand' | 'tell'>, notes: KnownNotes, keptLine: KeptLine) {
    this.#hub = hub;
    this.#notes = notes;
    this.#keptLine = keptLine;
  }

  /** Hands over what is missing on the checkpoints that the hub shows now. */
  async checkpoints(shown: readonly SeenCheckpoint[]): Promise<void> {
    const missing = shown.flatMap((seen) => this.#missing(seen));
    for (const note of this.#handed.keys()) if (!missing.includes(note)) this.#handed.delete(note);
    const now = Date.now();
    const due = missing.filter((note) => (this.#handed.get(note)?.until ?? 0) <= now);
    for (const group of groupsOf(due)) {
      await this.#hub.hand(group);
      for (const note of group) {
        const times = (this.#handed.get(note)?.times ?? 0) + 1;
        this.#handed.set(note, { times, until: now + pauseMillis(times) });
      }
    }
  }

  /**
   * Tells the hub of notes that contradict the log, each until it has compared it with its own: until it says that its own is another, shows it, or has taken it while
   * it was as far. A hub that is behind answers the same and forgets it: it is told again, more and more rarely.
   *
   * @param shown what the hub showed in this look, as its own and as contradictions
   */
  async tell(notes: readonly string[], shown: Shown): Promise<void> {
    const texts = new Set([...shown.checkpoints, ...shown.contradictions].map(({ text }) => text));
    const reaches = Math.max(0, ...shown.checkpoints.map(({ body }) => body.size));
    const now = Date.now();
    for (const note of notes) {
      if (this.#told.has(note)) continue;
      const { text, size } = parseCheckpoint(note);
      const { times, until } = this.#unheard.get(note) ?? { times: 0, until: 0 };
      if (!texts.has(text) && until > now) continue;
      if (texts.has(text) || (await this.#hub.tell(note)) === 'other-root' || size <= reaches) {
        this.#told.add(note);
        this.#unheard.delete(note);
      } else {
        this.#unheard.set(note, { times: times + 1, until: now + pauseMillis(times + 1) });
      }
    }
  }

  /** A note with the lines that would change what the hub shows, if there are any. */
  #missing({ text, note, body }: SeenCheckpoint): string[] {
    const stored = this.#notes.get(text);
    if (stored === undefined || stored === note) return [];
    const shown = new Set(linesOf(note));
    const complete = addSignatures(note, linesOf(stored), this.#keptLine);
    const missing = linesOf(complete).filter((line) => !shown.has(line));
    return missing.length === 0 ? [] : [formatCheckpoint(body, missing)];
  }
}

function pauseMillis(times: number): number {
  return Math.min(FIRST_PAUSE_MILLIS * 2 ** (times - 1), LARGEST_PAUSE_MILLIS);
}

function linesOf(note: string): string[] {
  return parseCheckpoint(note).signatures.map(({ line }) => line);
}

function groupsOf(notes: readonly string[]): string[][] {
  const groups: string[][] = [];
  let length = 0;
  for (const note of notes) {
    const group = groups.at(-1);
    if (group === undefined || group.length === MAX_CHECKPOINTS || length + note.length > MOST_BYTES) {
      groups.push([note]);
      length = note.length;
    } else {
      group.push(note);
      length += note.length;
    }
  }
  return groups;
}
