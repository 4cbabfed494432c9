import { readFileSync } from 'node:fs';
import { type Charter, parseCharter } from '@besure/governance';
import {
  type ServiceConfig,
  file,
  fromVariable,
  serviceConfig,
  serviceVariables,
  url,
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
  })
  .transform((env): RightsConfig => ({
    ...serviceConfig(env),
    bus: busConfig('BESURE_NATS', {
      url: env.BESURE_NATS_URL,
      credentialsFile: env.BESURE_NATS_CREDENTIALS_FILE,
      caFile: env.BESURE_NATS_CA_FILE,
    }),
    ledgerWriterUrl: env.BESURE_LEDGER_WRITER_URL.replace(/\/+$/, ''),
    charter: fromVariable('BESURE_CHARTER_FILE', () =>
      parseCharter(readFileSync(env.BESURE_CHARTER_FILE, 'utf8')),
    ),
  }));
