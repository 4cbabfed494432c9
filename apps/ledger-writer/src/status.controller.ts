import { Open } from '@besure/service';
import { Controller, Get, Inject } from '@nestjs/common';
import { REQUESTS_CONTEXT } from './tokens.js';
import type { RequestsContext } from './requests.controller.js';

/** What anyone may know about how this hub stands. */
export interface LedgerStatus {
  /** Null where the charter has no hub with its keys (yet). */
  readonly hub: string | null;
  /** Whether it signs checkpoints: while the charter has its keys. */
  readonly signs: boolean;
  readonly chain: string;
  readonly state: string;
  /** Why the log stands still, null while it does not. */
  readonly halted: string | null;
  /** The node's height, and that of the last final block in the log. */
  readonly tip: number;
  readonly height: number;
}

/** How the hub stands. */
@Controller('v1/status')
export class StatusController {
  readonly #context: RequestsContext;

  constructor(@Inject(REQUESTS_CONTEXT) context: RequestsContext) {
    this.#context = context;
  }

  /** Heights and state. */
  @Get()
  @Open()
  status(): LedgerStatus {
    const { charter, standing, follower } = this.#context;
    const { state, halted, tip, height } = follower.status();
    const { hub, isSigning } = standing();
    return { hub, signs: isSigning, chain: charter().ledger.chain, state, halted, tip, height };
  }
}
