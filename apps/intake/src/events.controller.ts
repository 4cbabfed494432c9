import { type Caller, FromCaller, type Problem, RequireScope, mayUseSource, problems } from '@besure/service';
import { Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { EventStatus } from './event-state.js';
import { type FoundPage, lookUp, lookUpQuery } from './look-up.js';
import { type DoorContext, answerEvents, senderOf } from './events-door.js';
import { IDEMPOTENT_REPLAY, eventProblem } from './problems.js';
import { type Queryable, readStatus } from './state-rows.js';
import { SOURCE_NOT_ALLOWED, requestHashes } from './submission.js';

/** What the controller works with; see the service for how it is made. */
export interface EventsContext extends DoorContext {
  readonly database: Queryable;
}

export const EVENTS_CONTEXT = Symbol('EventsContext');

const EMPTY = new Uint8Array();

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
    const { status, body, replayed } = await answerEvents(
      {
        contentType: headers['content-type'] ?? '',
        headers: raw.rawHeaders,
        body: Buffer.isBuffer(content) ? content : EMPTY,
      },
      senderOf(caller),
      this.#context,
    );
    if (replayed) reply.header(IDEMPOTENT_REPLAY, 'true');
    if (status === 422) reply.code(status).header('content-type', 'application/problem+json');
    return body;
  }

  /** How far an event is that was accepted under this source and id; without them, the events that the question holds of. */
  @Get()
  @RequireScope('events:read')
  async status(
    @Query() query: Record<string, unknown>,
    @FromCaller() caller: Caller,
  ): Promise<EventStatus | FoundPage> {
    const { source, id } = query;
    if (source === undefined && id === undefined) return this.#lookUp(query, caller);
    if (typeof source !== 'string' || typeof id !== 'string') {
      throw problems.malformed({ rule: 'source and id are given, once each' });
    }
    if (!mayUseSource(caller, source)) throw eventProblem(SOURCE_NOT_ALLOWED);
    const { database, vault } = this.#context;
    const status = await readStatus(database, requestHashes(source, id, vault));
    if (status === null)
      throw problems.notFound({ detail: 'No event was accepted under this source and id.' });
    return status;
  }

  #lookUp(query: Record<string, unknown>, caller: Caller): Promise<FoundPage> {
    const asked = lookUpQuery.safeParse(query);
    if (!asked.success) throw unreadable(asked.error);
    const { database, vault } = this.#context;
    return lookUp(database, vault, asked.data, caller.sources.includes('*') ? null : caller.sources);
  }
}

function unreadable({ issues: [issue] }: z.ZodError): Problem {
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = unknown ?? issue?.path.join('.') ?? '';
  return problems.malformed({
    field,
    rule: unknown === undefined ? (issue?.message ?? '') : 'is not asked for here',
  });
}
