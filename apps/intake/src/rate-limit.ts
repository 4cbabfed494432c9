interface Bucket {
  left: number;
  at: number;
  /** Until then nothing of this sender is read. */
  closedUntil: number;
}

/**
 * How many events each sender may hand in: so many a second, and after a rest as many at once as a second or one full batch brings. What
 * is refused is not counted, so a sender that waits as long as it is told gets through; until then its requests are refused unread, so that
 * asking again and again costs it more than us.
 */
export class RateLimit {
  readonly #perSecond: number;
  readonly #largestBatch: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(perSecond: number, largestBatch: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#largestBatch = largestBatch;
    this.#now = now;
  }

  /**
   * Whether a request of this sender is looked at: null where it is, else after how many seconds it will be.
   *
   * @param perSecond the rate of this sender, where it is not everybody's
   */
  wait(sender: string, perSecond = this.#perSecond): number | null {
    const { closedUntil, at } = this.#bucket(sender, perSecond);
    return closedUntil > at ? Math.ceil((closedUntil - at) / 1000) : null;
  }

  /** Takes events of a sender: null where they may pass, else after how many seconds they may. */
  take(sender: string, count: number, perSecond = this.#perSecond): number | null {
    const bucket = this.#bucket(sender, perSecond);
    if (bucket.left >= count) {
      bucket.left -= count;
      return null;
    }
    bucket.closedUntil = bucket.at + ((count - bucket.left) / perSecond) * 1000;
    return this.wait(sender, perSecond);
  }

  #bucket(sender: string, perSecond: number): Bucket {
    const now = this.#now();
    const most = Math.max(perSecond, this.#largestBatch);
    const bucket = this.#buckets.get(sender) ?? { left: most, at: now, closedUntil: now };
    this.#buckets.set(sender, bucket);
    bucket.left = Math.min(most, bucket.left + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    return bucket;
  }
}
