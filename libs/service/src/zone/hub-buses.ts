import type { z } from 'zod';
import { ConfigurationError } from '../configuration.js';
import { file, urls } from '../variables.js';
import { type BusConfig, busConfig } from './member-configuration.js';

/** The variables behind `hubBuses`: for services that ask the hubs. */
export const hubBusVariables = {
  BESURE_HUB_NATS_URLS: urls('nats', 'tls'),
  BESURE_HUB_NATS_CREDENTIALS_FILE: file()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .optional(),
  BESURE_HUB_NATS_CA_FILE: file().optional(),
};

/**
 * The hubs' buses, in the order in which they are asked. One file of credentials serves at all hubs that know the same user; else there are as
 * many files as URLs, separated by commas. The authorities of all hubs stand in one file. Throws `ConfigurationError`.
 */
export function hubBuses({
  BESURE_HUB_NATS_URLS: servers,
  BESURE_HUB_NATS_CREDENTIALS_FILE: files,
  BESURE_HUB_NATS_CA_FILE: caFile,
}: z.output<z.ZodObject<typeof hubBusVariables>>): BusConfig[] {
  if (files !== undefined && files.length !== 1 && files.length !== servers.length) {
    throw new ConfigurationError(
      'BESURE_HUB_NATS_CREDENTIALS_FILE',
      'must be one file, or as many as BESURE_HUB_NATS_URLS has, separated by commas',
    );
  }
  return servers.map((server, i) =>
    busConfig('BESURE_HUB_NATS', { url: server, credentialsFile: files?.[i] ?? files?.[0], caFile }),
  );
}
