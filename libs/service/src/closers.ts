import type { ServiceLog } from './log.js';

interface Closer {
  readonly name: string;
  readonly close: () => Promise<void> | void;
}

/** Resolves to true when the promise settled in time. */
async function within(promise: Promise<unknown>, millis: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, millis);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What has to be closed when a service stops, closed in reverse order of opening, one after the other, all of it within
 * one deadline: a client that never finishes closing (NATS consumers have done that) must not keep a process alive.
 */
export class Closers {
  readonly #log: ServiceLog;
  readonly #closers: Closer[] = [];

  constructor(log: ServiceLog) {
    this.#log = log;
  }

  add(name: string, close: Closer['close']): void {
    this.#closers.push({ name, close });
  }

  /** Closes everything; true when all closed without a fault before the deadline. Never rejects. */
  async closeAll(deadlineMillis: number): Promise<boolean> {
    const end = performance.now() + deadlineMillis;
    let clean = true;
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) {
      const { name, close } = closer;
      try {
        // Past the deadline the rest is still told to close, but no longer waited for.
        const closed = await within(
          Promise.resolve().then(() => close()),
          Math.max(end - performance.now(), 0),
        );
        if (!closed) {
          clean = false;
          this.#log.warn('stopping took too long', { kind: name });
        }
      } catch (error) {
        clean = false;
        this.#log.error('stopping failed', { kind: name, error });
      }
    }
    return clean;
  }
}
