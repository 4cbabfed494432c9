/** Pauses that double from `firstMillis` to `largestMillis`, each varied by up to a half so that many do not come back at once. */
export interface Backoff {
  readonly firstMillis: number;
  readonly largestMillis: number;
}

/** The pause after the n-th failure in a row (n from 1). `random` gives numbers from 0 up to 1. */
export function pauseAfter(backoff: Backoff, failures: number, random: () => number = Math.random): number {
  const full = Math.min(backoff.firstMillis * 2 ** Math.min(failures - 1, 30), backoff.largestMillis);
  return full * (0.5 + random() / 2);
}
