import { readFileSync } from 'node:fs';
import { type Charter, parseCharter } from '@besure/governance';
import { type CheckpointSigner, loadCheckpointSigner } from '@besure/keys';
import type { NodeSettings } from '@besure/multichain';
import {
  ConfigurationError,
  type ServiceConfig,
  file,
  fromVariable,
  serviceConfig,
  serviceVariables,
  url,
  wholeNumber,
} from '@besure/service';
import { busConfig } from '@besure/service/zone';
import { z } from 'zod';

/** What `ledger-writer` is told. */
export interface LedgerWriterConfig extends ServiceConfig {
  readonly databaseUrl: string;
  /** The hub's own bus. */
  readonly bus: { readonly url: string; readonly credentialsFile: string | undefined };
  /** What the network began with. */
  readonly charter: Charter;
  /** Whose keys these are, the charter says as the board has made it by then. */
  readonly signer: CheckpointSigner;
  readonly node: NodeSettings;
  /** Who time-stamps checkpoints, and how often at most; `null`: nobody. */
  readonly timeStamps: { readonly url: string; readonly everySeconds: number } | null;
}

/** The environment of `ledger-writer`, with rules that read on after the variable's name. */
export const ledgerWriterConfiguration = z
  .object({
    ...serviceVariables,
    BESURE_DATABASE_URL: url('postgres', 'postgresql'),
    BESURE_NATS_URL: url('nats', 'tls'),
    BESURE_NATS_CREDENTIALS_FILE: file().optional(),
    BESURE_NATS_CA_FILE: file().optional(),
    BESURE_CHARTER_FILE: file(),
    BESURE_HUB_KEY_FILE: file(),
    BESURE_TIME_STAMP_URL: url('http', 'https').optional(),
    BESURE_TIME_STAMP_SECONDS: wholeNumber(1, 31_536_000).default(86_400),
    MULTICHAIN_URL: url('http'),
    MULTICHAIN_USER: z.string({ error: 'must be the user name of the node' }).default('multichainrpc'),
    MULTICHAIN_PASSWORD_FILE: file(),
    MULTICHAIN_CHAIN: z.string({ error: 'must be the name of the chain' }).optional(),
  })
  .transform((env): LedgerWriterConfig => {
    const charter = fromVariable('BESURE_CHARTER_FILE', () =>
      parseCharter(readFileSync(env.BESURE_CHARTER_FILE, 'utf8')),
    );
    const signer = fromVariable('BESURE_HUB_KEY_FILE', () => loadCheckpointSigner(env.BESURE_HUB_KEY_FILE));
    const chain = env.MULTICHAIN_CHAIN ?? charter.ledger.chain;
    if (chain !== charter.ledger.chain) {
      throw new ConfigurationError('MULTICHAIN_CHAIN', 'must be the chain of the charter');
    }
    const password = fromVariable('MULTICHAIN_PASSWORD_FILE', () =>
      readFileSync(env.MULTICHAIN_PASSWORD_FILE, 'utf8').trim(),
    );
    return {
      ...serviceConfig(env),
      databaseUrl: env.BESURE_DATABASE_URL,
      bus: busConfig('BESURE_NATS', {
        url: env.BESURE_NATS_URL,
        credentialsFile: env.BESURE_NATS_CREDENTIALS_FILE,
        caFile: env.BESURE_NATS_CA_FILE,
      }),
      charter,
      signer,
      node: { url: env.MULTICHAIN_URL, user: env.MULTICHAIN_USER, password, chain },
      timeStamps:
        env.BESURE_TIME_STAMP_URL === undefined
          ? null
          : { url: env.BESURE_TIME_STAMP_URL, everySeconds: env.BESURE_TIME_STAMP_SECONDS },
    };
  });
