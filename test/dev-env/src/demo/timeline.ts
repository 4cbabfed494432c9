import { randomUUID } from 'node:crypto';
import { type BackOffice, type CloudEvent, documentEvent, type EventStatus } from '../back-office.js';
import type { Network } from '../network.js';
import type { PlannedEvent } from './scenario.js';

/** An event that was sent, and how to ask about it. */
export interface SentEvent {
  readonly planned: PlannedEvent;
  readonly cloudEvent: CloudEvent;
  readonly backOffice: BackOffice;
}

/** A planned event as it is told to who states it, and to the exchange, whose record is compared with it. */
export function eventsOf(
  network: Network,
  planned: PlannedEvent,
): {
  readonly sent: SentEvent;
  readonly messages: readonly { readonly to: BackOffice; readonly event: CloudEvent }[];
} {
  const id = randomUUID();
  const time = new Date();
  const messages = [planned.by, 'exchange'].map((organisation) => ({
    to: network.backOffice(organisation),
    event: documentEvent({ organisation, event: planned.event, id, time, data: planned.data }),
  }));
  const [own] = messages;
  return { sent: { planned, cloudEvent: own!.event, backOffice: own!.to }, messages };
}

/** A change of state that was seen. */
export interface Moment {
  readonly at: Date;
  readonly event: SentEvent;
  readonly status: EventStatus;
}

const END_STATES = new Set(['complete', 'discarded', 'erased']);
const POLL_MILLIS = 250;

/** How events are followed. */
export interface FollowOptions {
  /** After this long, what is not complete stays as it is. */
  readonly deadlineMillis: number;
  readonly signal: AbortSignal;
  readonly onMoment: (moment: Moment) => void;
}

/**
 * Follows events until each is complete, and tells each change as it is seen.
 *
 * @returns the last state of each event, in the order of `events`
 */
export async function followToTheEnd(
  events: readonly SentEvent[],
  options: FollowOptions,
): Promise<(EventStatus | null)[]> {
  const last: (EventStatus | null)[] = events.map(() => null);
  const until = Date.now() + options.deadlineMillis;
  for (;;) {
    options.signal.throwIfAborted();
    await Promise.all(
      events.map(async (event, at) => {
        const before = last[at] ?? null;
        if (before !== null && END_STATES.has(before.state)) return;
        const status = await event.backOffice.status(event.cloudEvent.source, event.cloudEvent.id);
        if (status === null || status.state === before?.state) return;
        last[at] = status;
        options.onMoment({ at: new Date(), event, status });
      }),
    );
    if (last.every((status) => status !== null && END_STATES.has(status.state)) || Date.now() > until)
      return last;
    // There is no push from intake to back offices: a poll is what they have, too.
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
  }
}
