/** A dead letter as an operator sees it: no content, nothing sealed. */
export interface DeadLetterNote {
  readonly id: number;
  /** Whose event it is, and where it stands there. */
  readonly source: string;
  readonly position: number;
  readonly type: string;
  /** Which entry of the event; null for all of it. */
  readonly entry: number | null;
  readonly attempts: number;
  /** Class and code of the error, and its message where that quotes nothing. */
  readonly error: string;
  readonly code: string | null;
  readonly reason: string | null;
  readonly deadAt: string;
  /** What an operator made of it; null while it waits. */
  readonly end: {
    readonly ending: 'replayed' | 'discarded';
    readonly why: string | null;
    readonly by: string;
    readonly at: string;
  } | null;
}

/** Where an operator ends the dead letters of a service, whether it runs or not. */
export interface DeadLetterDesk {
  /** Those that wait, or all that there ever were, in the order in which they are to be replayed. */
  list(all: boolean): Promise<DeadLetterNote[]>;
  /** Gives the event to its handler again; rejects where that fails: the letter waits on. */
  replay(id: number, by: string): Promise<void>;
  /** Gives the event up, with a reason that may be shown to others; by force also where it would be shown to nobody. */
  discard(id: number, why: string, by: string, force?: boolean): Promise<void>;
  close(): Promise<void>;
}
