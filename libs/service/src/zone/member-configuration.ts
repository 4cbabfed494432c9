import { readFileSync } from 'node:fs';
import { type Charter, organisation, parseCharter } from '@besure/governance';
import { type FactsVault, loadFactsVault } from '@besure/keys';
import { type BusOptions, publicNkey } from '@besure/messaging';
import { z } from 'zod';
import { ConfigurationError, fromVariable } from '../configuration.js';
import { readCertificates } from '../pem-files.js';
import {
  type ServiceConfig,
  file,
  identifier,
  serviceConfig,
  serviceVariables,
  url,
  wholeNumber,
} from '../variables.js';

/** A bus that is dialled: where, and the files with the seed of the user there and with the authorities of its server's certificate. */
export interface BusConfig {
  readonly url: string;
  readonly credentialsFile: string | undefined;
  readonly caFile?: string | undefined;
}

/**
 * A bus and the user there. The files must be readable: a user that the server does not know shows only once the server is there, a file
 * that holds none shows now. Throws `ConfigurationError` that names the variable, which begins with `prefix`.
 */
export function busConfig(
  prefix: string,
  {
    url: server,
    credentialsFile,
    caFile,
  }: Omit<BusConfig, 'caFile'> & { readonly caFile: string | undefined },
): BusConfig {
  if (credentialsFile !== undefined)
    fromVariable(`${prefix}_CREDENTIALS_FILE`, () => publicNkey(credentialsFile));
  if (caFile !== undefined) fromVariable(`${prefix}_CA_FILE`, () => readCertificates(caFile));
  return { url: server, credentialsFile, caFile };
}

/** What `connectBus` needs of it. */
export function busOptions({
  url: server,
  credentialsFile,
  caFile,
}: BusConfig): Pick<BusOptions, 'url' | 'credentialsFile' | 'caFile'> {
  return {
    url: server,
    ...(credentialsFile !== undefined && { credentialsFile }),
    ...(caFile !== undefined && { caFile }),
  };
}

/** What every service of a member's zone is told. */
export interface MemberConfig extends ServiceConfig {
  readonly organisation: string;
  readonly role: 'organisation' | 'exchange';
  readonly databaseUrl: string;
  /** The bus of the zone. */
  readonly bus: BusConfig;
  /** How much of what this service publishes waits on the bus at most, in bytes; 1 GiB without it. */
  readonly streamBytes?: number;
  /** What the network began with; the log of rights says what came of it. */
  readonly charter: Charter;
  /** Seals and opens facts and openings of the zone. */
  readonly vault: FactsVault;
}

/** The variables behind `MemberConfig`: spread them into a service's schema. */
export const memberVariables = {
  ...serviceVariables,
  BESURE_ORGANISATION: identifier(),
  BESURE_ROLE: z.enum(['organisation', 'exchange'], { error: 'must be organisation or exchange' }),
  BESURE_DATABASE_URL: url('postgres', 'postgresql'),
  BESURE_NATS_URL: url('nats', 'tls'),
  BESURE_NATS_CREDENTIALS_FILE: file().optional(),
  BESURE_NATS_CA_FILE: file().optional(),
  // The last message stays in its stream: the largest one must fit in beside it.
  BESURE_STREAM_BYTES: wholeNumber(2 * 1024 ** 2, 1024 ** 4).optional(),
  BESURE_CHARTER_FILE: file(),
  BESURE_FACTS_KEY_FILE: file(),
};

/** `MemberConfig` from the variables: for the transform of a service's schema. Throws `ConfigurationError`. */
export function memberConfig(env: z.output<z.ZodObject<typeof memberVariables>>): MemberConfig {
  const charter = fromVariable('BESURE_CHARTER_FILE', () =>
    parseCharter(readFileSync(env.BESURE_CHARTER_FILE, 'utf8')),
  );
  return {
    ...serviceConfig(env),
    organisation: env.BESURE_ORGANISATION,
    role: env.BESURE_ROLE,
    databaseUrl: env.BESURE_DATABASE_URL,
    bus: busConfig('BESURE_NATS', {
      url: env.BESURE_NATS_URL,
      credentialsFile: env.BESURE_NATS_CREDENTIALS_FILE,
      caFile: env.BESURE_NATS_CA_FILE,
    }),
    ...(env.BESURE_STREAM_BYTES !== undefined && { streamBytes: env.BESURE_STREAM_BYTES }),
    charter,
    vault: fromVariable('BESURE_FACTS_KEY_FILE', () => loadFactsVault(env.BESURE_FACTS_KEY_FILE)),
  };
}

/** What a service of a zone needs to find in the charter, as the board has made it. */
export function isOfCharter(
  { organisation: id, role }: Pick<MemberConfig, 'organisation' | 'role'>,
  charter: Charter,
): boolean {
  return organisation(charter, id)?.role === role;
}

/** Throws `ConfigurationError` unless the charter has the organisation: a service of somebody else would only make what nobody accepts. */
export function assertOfCharter(config: Pick<MemberConfig, 'organisation' | 'role'>, charter: Charter): void {
  if (!isOfCharter(config, charter))
    throw new ConfigurationError(
      'BESURE_ORGANISATION',
      'must be in the charter, with the role of BESURE_ROLE; whom the board admits can start from then on',
    );
}

/** The variables behind `exchangeBus`: for services that ask the exchange. */
export const exchangeVariables = {
  BESURE_EXCHANGE_NATS_URL: url('nats', 'tls').optional(),
  BESURE_EXCHANGE_NATS_CREDENTIALS_FILE: file().optional(),
  BESURE_EXCHANGE_NATS_CA_FILE: file().optional(),
};

/** The exchange's bus, null at the exchange itself. Throws `ConfigurationError`. */
export function exchangeBus(
  env: z.output<z.ZodObject<typeof exchangeVariables>>,
  role: MemberConfig['role'],
): BusConfig | null {
  if (role === 'exchange') return null;
  if (env.BESURE_EXCHANGE_NATS_URL === undefined) {
    throw new ConfigurationError('BESURE_EXCHANGE_NATS_URL', 'must be set for an organisation');
  }
  return busConfig('BESURE_EXCHANGE_NATS', {
    url: env.BESURE_EXCHANGE_NATS_URL,
    credentialsFile: env.BESURE_EXCHANGE_NATS_CREDENTIALS_FILE,
    caFile: env.BESURE_EXCHANGE_NATS_CA_FILE,
  });
}
