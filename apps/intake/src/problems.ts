import { EventStoreError, isDatabaseUnavailable } from '@besure/event-store';
import { Problem, type ProblemBody, problems } from '@besure/service';
import { EVENT_PROBLEMS, type EventProblem } from './event-problem.js';
import type { Refusal } from './gate.js';
import { type EventsBody, MAX_BATCH_EVENTS } from './read-body.js';

/** The header that marks the answer to a repeat. */
export const IDEMPOTENT_REPLAY = 'Idempotent-Replay';

/** How long a sender should wait before it tries again. */
const RETRY_AFTER_SECONDS = { 'backlog-full': 5, 'storage-low': 60, database: 2 } as const;

/** The answer to a request with one event that is turned down. */
export function eventProblem({ code, field, rule }: EventProblem): Problem {
  const { status, title } = EVENT_PROBLEMS[code];
  return new Problem({
    status,
    code,
    title,
    ...(field !== undefined && { field }),
    ...(rule !== undefined && { rule }),
  });
}

/** The answer to a body that is neither an event nor a batch. */
export function bodyProblem(kind: Exclude<EventsBody['kind'], 'single' | 'batch'>): Problem {
  switch (kind) {
    case 'not-json-type':
      return problems.unsupportedMediaType();
    case 'not-utf8':
      return problems.malformed({ field: 'body', rule: 'the body is UTF-8' });
    case 'not-json':
      return problems.malformed({ field: 'body', rule: 'the body is JSON' });
    case 'not-a-batch':
      return problems.malformed({ field: 'body', rule: 'a batch is a JSON array' });
    case 'empty-batch':
      return problems.malformed({ field: 'body', rule: 'a batch has at least one event' });
    case 'batch-too-large':
      return problems.tooLarge({ field: 'body', rule: `at most ${MAX_BATCH_EVENTS} events in a batch` });
  }
}

/** The answer to a caller that hands in more events than it may. */
export function rateProblem(retryAfterSeconds: number): Problem {
  return problems.tooMany(retryAfterSeconds, { detail: 'This caller hands in more events than it may.' });
}

/** The answer while there is no room for more. */
export function refusalProblem(refusal: Refusal): Problem {
  const retryAfter = RETRY_AFTER_SECONDS[refusal];
  switch (refusal) {
    case 'backlog-full':
      return problems.tooMany(retryAfter, { detail: 'Too many accepted events wait for their statements.' });
    case 'storage-low':
      return problems.unavailable(retryAfter, { detail: 'The disk of the database is nearly full.' });
  }
}

/**
 * The answer to errors of the event store that are no fault of the sender: too many wait, or the database is away. After the latter it is not
 * known whether the events were stored: the sender repeats them and learns it.
 */
export function translateError(error: unknown): Problem | null {
  if (error instanceof EventStoreError && error.code === 'overloaded') return refusalProblem('backlog-full');
  return isDatabaseUnavailable(error)
    ? problems.unavailable(RETRY_AFTER_SECONDS.database, {
        detail: 'The database does not answer. Repeat the request.',
      })
    : null;
}

/** The body of the answer to a batch of which nothing was taken. */
export interface NothingAcceptedBody extends ProblemBody {
  readonly results: readonly unknown[];
}

/** The answer to a batch of which nothing was taken, with the reason for each event. */
export function nothingAccepted(results: readonly unknown[]): NothingAcceptedBody {
  return {
    type: 'urn:besure:problem:nothing-accepted',
    title: 'No event of the batch was accepted',
    status: 422,
    results,
  };
}
