import { type Charter, parseCharter } from '@besure/governance';
import {
  type FactsVault,
  type LedgerSigner,
  type StatementSigner,
  loadFactsVault,
  loadLedgerSigner,
  loadStatementSigner,
} from '@besure/keys';
import {
  type ServiceConfig,
  file,
  fromVariable,
  identifier,
  serviceConfig,
  serviceVariables,
  url,
  urls,
} from '@besure/service';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A bus that is dialled: where, and the file with the user's seed. */
export interface BusConfig {
  readonly url: string;
  readonly credentialsFile: string | undefined;
}

/** What `proof` is told. */
export interface ProofConfig extends ServiceConfig {
  readonly organisation: string;
  readonly role: 'organisation' | 'exchange';
  readonly databaseUrl: string;
  readonly bus: BusConfig;
  /** The exchange's bus; null at the exchange itself. */
  readonly exchangeBus: BusConfig | null;
  readonly hubBuses: readonly BusConfig[];
  readonly hubLogUrls: readonly string[];
  readonly charter: Charter;
  readonly statementSigner: StatementSigner;
  readonly ledgerSigner: LedgerSigner;
  readonly vault: FactsVault;
}

/** The environment of `proof`, with rules that read on after the variable's name. */
export const proofConfiguration = z
  .object({
    ...serviceVariables,
    BESURE_ORGANISATION: identifier(),
    BESURE_ROLE: z.enum(['organisation', 'exchange'], { error: 'must be organisation or exchange' }),
    BESURE_DATABASE_URL: url('postgres', 'postgresql'),
    BESURE_NATS_URL: url('nats', 'tls'),
    BESURE_NATS_CREDENTIALS_FILE: file().optional(),
    BESURE_EXCHANGE_NATS_URL: url('nats', 'tls').optional(),
    BESURE_EXCHANGE_NATS_CREDENTIALS_FILE: file().optional(),
    BESURE_HUB_NATS_URLS: urls('nats', 'tls'),
    BESURE_HUB_NATS_CREDENTIALS_FILE: file().optional(),
    BESURE_HUB_LOG_URLS: urls('http', 'https'),
    BESURE_CHARTER_FILE: file(),
    BESURE_SIGNING_KEY_FILE: file(),
    BESURE_SIGNING_CERTIFICATE_FILE: file(),
    BESURE_LEDGER_KEY_FILE: file(),
    BESURE_FACTS_KEY_FILE: file(),
  })
  .refine((env) => env.BESURE_ROLE === 'exchange' || env.BESURE_EXCHANGE_NATS_URL !== undefined, {
    path: ['BESURE_EXCHANGE_NATS_URL'],
    error: 'must be set for an organisation',
  })
  .transform((env): ProofConfig => ({
    ...serviceConfig(env),
    organisation: env.BESURE_ORGANISATION,
    role: env.BESURE_ROLE,
    databaseUrl: env.BESURE_DATABASE_URL,
    bus: { url: env.BESURE_NATS_URL, credentialsFile: env.BESURE_NATS_CREDENTIALS_FILE },
    exchangeBus:
      env.BESURE_ROLE === 'exchange' || env.BESURE_EXCHANGE_NATS_URL === undefined
        ? null
        : { url: env.BESURE_EXCHANGE_NATS_URL, credentialsFile: env.BESURE_EXCHANGE_NATS_CREDENTIALS_FILE },
    hubBuses: env.BESURE_HUB_NATS_URLS.map((one) => ({
      url: one,
      credentialsFile: env.BESURE_HUB_NATS_CREDENTIALS_FILE,
    })),
    hubLogUrls: env.BESURE_HUB_LOG_URLS,
    charter: fromVariable('BESURE_CHARTER_FILE', () =>
      parseCharter(readFileSync(env.BESURE_CHARTER_FILE, 'utf8')),
    ),
    statementSigner: fromVariable('BESURE_SIGNING_KEY_FILE', () =>
      loadStatementSigner({
        keyFile: env.BESURE_SIGNING_KEY_FILE,
        certificateFile: env.BESURE_SIGNING_CERTIFICATE_FILE,
      }),
    ),
    ledgerSigner: fromVariable('BESURE_LEDGER_KEY_FILE', () => loadLedgerSigner(env.BESURE_LEDGER_KEY_FILE)),
    vault: fromVariable('BESURE_FACTS_KEY_FILE', () => loadFactsVault(env.BESURE_FACTS_KEY_FILE)),
  }));
