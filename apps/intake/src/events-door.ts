import type { FactsVault } from '@besure/keys';
import { type Caller, credentialKey, mayUseSource } from '@besure/service';
import type { Acceptor } from './acceptor.js';
import { type EventResult, takeEvents } from './events-service.js';
import type { Gate } from './gate.js';
import type { StatingRules } from './objection.js';
import { bodyProblem, eventProblem, nothingAccepted, rateProblem, refusalProblem } from './problems.js';
import type { RateLimit } from './rate-limit.js';
import { type EventsRequest, readEventsBody, weightOf } from './read-body.js';

/** What taking events needs; see the service for how it is made. */
export interface DoorContext {
  readonly rules: StatingRules;
  readonly vault: FactsVault;
  readonly acceptor: Acceptor;
  readonly gate: Gate;
  readonly rates: RateLimit;
  readonly now: () => number;
}

/** The answer to a request with events, the same over every transport. */
export interface EventsAnswer {
  readonly status: 202 | 422;
  readonly body: object;
  /** Everything that was accepted had been accepted before. */
  readonly replayed: boolean;
}

/** Who sends events. */
export interface EventsSender {
  /** Whose rate it is. */
  readonly name: string;
  /** Its rate, where it is not everybody's. */
  readonly eventsPerSecond?: number;
  readonly maySpeakFor: (source: string) => boolean;
}

/** A caller as sender of events. */
export function senderOf(caller: Caller): EventsSender {
  const { credential, eventsPerSecond } = caller;
  return {
    name: credentialKey(credential),
    ...(eventsPerSecond !== null && { eventsPerSecond }),
    maySpeakFor: (source) => mayUseSource(caller, source),
  };
}

interface Accepted {
  readonly id: string;
  readonly source: string;
  readonly status: 'accepted';
}

/**
 * Takes a request with one event or a batch; answers after the commit.
 *
 * @throws Problem where nothing of it is taken
 */
export async function answerEvents(
  request: EventsRequest,
  { name, eventsPerSecond, maySpeakFor }: EventsSender,
  { rules, vault, acceptor, gate, rates, now }: DoorContext,
): Promise<EventsAnswer> {
  const wait = rates.wait(name, eventsPerSecond);
  if (wait !== null) throw rateProblem(wait);
  const refusal = gate.refusal();
  if (refusal !== null) throw refusalProblem(refusal);
  const body = readEventsBody(request);
  const seconds = rates.take(name, weightOf(body, request.body.length), eventsPerSecond);
  if (seconds !== null) throw rateProblem(seconds);
  if (body.kind !== 'single' && body.kind !== 'batch') throw bodyProblem(body.kind);
  const events = body.kind === 'batch' ? body.events : [body.event];
  const results = await takeEvents(events, { rules, vault, maySpeakFor, now: now() }, acceptor);
  const good = results.filter((result) => result.ok);
  const replayed = good.length > 0 && good.every((result) => result.replayed);
  if (body.kind === 'batch') return { ...answerToBatch(results), replayed };
  const [result] = results;
  if (result?.ok !== true) throw eventProblem(result!.problem);
  return { status: 202, body: accepted(result), replayed };
}

function accepted({ id, source }: EventResult & { ok: true }): Accepted {
  return { id, source, status: 'accepted' };
}

function answerToBatch(results: readonly EventResult[]): Pick<EventsAnswer, 'status' | 'body'> {
  const bodies = results.map((result) =>
    result.ok
      ? accepted(result)
      : { ...eventProblem(result.problem).body, id: result.id, source: result.source },
  );
  return results.some((result) => result.ok)
    ? { status: 202, body: { results: bodies } }
    : { status: 422, body: nothingAccepted(bodies) };
}
