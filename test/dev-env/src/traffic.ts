import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { nodePrimitives } from '@besure/keys';
import type { ShortName } from '@besure/protocol';
import { verify } from '@besure/verification';
import { waitUntil } from '@besure/testing';
import { type CloudEvent, documentEvent, type EventStatus } from './back-office.js';
import type { Network } from './network.js';
import { newDocument } from './new-document.js';

/** An event that was acknowledged. */
export interface SentEvent {
  readonly organisation: string;
  readonly event: CloudEvent;
}

const PATIENCE_MILLIS = 300_000;
const LOOK_MILLIS = 100;

/** Sends until it is acknowledged, as a back office does: an answer that was lost is asked for again with the same event. */
export async function sendSurely(network: Network, organisation: string, event: CloudEvent): Promise<void> {
  const what = `${organisation} to take an event`;
  await waitUntil({ what, timeoutMillis: PATIENCE_MILLIS }, () =>
    network
      .backOffice(organisation)
      .send(event)
      .then(
        () => true,
        () => undefined,
      ),
  );
}

/** What the exchange's back office says of an event: the same at once, the same once a statement waits for it, or something else. */
export type Recording = 'same' | 'later' | 'other';

/** States one event in the organisation that has to; the exchange's back office records it. */
export async function stateEvent(
  network: Network,
  name: ShortName,
  [from, to]: readonly [from: string, to: string],
  recording: Recording,
): Promise<SentEvent> {
  const organisation = name === 'sent' ? from : to;
  const [id, time, data] = [randomUUID(), new Date(), newDocument(from, to)];
  const event = documentEvent({ organisation, event: name, id, time, data });
  const record = documentEvent({
    organisation: 'exchange',
    event: name,
    id,
    time,
    data: recording === 'other' ? { ...data, document: newDocument(from, to).document } : data,
  });
  const stating = sendSurely(network, organisation, event);
  if (recording === 'later') {
    await stating;
    await reach(network, { organisation, event }, 'prepared');
  }
  await Promise.all([stating, sendSurely(network, 'exchange', record)]);
  return { organisation, event };
}

/** Waits until an event is complete, or recorded where it is disputed, and verifies its evidence; answers which that is. */
export async function assertProven(network: Network, sent: SentEvent, recording: Recording): Promise<string> {
  const isDisputed = recording === 'other';
  const { evidence } = await reach(network, sent, isDisputed ? 'recorded' : 'complete');
  const text = await evidenceOf(network, sent.organisation, evidence!);
  const { code } = verify(text, network.trust, { primitives: nodePrimitives });
  if (code !== (isDisputed ? 'one-sided' : 'proven'))
    throw new Error(`the evidence of ${sent.event.type} of ${sent.organisation} is ${code}`);
  return evidence!;
}

/** Archives may be away for a moment, as a case has killed them. */
function evidenceOf(network: Network, organisation: string, statement: string): Promise<string> {
  const what = `the evidence of ${statement} in ${organisation}`;
  return waitUntil({ what, timeoutMillis: PATIENCE_MILLIS, everyMillis: LOOK_MILLIS }, () =>
    network
      .backOffice(organisation)
      .evidence(statement)
      .catch(() => undefined),
  );
}

/** Waits until an event has come to a state, or was there. */
async function reach(
  network: Network,
  { organisation, event }: SentEvent,
  state: string,
): Promise<EventStatus> {
  const office = network.backOffice(organisation);
  let last: EventStatus | null = null;
  const until = Date.now() + PATIENCE_MILLIS;
  while (Date.now() < until) {
    last = await office.status(event.source, event.id).catch(() => last);
    if (last?.at[state] !== undefined) return last;
    await pause(LOOK_MILLIS);
  }
  throw new Error(`${event.type} of ${organisation} is not ${state}: ${JSON.stringify(last)}`);
}
