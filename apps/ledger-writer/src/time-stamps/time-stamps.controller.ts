import { MAX_TIME_STAMPS, type PublishedTimeStamps } from '@besure/protocol';
import { Open, problems } from '@besure/service';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LOG_CONTEXT } from '../tokens.js';
import { LOG_PATH, type LogContext } from '../log.controller.js';
import { timeStampAt, timeStampsAfter } from './rows.js';

const NUMBER = /^(0|[1-9][0-9]{0,15})$/;

/** The time-stamp tokens over checkpoints, for everyone. */
@Controller(LOG_PATH)
export class TimeStampsController {
  readonly #context: LogContext;

  constructor(@Inject(LOG_CONTEXT) context: LogContext) {
    this.#context = context;
  }

  /** Which checkpoints have a token. */
  @Get('time-stamps')
  @Open()
  async list(@Res() reply: FastifyReply, @Query('after') after: unknown = '0'): Promise<void> {
    if (typeof after !== 'string' || !NUMBER.test(after)) {
      throw problems.malformed({ field: 'after', rule: 'a size of the log' });
    }
    const stamps = await timeStampsAfter(this.#context.dataSource, Number(after), MAX_TIME_STAMPS);
    const list: PublishedTimeStamps = {
      timeStamps: stamps.map(({ size, time, checkpoint }) => ({ size, time, checkpoint })),
    };
    await reply.header('cache-control', 'no-cache').header('access-control-allow-origin', '*').send(list);
  }

  /** A token in DER. It never changes. */
  @Get('time-stamp/:size')
  @Open()
  async token(@Res() reply: FastifyReply, @Param('size') size: string): Promise<void> {
    const stamp = NUMBER.test(size) ? await timeStampAt(this.#context.dataSource, Number(size)) : null;
    if (stamp === null) throw problems.notFound();
    await reply
      .header('content-type', 'application/timestamp-token')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('access-control-allow-origin', '*')
      .send(Buffer.from(stamp.token));
  }
}
