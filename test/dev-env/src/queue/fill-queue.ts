import type { Network } from '../network.js';
import { composeBatch, sendUntilTaken } from '../bench/load.js';

/** Events in a request, the most that intake takes. */
const BATCH = 500;

/** What {@link fillQueue} hands in. */
export interface QueueOptions {
  /** How many events are to be acknowledged, by all intakes together; rounded up to full batches. */
  readonly events: number;
  readonly signal: AbortSignal;
  /** Told of how many are acknowledged, after each batch. */
  readonly onAcknowledged?: (events: number) => void;
}

/** What was acknowledged. */
export interface Queued {
  readonly events: number;
  readonly seconds: number;
}

/**
 * Hands in events as fast as they are acknowledged, whether or not anybody takes them on from there: what one organisation states about documents to
 * another, and the exchange's record of each. All of one: the longer a queue of the same events, the easier it is seen who holds it.
 */
export async function fillQueue(
  network: Network,
  { events, signal, onAcknowledged }: QueueOptions,
): Promise<Queued> {
  const started = performance.now();
  let asked = 0;
  let acknowledged = 0;
  const exchange = network.backOffice('exchange');
  const alpha = network.backOffice('alpha');
  const send = async (): Promise<void> => {
    while (asked < events && !signal.aborted) {
      asked += 2 * BATCH;
      const { stated, record } = composeBatch('alpha', 'beta', BATCH);
      await Promise.all([sendUntilTaken(alpha, stated), sendUntilTaken(exchange, record)]);
      acknowledged += 2 * BATCH;
      onAcknowledged?.(acknowledged);
    }
  };
  await Promise.all([send(), send()]);
  return { events: acknowledged, seconds: (performance.now() - started) / 1000 };
}
