/** How fast a network lives. Times in milliseconds unless the name says otherwise. */
export interface Profile {
  readonly slotMillis: number;
  readonly blockMillis: number;
  /** Blocks on top of a block before what it holds counts. */
  readonly finalDepth: number;
  /** A checkpoint at each final block of a height divisible by this, if leaves were added. */
  readonly checkpointEvery: number;
  readonly agreementToleranceSeconds: number;
  readonly countersignatureDeadlineSeconds: number;
  readonly largestLagSeconds: number;
  /** The least time between two time-stamp tokens, where there is an authority. */
  readonly timeStampSeconds: number;
  /** Whether PostgreSQL and the ledger flush to disk. */
  readonly durable: boolean;
}

const limits = { agreementToleranceSeconds: 300, largestLagSeconds: 3600 };

/** The profiles by name: a demo of seconds, a network that stays up on a laptop, and the tests'. */
export const profiles = {
  demo: {
    ...limits,
    slotMillis: 3000,
    blockMillis: 1000,
    finalDepth: 2,
    checkpointEvery: 1,
    countersignatureDeadlineSeconds: 6,
    timeStampSeconds: 5,
    durable: true,
  },
  up: {
    ...limits,
    slotMillis: 30_000,
    blockMillis: 2000,
    finalDepth: 3,
    checkpointEvery: 5,
    countersignatureDeadlineSeconds: 60,
    timeStampSeconds: 60,
    durable: true,
  },
  tests: {
    ...limits,
    slotMillis: 250,
    blockMillis: 100,
    finalDepth: 2,
    checkpointEvery: 1,
    countersignatureDeadlineSeconds: 10,
    timeStampSeconds: 1,
    durable: false,
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;
