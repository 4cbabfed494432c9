import type { FactsVault } from '@besure/keys';
import { type Caller, FromCaller, RequireScope, mayUseSource, problems } from '@besure/service';
import { Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Acceptor } from './acceptor.js';
import { eventProblem, bodyProblem, nothingAccepted, refusalProblem } from './problems.js';
import type { EventStatus } from './event-state.js';
import { type EventResult, takeEvents } from './events-service.js';
import type { Gate } from './gate.js';
import type { StatingRules } from './objection.js';
import { type Incoming, readEventsBody } from './read-body.js';
import { type Queryable, readStatus } from './state-rows.js';
import { requestHashes } from './submission.js';

/** What the controller works with; see the service for how it is made. */
export interface EventsContext {
  readonly rules: StatingRules;
  readonly vault: FactsVault;
  readonly acceptor: Acceptor;
  readonly gate: Gate;
  readonly database: Queryable;
  readonly now: () => number;
}

export const EVENTS_CONTEXT = Symbol('EventsContext');

const EMPTY = new Uint8Array();
const IDEMPOTENT_REPLAY = 'idempotent-replay';

interface Accepted {
  readonly id: string;
  readonly source: string;
  readonly status: 'accepted';
}

/** The door for back offices: events in, and how far they are. */
@Controller('v1/events')
export class EventsController {
  readonly #context: EventsContext;

  constructor(@Inject(EVENTS_CONTEXT) context: EventsContext) {
    this.#context = context;
  }

  /** Takes one CloudEvent or a batch; answers after the commit. */
  @Post()
  @HttpCode(202)
  @RequireScope('events:write')
  async post(
    @Req() { headers, raw, body: content }: FastifyRequest,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const body = readEventsBody({
      contentType: headers['content-type'] ?? '',
      headers: raw.rawHeaders,
      body: Buffer.isBuffer(content) ? content : EMPTY,
    });
    if (body.kind !== 'single' && body.kind !== 'batch') throw bodyProblem(body.kind);
    const refusal = this.#context.gate.refusal();
    if (refusal !== null) throw refusalProblem(refusal);
    const results = await this.#take(body.kind === 'batch' ? body.events : [body.event], caller);
    const good = results.filter((result) => result.ok);
    if (good.length > 0 && good.every((result) => result.replayed)) reply.header(IDEMPOTENT_REPLAY, 'true');
    if (body.kind === 'batch') return answerToBatch(results, reply);
    const [result] = results;
    if (result?.ok !== true) throw eventProblem(result!.problem);
    return accepted(result);
  }

  /** How far an event is that was accepted under this source and id. */
  @Get()
  @RequireScope('events:read')
  async status(
    @Query('source') source: unknown,
    @Query('id') id: unknown,
    @FromCaller() caller: Caller,
  ): Promise<EventStatus> {
    if (typeof source !== 'string' || typeof id !== 'string') {
      throw problems.malformed({ rule: 'source and id are given, once each' });
    }
    if (!mayUseSource(caller, source)) throw eventProblem({ code: 'source-not-allowed', field: 'source' });
    const { database, vault } = this.#context;
    const status = await readStatus(database, requestHashes(source, id, vault));
    if (status === null)
      throw problems.notFound({ detail: 'No event was accepted under this source and id.' });
    return status;
  }

  #take(events: readonly Incoming[], caller: Caller): Promise<EventResult[]> {
    const { rules, vault, acceptor, now } = this.#context;
    const context = {
      rules,
      vault,
      maySpeakFor: (source: string) => mayUseSource(caller, source),
      now: now(),
    };
    return takeEvents(events, context, acceptor);
  }
}

function accepted({ id, source }: EventResult & { ok: true }): Accepted {
  return { id, source, status: 'accepted' };
}

function answerToBatch(results: readonly EventResult[], reply: FastifyReply): unknown {
  const bodies = results.map((result) =>
    result.ok
      ? accepted(result)
      : { ...eventProblem(result.problem).body, id: result.id, source: result.source },
  );
  if (results.some((result) => result.ok)) return { results: bodies };
  reply.code(422).header('content-type', 'application/problem+json');
  return nothingAccepted(bodies);
}
