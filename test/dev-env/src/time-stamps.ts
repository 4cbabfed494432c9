/** A time-stamp authority for a network on this machine. */
export interface TimeStamps {
  readonly url: string;
  /** The DER of its trust anchor, for the charter. */
  readonly root: Uint8Array;
  /** The least time between two tokens. */
  readonly everySeconds: number;
}
