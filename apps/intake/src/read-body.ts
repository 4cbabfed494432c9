/** Most events in one batch; more is answered with 413. */
export const MAX_BATCH_EVENTS = 500;

/** A body, taken apart: one event, a batch, or why it is neither. The events are not checked yet. */
export type EventsBody =
  | { readonly kind: 'single'; readonly event: unknown }
  | { readonly kind: 'batch'; readonly events: readonly unknown[] }
  | { readonly kind: 'not-a-batch' | 'empty-batch' | 'batch-too-large' };

/**
 * Takes a parsed body apart by its media type: `application/cloudevents+json` is one event, `application/cloudevents-batch+json` an array
 * of them, and in `application/json` an array is a batch.
 */
export function readEventsBody(contentType: string, body: unknown): EventsBody {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === 'application/cloudevents+json') return { kind: 'single', event: body };
  if (Array.isArray(body)) return batch(body);
  return mediaType === 'application/cloudevents-batch+json'
    ? { kind: 'not-a-batch' }
    : { kind: 'single', event: body };
}

function batch(events: readonly unknown[]): EventsBody {
  if (events.length === 0) return { kind: 'empty-batch' };
  return events.length > MAX_BATCH_EVENTS ? { kind: 'batch-too-large' } : { kind: 'batch', events };
}
