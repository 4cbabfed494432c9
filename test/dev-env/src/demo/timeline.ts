import type { BackOffice, CloudEvent, EventStatus } from '../back-office.js';
import type { PlannedEvent } from './scenario.js';

/** An event that was sent, and how to ask about it. */
export interface SentEvent {
  readonly planned: PlannedEvent;
  readonly cloudEvent: CloudEvent;
  readonly backOffice: BackOffice;
}

/** A change of state that was seen. */
export interface Moment {
  readonly at: Date;
  readonly event: SentEvent;
  readonly status: EventStatus;
}

const END_STATES = new Set(['complete', 'discarded', 'erased']);
const POLL_MILLIS = 250;

/**
 * Follows events until each is complete, and tells each change as it is seen.
 *
 * @param deadlineMillis after this long, what is not complete stays as it is
 * @returns the last state of each event, in the order of `events`
 */
export async function followToTheEnd(
  events: readonly SentEvent[],
  options: {
    readonly deadlineMillis: number;
    readonly signal: AbortSignal;
    readonly onMoment: (moment: Moment) => void;
  },
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
