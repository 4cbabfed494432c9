import { Open } from '@besure/service';
import { Controller, Get, Inject } from '@nestjs/common';
import type { LogContext } from '../log.controller.js';
import { LOG_CONTEXT } from '../tokens.js';
import { readSkipped, type SkippedItem } from './rows.js';

/** What stands in the stream of rights and not in its log. */
@Controller('v1/skipped-items')
export class SkippedItemsController {
  readonly #context: LogContext;

  constructor(@Inject(LOG_CONTEXT) context: LogContext) {
    this.#context = context;
  }

  /** The newest thousand. */
  @Get()
  @Open()
  async list(): Promise<{ items: SkippedItem[] }> {
    return { items: await readSkipped(this.#context.dataSource) };
  }
}
