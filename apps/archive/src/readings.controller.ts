import { RequireScope, problems } from '@besure/service';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { EVIDENCE_CONTEXT, type EvidenceContext } from './evidence.controller.js';
import { type Reading, readReadings } from './readings.js';

/** Tells the operator who read which evidence. */
@Controller('v1/readings')
export class ReadingsController {
  readonly #context: EvidenceContext;

  constructor(@Inject(EVIDENCE_CONTEXT) context: EvidenceContext) {
    this.#context = context;
  }

  /** What was read after a reading, oldest first. */
  @Get()
  @RequireScope('audit:read')
  async list(
    @Query('after') after: unknown = '0',
    @Query('statement') statement: unknown = null,
  ): Promise<{ readings: Reading[] }> {
    if (typeof after !== 'string' || !/^\d{1,18}$/.test(after)) {
      throw problems.malformed({ field: 'after', rule: 'the id of a reading' });
    }
    if (statement !== null && typeof statement !== 'string') {
      throw problems.malformed({ field: 'statement', rule: 'given once' });
    }
    const { store } = this.#context;
    return { readings: await store.transaction((tx) => readReadings(tx, { after, statement })) };
  }
}
