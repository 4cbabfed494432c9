import { type Bus, type ByteAnswer, type ByteRequest, ByteRequestServer } from '@besure/messaging';
import { SUBJECTS } from '@besure/protocol';
import {
  Problem,
  type ProblemBody,
  type ServiceLog,
  type TokensFile,
  demandScope,
  identify,
  problems,
} from '@besure/service';
import { type DoorContext, answerEvents, senderOf } from './events-door.js';
import { IDEMPOTENT_REPLAY, translateError } from './problems.js';

/** What the door over the bus needs. */
export interface BusDoorContext extends DoorContext {
  readonly bus: Bus;
  readonly tokens: TokensFile;
  readonly log: ServiceLog;
}

/**
 * Events over NATS: body and answer are those of HTTP, a refusal is a problem. Who asks shows a token in a header, or asks on the subject that
 * the bus lets its user alone publish on.
 */
export function busDoor(context: BusDoorContext): ByteRequestServer {
  const { bus, log } = context;
  return new ByteRequestServer({
    bus,
    subjects: [SUBJECTS.intake, SUBJECTS.intakeOf('*')],
    busy: problemAnswer(problems.tooMany(1)),
    handle: (request) => answer(request, context),
    onFailure: (error) => log.warn('answering on the bus failed', { error }),
  });
}

async function answer(request: ByteRequest, context: BusDoorContext): Promise<ByteAnswer> {
  const contentType = request.header('content-type') ?? 'application/json';
  try {
    const caller = identify(context.tokens, {
      authorization: request.header('authorization'),
      busUser: userOf(request.subject),
    });
    demandScope(caller, 'events:write');
    const { status, body, replayed } = await answerEvents(
      { contentType, headers: [], body: request.data },
      senderOf(caller),
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
    if (problem === null) context.log.error('request failed', { error });
    return problemAnswer(problem ?? problems.internal());
  }
}

/** The user whose subject it is; null where several share it. */
function userOf(subject: string): string | null {
  return subject === SUBJECTS.intake ? null : subject.slice(SUBJECTS.intakeOf('').length);
}

function problemAnswer({ body, headers }: { body: ProblemBody; headers: Problem['headers'] }): ByteAnswer {
  return { data: encode(body), headers: { ...headers, 'Content-Type': 'application/problem+json' } };
}

function encode(body: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(body));
}
