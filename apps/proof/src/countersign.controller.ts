import { type Charter, organisation as memberOf } from '@besure/governance';
import { type Json, RequestRefused, type RequestMessage } from '@besure/messaging';
import { ProtocolError, SUBJECTS, parseCountersignRequest } from '@besure/protocol';
import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { Countersigner } from './countersigner.js';
import type { OwnKeys } from './own-keys.js';

const CHARTER = Symbol('charter');
const KEYS = Symbol('keys');

/** Answers organisations that want their statements countersigned. Who asks is the last part of the subject: the bus vouches for it. */
@Controller()
export class CountersignController {
  static readonly CHARTER: typeof CHARTER = CHARTER;
  static readonly KEYS: typeof KEYS = KEYS;
  readonly #countersigner: Countersigner;
  readonly #charter: () => Charter;
  readonly #keys: Pick<OwnKeys, 'signing'>;

  constructor(
    @Inject(Countersigner) countersigner: Countersigner,
    @Inject(CHARTER) charter: () => Charter,
    @Inject(KEYS) keys: Pick<OwnKeys, 'signing'>,
  ) {
    this.#keys = keys;
    this.#countersigner = countersigner;
    this.#charter = charter;
  }

  /** A verdict for each statement, in order. */
  @MessagePattern(SUBJECTS.countersign('*'))
  async countersign(@Payload() { subject, data }: RequestMessage): Promise<Json> {
    const organisation = memberOf(this.#charter(), subject.slice(subject.lastIndexOf('.') + 1));
    if (organisation === undefined)
      throw new RequestRefused('not-a-member', 'the charter does not know this organisation');
    // To whoever asks it is away: that is waited for, where "no record yet" would be its last word at the deadline.
    if (this.#keys.signing !== 'in-force')
      throw new RequestRefused('key-not-in-force', 'the key of the exchange is not in force');
    const statements = readRequest(data);
    const verdicts = await this.#countersigner.answer(organisation, statements);
    return { ok: true, verdicts: verdicts.map((verdict) => ({ ...verdict })) };
  }
}

function readRequest(data: unknown): ReturnType<typeof parseCountersignRequest> {
  try {
    return parseCountersignRequest(data);
  } catch (error) {
    if (error instanceof ProtocolError)
      throw new RequestRefused('malformed', `${error.field ?? 'request'} ${error.message}`);
    throw error;
  }
}
