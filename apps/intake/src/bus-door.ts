import { type Bus, type ByteAnswer, type ByteRequest, ByteRequestServer } from '@besure/messaging';
import { SUBJECTS } from '@besure/protocol';
import { Problem, type ProblemBody, type ServiceLog, problems } from '@besure/service';
import { type DoorContext, type EventsSender, answerEvents } from './events-door.js';
import { IDEMPOTENT_REPLAY, translateError } from './problems.js';

/** Who may publish on the subject was let in by the bus, as a back office of this organisation: no token narrows its sources. */
const BACK_OFFICE: EventsSender = { name: 'bus', maySpeakFor: () => true };

/** Events over NATS: body and answer are those of HTTP, a refusal is a problem. */
export function busDoor(bus: Bus, context: DoorContext, log: ServiceLog): ByteRequestServer {
  return new ByteRequestServer({
    bus,
    subject: SUBJECTS.intake,
    busy: problemAnswer(problems.tooMany(1)),
    handle: (request) => answer(request, context, log),
    onFailure: (error) => log.warn('answering on the bus failed', { error }),
  });
}

async function answer(request: ByteRequest, context: DoorContext, log: ServiceLog): Promise<ByteAnswer> {
  const contentType = request.header('content-type') ?? 'application/json';
  try {
    const { status, body, replayed } = await answerEvents(
      { contentType, headers: [], body: request.data },
      BACK_OFFICE,
      context,
    );
    return {
      data: encode(body),
      headers: {
        'Content-Type': status === 202 ? 'application/json' : 'application/problem+json',
        ...(replayed && { [IDEMPOTENT_REPLAY]: 'true' }),
      },
    };
  } catch (error) {
    const problem = error instanceof Problem ? error : translateError(error);
    if (problem === null) log.error('request failed', { error });
    return problemAnswer(problem ?? problems.internal());
  }
}

function problemAnswer({ body, headers }: { body: ProblemBody; headers: Problem['headers'] }): ByteAnswer {
  return { data: encode(body), headers: { ...headers, 'Content-Type': 'application/problem+json' } };
}

function encode(body: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(body));
}
