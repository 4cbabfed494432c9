/** The states in which an accepted event can be, as `GET /v1/events` names them. */
export const EVENT_STATES = [
  'accepted',
  'prepared',
  'countersigned',
  'one-sided',
  'recorded',
  'complete',
  'record',
  'discarded',
  'erased',
] as const;

/** One of the states. */
export type EventStateName = (typeof EVENT_STATES)[number];

/** When an event reached each state, as far as it did. RFC 3339. */
export type StateTimes = Partial<Readonly<Record<EventStateName, string>>>;

/**
 * What `GET /v1/events` answers. `evidence` is the id under which the archive has evidence, as soon as it has; `why` tells why the exchange
 * did not confirm the event, where it became one-sided, or with what reason an operator discarded it.
 */
export interface EventStatus {
  readonly state: EventStateName;
  readonly evidence: string | null;
  readonly at: StateTimes;
  readonly disputed: boolean;
  readonly why: string | null;
}

/**
 * From what is final to what is first. The last word comes first: `complete` overrides `one-sided`, because a countersignature that comes
 * late completes; `recorded` does not, because a one-sided statement stays one-sided after it is recorded.
 */
const PRECEDENCE: readonly EventStateName[] = [
  'erased',
  'discarded',
  'complete',
  'record',
  'one-sided',
  'recorded',
  'countersigned',
  'prepared',
  'accepted',
];

/** The state that follows from the times: the two pipes that tell of them need not agree on an order. */
export function stateOf(at: StateTimes): EventStateName {
  const state = PRECEDENCE.find((name) => at[name] !== undefined);
  if (state === undefined) throw new RangeError('an event without any state was never accepted');
  return state;
}
