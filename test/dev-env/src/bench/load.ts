import { randomUUID } from 'node:crypto';
import { type BackOffice, type CloudEvent, RefusedError, documentEvent } from '../back-office.js';
import { newDocument } from '../new-document.js';

/** An event that was acknowledged, and when. Milliseconds since 1970. */
export interface AcknowledgedEvent {
  readonly organisation: string;
  readonly source: string;
  readonly id: string;
  readonly acknowledgedAt: number;
}

/** What the load generator saw. */
export interface LoadResult {
  readonly acknowledged: number;
  readonly ackMillis: readonly number[];
}

/** Events in a batch. The first one of each is watched, and stands for all of them. */
export const BATCH = 100;

const PAUSE_WHEN_FULL_MILLIS = 200;

/**
 * Sends batches of document events until `signal` is aborted: one organisation's back office at a time states something, and the exchange's
 * back office records the same. Each batch is sent when the one before was acknowledged.
 *
 * @param pacer is asked before each batch and resolves when it may be sent; it keeps the queue from growing without end
 * @param onAcknowledged told of the first event of each batch
 */
export async function generateLoad(
  offices: { readonly stating: BackOffice; readonly counterpart: string; readonly exchange: BackOffice },
  pacer: () => Promise<void>,
  onAcknowledged: (event: AcknowledgedEvent) => void,
  signal: AbortSignal,
): Promise<LoadResult> {
  const ackMillis: number[] = [];
  let acknowledged = 0;
  while (!signal.aborted) {
    await pacer();
    if (signal.aborted) break;
    const batch = composeBatch(offices.stating.organisation, offices.counterpart);
    const started = performance.now();
    await Promise.all([
      sendUntilTaken(offices.exchange, batch.record),
      sendUntilTaken(offices.stating, batch.stated).then(() => ackMillis.push(performance.now() - started)),
    ]);
    const { source, id } = batch.stated[0]!;
    onAcknowledged({
      organisation: offices.stating.organisation,
      source,
      id,
      acknowledgedAt: Date.now(),
    });
    acknowledged += batch.stated.length;
  }
  return { acknowledged, ackMillis };
}

/** Sends a batch, again and again where there is no room; throws where one of its events is refused for another reason. */
export async function sendUntilTaken(office: BackOffice, events: readonly CloudEvent[]): Promise<void> {
  for (;;) {
    try {
      const { results } = await office.sendBatch(events);
      const refused = results.find((result) => result['status'] !== 'accepted');
      if (refused !== undefined) throw new RefusedError(422, refused);
      return;
    } catch (error) {
      if (!(error instanceof RefusedError) || error.status !== 429) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_WHEN_FULL_MILLIS));
    }
  }
}

/** What one organisation states about new documents, and the exchange's record of the same. */
export function composeBatch(
  organisation: string,
  counterpart: string,
  size = BATCH,
): { stated: CloudEvent[]; record: CloudEvent[] } {
  const time = new Date();
  const stated: CloudEvent[] = [];
  const record: CloudEvent[] = [];
  for (let i = 0; i < size; i++) {
    const id = randomUUID();
    const data = newDocument(organisation, counterpart);
    stated.push(documentEvent({ organisation, event: 'sent', id, time, data }));
    record.push(documentEvent({ organisation: 'exchange', event: 'sent', id, time, data }));
  }
  return { stated, record };
}
