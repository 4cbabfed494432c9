import { Open } from '@besure/service';
import { Controller, Get, Inject } from '@nestjs/common';
import type { LogContext } from '../log.controller.js';
import { LOG_CONTEXT } from '../tokens.js';
import { readUndecided, type UndecidedRight } from './rows.js';

/** Changes of the chain's own rights that the board had not decided on. */
@Controller('v1/undecided-rights')
export class UndecidedRightsController {
  readonly #context: LogContext;

  constructor(@Inject(LOG_CONTEXT) context: LogContext) {
    this.#context = context;
  }

  /** The first thousand, from the first block on. */
  @Get()
  @Open()
  async list(): Promise<{ rights: UndecidedRight[] }> {
    return { rights: await readUndecided(this.#context.dataSource) };
  }
}
