import type { EventStore } from '@besure/event-store';
import type { FactsVault } from '@besure/keys';
import { CLAIM_NAMES, type ClaimName } from '@besure/protocol';
import { type Caller, FromCaller, Problem, RequireScope, problems } from '@besure/service';
import { Controller, Get, Header, Inject, Param, Query } from '@nestjs/common';
import { assembleEvidence } from './assemble.js';
import { parseShow } from './claims-to-show.js';
import { type KeptEvidence, type ListedStatement, listByMessage, readEvidence } from './evidence-rows.js';
import type { LedgerLog } from './ledger-log.js';
import { messageHashes } from './openings.js';
import { noteReading } from './readings.js';

/** What the controller works with. */
export interface EvidenceContext {
  readonly store: EventStore;
  readonly log: LedgerLog;
  readonly vault: FactsVault;
}

export const EVIDENCE_CONTEXT = Symbol('EvidenceContext');

/** Hands out evidence, and of it no more than is asked for. */
@Controller('v1/evidence')
export class EvidenceController {
  readonly #context: EvidenceContext;

  constructor(@Inject(EVIDENCE_CONTEXT) context: EvidenceContext) {
    this.#context = context;
  }

  /** The statements that are kept about a message. */
  @Get()
  @RequireScope('evidence:read')
  async list(@Query('message') message: unknown): Promise<{ statements: ListedStatement[] }> {
    if (typeof message !== 'string') throw problems.malformed({ rule: 'message is given, once' });
    const { store, vault } = this.#context;
    return { statements: await store.transaction((tx) => listByMessage(tx, messageHashes(message, vault))) };
  }

  /** The evidence file of a statement, in its one canonical text, with the claims of `show` opened; without it with all. */
  @Get(':id')
  @RequireScope('evidence:read')
  @Header('content-type', 'application/json')
  async get(
    @Param('id') id: string,
    @Query('show') show: unknown,
    @FromCaller() caller: Caller,
  ): Promise<string> {
    const asked = parseShow(show);
    if (asked === undefined) {
      throw problems.malformed({
        field: 'show',
        rule: `names of claims, separated by commas: ${CLAIM_NAMES.join(',')}`,
      });
    }
    const { store, log, vault } = this.#context;
    return store.transaction(async (tx) => {
      const kept = await readEvidence(tx, id, { log, vault });
      if (kept === null) throw problems.notFound({ detail: 'No statement with this id is kept here.' });
      if (kept.recordings.length === 0) throw notFinal(kept);
      const shown = claimsToShow(kept, asked);
      await noteReading(tx, caller, id, shown);
      return assembleEvidence(kept, shown);
    });
  }
}

function claimsToShow(kept: KeptEvidence, asked: readonly ClaimName[] | null): readonly ClaimName[] {
  if (kept.opened) return asked ?? CLAIM_NAMES;
  if (asked === null || asked.length === 0) return [];
  throw openingsGone();
}

/** The answer to who asks for claims that are erased, or were never kept. */
export function openingsGone(): Problem {
  return new Problem({
    status: 410,
    code: 'openings-gone',
    title: 'The openings of this statement are not kept here any more',
    field: 'show',
  });
}

/** The answer as long as no recording is final. */
export function notFinal({ countersignature }: Pick<KeptEvidence, 'countersignature'>): Problem {
  return new Problem({
    status: 409,
    code: 'not-final',
    title: 'The recording of this statement is not final yet',
    detail: countersignature === null ? 'one-sided' : 'countersigned',
    headers: { 'retry-after': '2' },
  });
}
