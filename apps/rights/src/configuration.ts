import { readFileSync } from 'node:fs';
import { type Charter, parseCharter } from '@besure/governance';
import {
  ConfigurationError,
  type ServiceConfig,
  file,
  fromVariable,
  serviceConfig,
  serviceVariables,
  url,
  urls,
} from '@besure/service';
import { busConfig } from '@besure/service/zone';
import { z } from 'zod';

/** What `rights` is told. */
export interface RightsConfig extends ServiceConfig {
  /** The hub's own bus, where `ledger-writer` answers. */
  readonly bus: { readonly url: string; readonly credentialsFile: string | undefined };
  /** What the network begins with. */
  readonly charter: Charter;
  /** Where the hub's own `ledger-writer` serves the log of rights. */
  readonly ledgerWriterUrl: string;
  /** Who is told of what a board has to know; the secret by which receivers know that it is this hub. */
  readonly webhooks: { readonly urls: readonly string[]; readonly secret: Uint8Array | null };
}

/** The environment of `rights`, with rules that read on after the variable's name. */
export const rightsConfiguration = z
  .object({
    ...serviceVariables,
    BESURE_NATS_URL: url('nats', 'tls'),
    BESURE_NATS_CREDENTIALS_FILE: file().optional(),
    BESURE_NATS_CA_FILE: file().optional(),
    BESURE_CHARTER_FILE: file(),
    BESURE_LEDGER_WRITER_URL: url('http', 'https'),
    BESURE_WEBHOOK_URLS: urls('http', 'https').optional(),
    BESURE_WEBHOOK_SECRET_FILE: file().optional(),
  })
  .transform((env): RightsConfig => ({
    ...serviceConfig(env),
    bus: busConfig('BESURE_NATS', {
      url: env.BESURE_NATS_URL,
      credentialsFile: env.BESURE_NATS_CREDENTIALS_FILE,
      caFile: env.BESURE_NATS_CA_FILE,
    }),
    ledgerWriterUrl: env.BESURE_LEDGER_WRITER_URL.replace(/\/+$/, ''),
    webhooks: {
      urls: env.BESURE_WEBHOOK_URLS ?? [],
      secret:
        env.BESURE_WEBHOOK_SECRET_FILE === undefined
          ? null
          : readWebhookSecret(env.BESURE_WEBHOOK_SECRET_FILE),
    },
    charter: fromVariable('BESURE_CHARTER_FILE', () =>
      parseCharter(readFileSync(env.BESURE_CHARTER_FILE, 'utf8')),
    ),
  }));

const LEAST_SECRET = 24;
const MOST_SECRET = 64;

/** `whsec_` and base64 of 24 to 64 bytes, as Standard Webhooks writes secrets. */
function readWebhookSecret(path: string): Uint8Array {
  const variable = 'BESURE_WEBHOOK_SECRET_FILE';
  const text = fromVariable(variable, () => readFileSync(path, 'utf8').trim());
  const secret = Buffer.from(text.replace(/^whsec_/, ''), 'base64');
  const isWritten = text === `whsec_${secret.toString('base64')}`;
  if (!isWritten || secret.length < LEAST_SECRET || secret.length > MOST_SECRET)
    throw new ConfigurationError(variable, 'must hold whsec_ and base64 of 24 to 64 bytes');
  return secret;
}
