import type { RequestMessage } from '@besure/messaging';
import { parseCosignRequest, type PendingCheckpoints, SUBJECTS } from '@besure/protocol';
import { Open } from '@besure/service';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import type { FastifyReply } from 'fastify';
import { Cosignatures } from './cosignatures.js';
import { LOG_PATH } from './log.controller.js';
import { refusing } from './requests.controller.js';

/** Checkpoints on their way to a quorum: what witnesses see, and what they hand over. */
@Controller()
export class CosignController {
  readonly #cosignatures: Cosignatures;

  constructor(@Inject(Cosignatures) cosignatures: Cosignatures) {
    this.#cosignatures = cosignatures;
  }

  /** The newest checkpoint under a quorum and those after it, and what contradicts them. */
  @Get(`${LOG_PATH}/pending`)
  @Open()
  async pending(@Res() reply: FastifyReply): Promise<void> {
    const pending: PendingCheckpoints = await this.#cosignatures.pending();
    await reply.header('cache-control', 'no-cache').header('access-control-allow-origin', '*').send(pending);
  }

  /** Signature lines of witnesses, and what they saw of others. Who hands them over does not matter: signatures do. */
  @MessagePattern(SUBJECTS.cosign('*'))
  cosign({ data }: RequestMessage): Promise<{ merged: number }> {
    return refusing(async () => ({ merged: await this.#cosignatures.merge(parseCosignRequest(data)) }));
  }
}
