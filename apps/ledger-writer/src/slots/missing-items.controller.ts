import { Open, problems } from '@besure/service';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { LogContext } from '../log.controller.js';
import type { RequestsContext } from '../requests.controller.js';
import { LOG_CONTEXT, REQUESTS_CONTEXT } from '../tokens.js';
import { type MissingItems, missingItems, MOST_SLOTS, type SlotRange } from './missing-items.js';

const SLOT = /^(0|[1-9][0-9]{0,14})$/;

/** Which members owe an item: everyone may see who is silent, or silenced. */
@Controller('v1/missing-items')
export class MissingItemsController {
  readonly #log: LogContext;
  readonly #requests: RequestsContext;

  constructor(@Inject(LOG_CONTEXT) log: LogContext, @Inject(REQUESTS_CONTEXT) requests: RequestsContext) {
    this.#log = log;
    this.#requests = requests;
  }

  /** Missing and late items of the newest slots, or of those that are asked for. */
  @Get()
  @Open()
  list(@Query('from') from: unknown, @Query('to') to: unknown): Promise<MissingItems> {
    return missingItems(this.#log.dataSource, this.#requests.charter(), rangeOf(from, to));
  }
}

/** Both ends or none. */
function rangeOf(from: unknown, to: unknown): Partial<SlotRange> {
  if (from === undefined && to === undefined) return {};
  const range = { from: slotOf('from', from), to: slotOf('to', to) };
  if (range.to < range.from || range.to - range.from >= MOST_SLOTS) {
    throw problems.malformed({ field: 'to', rule: `not before from, and at most ${MOST_SLOTS} slots` });
  }
  return range;
}

function slotOf(field: string, value: unknown): number {
  if (typeof value !== 'string' || !SLOT.test(value)) {
    throw problems.malformed({ field, rule: 'a slot, given once; from and to go together' });
  }
  return Number(value);
}
