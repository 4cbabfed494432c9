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
};

/**
 * The hubs' buses, in the order in which they are asked. One file of credentials serves at all hubs that know the same user; else there are as
 * many files as URLs, separated by commas. Throws `ConfigurationError`.
 */
export function hubBuses({
  BESURE_HUB_NATS_URLS: servers,
  BESURE_HUB_NATS_CREDENTIALS_FILE: files,
}: z.output<z.ZodObject<typeof hubBusVariables>>): BusConfig[] {
  const variable = 'BESURE_HUB_NATS_CREDENTIALS_FILE';
  if (files !== undefined && files.length !== 1 && files.length !== servers.length) {
    throw new ConfigurationError(
      variable,
      'must be one file, or as many as BESURE_HUB_NATS_URLS has, separated by commas',
    );
  }
  return servers.map((server, i) => busConfig(server, variable, files?.[i] ?? files?.[0]));
}
