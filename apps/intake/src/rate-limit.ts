interface Bucket {
  left: number;
  at: number;
}

/**
 * How many events each sender may hand in: so many a second, and after a rest as many at once as a second or one full batch brings. What
 * is refused costs nothing, so a sender that waits as long as it is told gets through.
 */
export class RateLimit {
  readonly #perSecond: number;
  readonly #most: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(perSecond: number, largestBatch: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#most = Math.max(perSecond, largestBatch);
    this.#now = now;
  }

  /** Takes events of a sender: null where they may pass, else after how many seconds they may. */
  take(sender: string, count: number): number | null {
    const now = this.#now();
    const bucket = this.#buckets.get(sender) ?? { left: this.#most, at: now };
    this.#buckets.set(sender, bucket);
    bucket.left = Math.min(this.#most, bucket.left + ((now - bucket.at) / 1000) * this.#perSecond);
    bucket.at = now;
    if (bucket.left >= count) {
      bucket.left -= count;
      return null;
    }
    return Math.ceil((count - bucket.left) / this.#perSecond);
  }
}
