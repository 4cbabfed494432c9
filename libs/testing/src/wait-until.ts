import { setTimeout as delay } from 'node:timers/promises';
import { ServerError } from './error.js';

/** How long, how often, and what the wait is for. */
export interface WaitOptions {
  /** What is waited for, for the message. */
  readonly what: string;
  readonly timeoutMillis?: number;
  readonly everyMillis?: number;
}

/**
 * Repeats a probe until it gives something else than `undefined`, and returns that. A probe that throws
 * ends the wait. After the deadline it throws `not-ready` naming what was waited for.
 */
export async function waitUntil<T>(
  options: WaitOptions,
  probe: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = Date.now() + (options.timeoutMillis ?? 30_000);
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() >= deadline) {
      throw new ServerError('not-ready', `waited ${options.timeoutMillis ?? 30_000} ms for ${options.what}`);
    }
    await delay(options.everyMillis ?? 20);
  }
}
