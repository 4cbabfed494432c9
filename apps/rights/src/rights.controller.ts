import { type Charter, formatCharter } from '@besure/governance';
import { MessagingError } from '@besure/messaging';
import { Open } from '@besure/service';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import type { LedgerRights } from './permissions-answer.js';
import { ledgerAway, notReplayed } from './problems.js';
import type { Comparison, PermissionWatch } from './watch.js';

export const RIGHTS_CONTEXT = Symbol('RightsContext');

/** What is served. */
export interface RightsContext {
  /** As the decisions have made it, so far as they were read. */
  readonly charter: () => Charter;
  /** The log of rights as far as a quorum confirms it; `null` before it does. */
  readonly trust: () => string | null;
  readonly watch: PermissionWatch;
}

/** The charter, the trust file and the comparison with the ledger, for everyone: nothing here is secret. */
@Controller('v1')
export class RightsController {
  readonly #charter: () => Charter;
  readonly #trust: () => string | null;
  readonly #watch: PermissionWatch;

  constructor(@Inject(RIGHTS_CONTEXT) { charter, trust, watch }: RightsContext) {
    this.#charter = charter;
    this.#trust = trust;
    this.#watch = watch;
  }

  /** The charter. */
  @Get('charter')
  @Open()
  @Header('content-type', 'application/json')
  charter(): string {
    // One text, the same at every hub: hashes of it are compared.
    return formatCharter(this.#charter());
  }

  /** The trust file that verifiers start from. */
  @Get('trust')
  @Open()
  @Header('content-type', 'application/json')
  trust(): string {
    const trust = this.#trust();
    if (trust === null) throw notReplayed();
    return trust;
  }

  /** What the ledger permits, and where that is not what the charter says. */
  @Get('permissions')
  @Open()
  async permissions(): Promise<LedgerRights & Pick<Comparison, 'differences'>> {
    try {
      const { rights, differences } = await this.#watch.compare();
      return { ...rights, differences };
    } catch (error) {
      if (error instanceof MessagingError) throw ledgerAway();
      throw error;
    }
  }
}
