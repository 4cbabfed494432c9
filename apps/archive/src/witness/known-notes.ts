/** Texts that are remembered; hubs show at most some tens at a time. */
const REMEMBERED = 256;

/**
 * The checkpoints that hubs show now, with all signatures that are stored: what each of them should have. A copy of the tables, so that looking
 * again costs nothing while nothing has changed.
 */
export class KnownNotes {
  readonly #notes = new Map<string, string>();
  readonly #onChange: () => void;

  /** `onChange`: some hub may lack something now. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** The note with this text. */
  get(text: string): string | undefined {
    return this.#notes.get(text);
  }

  /** Remembers a note as it is stored. */
  set(text: string, note: string): void {
    if (this.#notes.get(text) === note) return;
    this.#notes.delete(text);
    this.#notes.set(text, note);
    const [oldest] = this.#notes.keys();
    if (this.#notes.size > REMEMBERED && oldest !== undefined) this.#notes.delete(oldest);
    this.#onChange();
  }
}
