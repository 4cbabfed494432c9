/**
 * Everything for which one event is turned down, closed. The code becomes `urn:besure:problem:<code>`; the HTTP status stands here because a
 * batch reports each event's own.
 */
export const EVENT_PROBLEMS = {
  invalid: { status: 422, title: 'The event does not follow the format' },
  'source-not-allowed': { status: 403, title: 'The token may not speak for this source' },
  'organisation-unknown': { status: 422, title: 'The organisation is not in the charter' },
  'not-ours-to-state': { status: 422, title: 'Another organisation states this event' },
  'time-in-future': { status: 422, title: 'The event lies further in the future than clocks differ' },
  'time-too-old': { status: 422, title: 'The event is older than this service takes' },
  'id-reused': { status: 409, title: 'The same source and id were used for another event' },
  'already-stated': { status: 409, title: 'Something else is stated about that event of that message' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

/** One of the codes above. */
export type EventProblemCode = keyof typeof EVENT_PROBLEMS;

/** Why an event was turned down: `field` is the path of the member at fault, `rule` what it breaks. Never holds a value of the event. */
export interface EventProblem {
  readonly code: EventProblemCode;
  readonly field?: string;
  readonly rule?: string;
}
