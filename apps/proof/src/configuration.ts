import { type LedgerSigner, type StatementSigner, loadLedgerSigner, loadStatementSigner } from '@besure/keys';
import { file, fromVariable, urls, wholeNumber } from '@besure/service';
import {
  type BusConfig,
  type MemberConfig,
  exchangeBus,
  exchangeVariables,
  hubBuses,
  hubBusVariables,
  memberConfig,
  memberVariables,
} from '@besure/service/zone';
import { z } from 'zod';

/** What `proof` is told. */
export interface ProofConfig extends MemberConfig {
  /** The exchange's bus; null at the exchange itself. */
  readonly exchangeBus: BusConfig | null;
  readonly hubBuses: readonly BusConfig[];
  readonly hubLogUrls: readonly string[];
  readonly statementSigner: StatementSigner;
  readonly ledgerSigner: LedgerSigner;
  /** How many statements, and at the exchange records, stay in memory so that they need not be read back. */
  readonly statementsInMemory: number;
}

/** The environment of `proof`, with rules that read on after the variable's name. */
export const proofConfiguration = z
  .object({
    ...memberVariables,
    ...exchangeVariables,
    ...hubBusVariables,
    BESURE_HUB_LOG_URLS: urls('http', 'https'),
    BESURE_SIGNING_KEY_FILE: file(),
    BESURE_SIGNING_CERTIFICATE_FILE: file(),
    BESURE_LEDGER_KEY_FILE: file(),
    // Some seconds' worth at the speed of a large machine, about 60 MB.
    BESURE_STATEMENTS_IN_MEMORY: wholeNumber(0, 1_000_000).default(10_000),
  })
  .transform((env): ProofConfig => ({
    ...memberConfig(env),
    exchangeBus: exchangeBus(env, env.BESURE_ROLE),
    hubBuses: hubBuses(env),
    hubLogUrls: env.BESURE_HUB_LOG_URLS,
    statementSigner: fromVariable('BESURE_SIGNING_KEY_FILE', () =>
      loadStatementSigner({
        keyFile: env.BESURE_SIGNING_KEY_FILE,
        certificateFile: env.BESURE_SIGNING_CERTIFICATE_FILE,
      }),
    ),
    ledgerSigner: fromVariable('BESURE_LEDGER_KEY_FILE', () => loadLedgerSigner(env.BESURE_LEDGER_KEY_FILE)),
    statementsInMemory: env.BESURE_STATEMENTS_IN_MEMORY,
  }));
