import { EventStoreError } from '@besure/event-store';
import type { Charter } from '@besure/governance';
import { RequestRefused, type RequestMessage } from '@besure/messaging';
import { LedgerError } from '@besure/multichain';
import {
  parseCarryRequest,
  parseOutputsRequest,
  parseSubmitRequest,
  ProtocolError,
  type SubmitResult,
  SUBJECTS,
} from '@besure/protocol';
import { Controller, Inject } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import type { Carrier, OutputsReply } from './carrier.js';
import type { ChainFollower } from './chain-follower.js';
import { LedgerWriterError } from './error.js';
import type { Founded, Founder, LedgerRights } from './founder.js';
import type { RightsPublisher } from './rights/publisher.js';
import { REQUESTS_CONTEXT } from './tokens.js';

/** Which hub of the charter this is now, and whether its signatures count: only once the board has admitted it, and not after it was removed. */
export interface HubStanding {
  readonly hub: string | null;
  readonly isSigning: boolean;
}

/** What requests are answered from. */
export interface RequestsContext {
  /** In force in the next block. */
  readonly charter: () => Charter;
  readonly standing: () => HubStanding;
  readonly carrier: Carrier;
  readonly founder: Founder;
  readonly publisher: RightsPublisher;
  readonly follower: ChainFollower;
}

/**
 * Requests over the hub's bus. Who asks is the last part of the subject: the bus lets each organisation ask on its own subject only (reviewed users
 * under `deploy/`), and answers only into its own inbox.
 */
@Controller()
export class RequestsController {
  readonly #context: RequestsContext;

  constructor(@Inject(REQUESTS_CONTEXT) context: RequestsContext) {
    this.#context = context;
  }

  /** Signed transactions of a member. */
  @MessagePattern(SUBJECTS.submit('*'))
  submit({ subject, data }: RequestMessage): Promise<{ results: SubmitResult[] }> {
    return refusing(async () => ({
      results: await this.#context.carrier.submit(lastToken(subject), parseSubmitRequest(data)),
    }));
  }

  /** What a member's address can spend. */
  @MessagePattern(SUBJECTS.outputs('*'))
  outputs({ subject, data }: RequestMessage): Promise<OutputsReply> {
    return refusing(() => this.#context.carrier.outputs(lastToken(subject), parseOutputsRequest(data)));
  }

  /** The chain's permissions, for the hub's own rights service. */
  @MessagePattern(SUBJECTS.permissions)
  permissions(): Promise<LedgerRights> {
    return refusing(() => this.#context.founder.rights());
  }

  /** Streams, first grants and the first charter, as far as they are missing. */
  @MessagePattern(SUBJECTS.found)
  found(): Promise<Founded> {
    return refusing(async () => {
      this.#assertHub();
      const founded = await this.#context.founder.found();
      await this.#context.publisher.found();
      return founded;
    });
  }

  /** A note of a board member, kept before this is answered. */
  @MessagePattern(SUBJECTS.carry)
  carry({ data }: RequestMessage): Promise<Record<string, never>> {
    return refusing(async () => {
      this.#assertHub();
      await this.#context.publisher.carry(parseCarryRequest(data));
      return {};
    });
  }

  /** The node of somebody who is no hub may write nothing: what it took would wait for ever. */
  #assertHub(): void {
    if (!this.#context.standing().isSigning)
      throw new LedgerWriterError('not-a-hub', 'the charter does not have the keys of this hub now');
  }
}

function lastToken(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}

/** The one place where errors become answers. What is not named here is a fault of ours: `internal`, and in the log. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LedgerWriterError) throw new RequestRefused(error.code, error.message);
    if (error instanceof ProtocolError) throw new RequestRefused('invalid', error.message);
    if (error instanceof EventStoreError && error.code === 'overloaded') {
      throw new RequestRefused('busy', 'too much to do at the moment');
    }
    if (error instanceof LedgerError)
      throw new RequestRefused('ledger-unavailable', `the node says ${error.code}`);
    throw error;
  }
}
