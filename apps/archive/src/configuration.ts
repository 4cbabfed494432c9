import { readFileSync } from 'node:fs';
import { type Charter, organisation, parseCharter } from '@besure/governance';
import { type FactsVault, loadFactsVault } from '@besure/keys';
import {
  ConfigurationError,
  type ServiceConfig,
  file,
  fromVariable,
  identifier,
  serviceConfig,
  serviceVariables,
  url,
  urls,
} from '@besure/service';
import { z } from 'zod';

/** A bus that is dialled: where, and the file with the user's seed. */
export interface BusConfig {
  readonly url: string;
  readonly credentialsFile: string | undefined;
}

/** What `archive` is told. */
export interface ArchiveConfig extends ServiceConfig {
  readonly organisation: string;
  readonly role: 'organisation' | 'exchange';
  readonly databaseUrl: string;
  readonly bus: BusConfig;
  /** The exchange's bus, to pull copies from; null at the exchange itself, which serves them on its own. */
  readonly exchangeBus: BusConfig | null;
  /** Where the hubs serve the ledger log: what stands before `/log/proofs`. */
  readonly hubLogUrls: readonly string[];
  readonly charter: Charter;
  readonly vault: FactsVault;
  readonly tokensFile: string;
}

/** The environment of `archive`, with rules that read on after the variable's name. */
export const archiveConfiguration = z
  .object({
    ...serviceVariables,
    BESURE_ORGANISATION: identifier(),
    BESURE_ROLE: z.enum(['organisation', 'exchange'], { error: 'must be organisation or exchange' }),
    BESURE_DATABASE_URL: url('postgres', 'postgresql'),
    BESURE_NATS_URL: url('nats', 'tls'),
    BESURE_NATS_CREDENTIALS_FILE: file().optional(),
    BESURE_EXCHANGE_NATS_URL: url('nats', 'tls').optional(),
    BESURE_EXCHANGE_NATS_CREDENTIALS_FILE: file().optional(),
    BESURE_HUB_LOG_URLS: urls('http', 'https'),
    BESURE_CHARTER_FILE: file(),
    BESURE_FACTS_KEY_FILE: file(),
    BESURE_TOKENS_FILE: file(),
  })
  .refine((env) => env.BESURE_ROLE === 'exchange' || env.BESURE_EXCHANGE_NATS_URL !== undefined, {
    path: ['BESURE_EXCHANGE_NATS_URL'],
    error: 'must be set for an organisation',
  })
  .transform((env): ArchiveConfig => {
    const charter = fromVariable('BESURE_CHARTER_FILE', () =>
      parseCharter(readFileSync(env.BESURE_CHARTER_FILE, 'utf8')),
    );
    if (organisation(charter, env.BESURE_ORGANISATION)?.role !== env.BESURE_ROLE) {
      throw new ConfigurationError(
        'BESURE_ORGANISATION',
        'must be in the charter, with the role of BESURE_ROLE',
      );
    }
    return {
      ...serviceConfig(env),
      organisation: env.BESURE_ORGANISATION,
      role: env.BESURE_ROLE,
      databaseUrl: env.BESURE_DATABASE_URL,
      bus: { url: env.BESURE_NATS_URL, credentialsFile: env.BESURE_NATS_CREDENTIALS_FILE },
      exchangeBus:
        env.BESURE_ROLE === 'exchange' || env.BESURE_EXCHANGE_NATS_URL === undefined
          ? null
          : { url: env.BESURE_EXCHANGE_NATS_URL, credentialsFile: env.BESURE_EXCHANGE_NATS_CREDENTIALS_FILE },
      hubLogUrls: env.BESURE_HUB_LOG_URLS,
      charter,
      vault: fromVariable('BESURE_FACTS_KEY_FILE', () => loadFactsVault(env.BESURE_FACTS_KEY_FILE)),
      tokensFile: env.BESURE_TOKENS_FILE,
    };
  });
