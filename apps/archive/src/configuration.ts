import { file, urls } from '@besure/service';
import {
  type BusConfig,
  type MemberConfig,
  exchangeBus,
  exchangeVariables,
  memberConfig,
  memberVariables,
} from '@besure/service/zone';
import { z } from 'zod';

/** What `archive` is told. */
export interface ArchiveConfig extends MemberConfig {
  /** The exchange's bus, to pull copies from; null at the exchange itself, which serves them on its own. */
  readonly exchangeBus: BusConfig | null;
  /** Where the hubs serve the ledger log: what stands before `/log/proofs`. */
  readonly hubLogUrls: readonly string[];
  readonly tokensFile: string;
}

/** The environment of `archive`, with rules that read on after the variable's name. */
export const archiveConfiguration = z
  .object({
    ...memberVariables,
    ...exchangeVariables,
    BESURE_HUB_LOG_URLS: urls('http', 'https'),
    BESURE_TOKENS_FILE: file(),
  })
  .transform((env): ArchiveConfig => ({
    exchangeBus: exchangeBus(env, env.BESURE_ROLE),
    ...memberConfig(env),
    hubLogUrls: env.BESURE_HUB_LOG_URLS,
    tokensFile: env.BESURE_TOKENS_FILE,
  }));
