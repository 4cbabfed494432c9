import { type Json, type RequestMessage, RequestRefused } from '@besure/messaging';
import { ProtocolError, SUBJECTS } from '@besure/protocol';
import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { ArchiveError } from './error.js';
import { type CopiesAnswerJson, type ServingContext, serveCopies } from './serve-copies.js';

export const SERVING_CONTEXT = Symbol('ServingContext');

/** At the exchange: hands out copies. Who asks is the last part of the subject: the bus vouches for it. */
@Controller()
export class CopiesController {
  readonly #context: ServingContext;

  constructor(@Inject(SERVING_CONTEXT) context: ServingContext) {
    this.#context = context;
  }

  /** What follows a cursor, which acknowledges what came before it. */
  @MessagePattern(SUBJECTS.copies('*'))
  async copies(@Payload() { subject, data }: RequestMessage): Promise<Json> {
    const organisation = subject.slice(subject.lastIndexOf('.') + 1);
    const { copies, last } = await this.#serve(organisation, data);
    return { ok: true, copies: copies.map((copy) => ({ ...copy })), last };
  }

  async #serve(organisation: string, data: unknown): Promise<CopiesAnswerJson> {
    try {
      return await serveCopies(this.#context, organisation, data);
    } catch (error) {
      if (error instanceof ArchiveError) throw new RequestRefused(error.code, error.message);
      if (error instanceof ProtocolError && error.code === 'message') {
        throw new RequestRefused('malformed', `${error.field ?? 'request'} ${error.message}`);
      }
      throw error;
    }
  }
}
