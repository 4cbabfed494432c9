import type { RequestMessage } from '@besure/messaging';
import { parseCheckpoint, parseCosignRequest, type PendingCheckpoints, SUBJECTS } from '@besure/protocol';
import { Open } from '@besure/service';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import type { FastifyReply } from 'fastify';
import type { Cosignatures } from './cosignatures.js';
import { LOG_PATH, RIGHTS_LOG_PATH } from './log.controller.js';
import { refusing } from './requests.controller.js';
import { COSIGN_CONTEXT } from './tokens.js';

/** What gathers on the checkpoints of the two logs. */
export interface CosignContext {
  readonly proofs: Cosignatures;
  readonly rights: Cosignatures;
}

/** Checkpoints on their way to a quorum: what witnesses see, and what they hand over. */
@Controller()
export class CosignController {
  readonly #context: CosignContext;

  constructor(@Inject(COSIGN_CONTEXT) context: CosignContext) {
    this.#context = context;
  }

  /** The newest checkpoint under a quorum and those after it, and what contradicts them. */
  @Get(`${LOG_PATH}/pending`)
  @Open()
  pending(@Res() reply: FastifyReply): Promise<void> {
    return sendPending(reply, this.#context.proofs);
  }

  /** The same of the log of rights. */
  @Get(`${RIGHTS_LOG_PATH}/pending`)
  @Open()
  rightsPending(@Res() reply: FastifyReply): Promise<void> {
    return sendPending(reply, this.#context.rights);
  }

  /** Signature lines of witnesses, and what they saw of others. Who hands them over does not matter: signatures do. */
  @MessagePattern(SUBJECTS.cosign('*'))
  cosign({ data }: RequestMessage): Promise<{ merged: number }> {
    return refusing(async () => {
      const { proofs, rights } = this.#context;
      const notes = parseCosignRequest(data);
      const isRights = (note: string): boolean => parseCheckpoint(note).origin === rights.origin;
      const ofRights = await rights.merge(notes.filter(isRights));
      return { merged: ofRights + (await proofs.merge(notes.filter((note) => !isRights(note)))) };
    });
  }
}

async function sendPending(reply: FastifyReply, cosignatures: Cosignatures): Promise<void> {
  const pending: PendingCheckpoints = await cosignatures.pending();
  await reply.header('cache-control', 'no-cache').header('access-control-allow-origin', '*').send(pending);
}
