import type { OrganisationKeys } from './key-folder.js';
import type { LedgerAddress } from './ledger-access.js';
import type { Member } from './members.js';
import type { TimeStamps } from './time-stamps.js';

/** The services of a network, by what they are. */
export type ServiceName = 'intake' | 'proof' | 'archive' | 'ledger-writer' | 'rights';

/** The services of an organisation, and those of a hub. */
export const ORGANISATION_SERVICES = ['intake', 'proof', 'archive'] as const satisfies ServiceName[];
export const HUB_SERVICES = ['ledger-writer', 'rights'] as const satisfies ServiceName[];

/** A service to start: which one, for whom, and the environment that its README documents. */
export interface ServicePlan {
  readonly name: ServiceName;
  readonly organisation: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A user of the bus: where, and the file with its seed. */
export interface BusUser {
  readonly url: string;
  readonly credentialsFile: string;
}

/** What an organisation's services need to know beyond its own keys. */
export interface OrganisationPlan {
  readonly member: Member;
  readonly keys: OrganisationKeys;
  /** Whether the first charter names it as a witness. */
  readonly isWitness: boolean;
  readonly charterFile: string;
  readonly database: (service: ServiceName) => string;
  readonly bus: (service: ServiceName) => BusUser;
  /** The organisation's user in the exchange's account; null for the exchange itself. */
  readonly exchange: ((service: ServiceName) => BusUser) | null;
  /** The organisation's user at each hub, in the order in which they are asked. */
  readonly hubs: readonly BusUser[];
  /** Where each hub serves the log. */
  readonly hubLogs: readonly string[];
  readonly ports: (service: ServiceName) => number;
}

/** What the hub's services need. */
export interface HubPlan {
  readonly id: string;
  readonly keyFile: string;
  readonly charterFile: string;
  readonly database: (service: ServiceName) => string;
  readonly bus: (service: ServiceName) => BusUser;
  readonly ledger: LedgerAddress;
  readonly timeStamps: TimeStamps | undefined;
  readonly ports: (service: ServiceName) => number;
}

/** The three services of an organisation. */
export function organisationServices(plan: OrganisationPlan): ServicePlan[] {
  return ORGANISATION_SERVICES.map((name) => ({
    name,
    organisation: plan.member.id,
    environment: {
      BESURE_HTTP_PORT: String(plan.ports(name)),
      BESURE_ORGANISATION: plan.member.id,
      BESURE_ROLE: plan.member.role,
      BESURE_CHARTER_FILE: plan.charterFile,
      BESURE_DATABASE_URL: plan.database(name),
      BESURE_FACTS_KEY_FILE: plan.keys.factsKey,
      ...busVariables('NATS', plan.bus(name)),
      ...only(name, plan),
    },
  }));
}

/** The services of a hub. */
export function hubServices(plan: HubPlan): ServicePlan[] {
  const common = (name: ServiceName): Record<string, string> => ({
    BESURE_HTTP_PORT: String(plan.ports(name)),
    BESURE_CHARTER_FILE: plan.charterFile,
    ...busVariables('NATS', plan.bus(name)),
  });
  return [
    {
      name: 'ledger-writer',
      organisation: plan.id,
      environment: {
        ...common('ledger-writer'),
        BESURE_DATABASE_URL: plan.database('ledger-writer'),
        BESURE_HUB: plan.id,
        BESURE_HUB_KEY_FILE: plan.keyFile,
        ...(plan.timeStamps !== undefined && {
          BESURE_TIME_STAMP_URL: plan.timeStamps.url,
          BESURE_TIME_STAMP_SECONDS: String(plan.timeStamps.everySeconds),
        }),
        MULTICHAIN_URL: plan.ledger.url,
        MULTICHAIN_USER: plan.ledger.user,
        MULTICHAIN_PASSWORD_FILE: plan.ledger.passwordFile,
        MULTICHAIN_CHAIN: plan.ledger.chain,
      },
    },
    {
      name: 'rights',
      organisation: plan.id,
      environment: {
        ...common('rights'),
        BESURE_LEDGER_WRITER_URL: `http://127.0.0.1:${plan.ports('ledger-writer')}`,
      },
    },
  ];
}

function only(name: ServiceName, plan: OrganisationPlan): Record<string, string> {
  const exchange = plan.exchange === null ? {} : busVariables('EXCHANGE_NATS', plan.exchange(name));
  switch (name) {
    case 'intake':
      return { BESURE_TOKENS_FILE: plan.keys.tokens, BESURE_HUB_LOG_URLS: plan.hubLogs.join(',') };
    case 'proof':
      return {
        BESURE_SIGNING_KEY_FILE: plan.keys.signingKey,
        BESURE_SIGNING_CERTIFICATE_FILE: plan.keys.signingCertificate,
        BESURE_LEDGER_KEY_FILE: plan.keys.ledgerKey,
        ...hubVariables(plan),
        ...exchange,
      };
    case 'archive':
      return {
        BESURE_TOKENS_FILE: plan.keys.tokens,
        ...(plan.isWitness && { BESURE_WITNESS_KEY_FILE: plan.keys.witnessKey }),
        ...hubVariables(plan),
        ...exchange,
      };
    case 'ledger-writer':
    case 'rights':
      return {};
  }
}

function hubVariables({ hubs, hubLogs }: OrganisationPlan): Record<string, string> {
  return {
    BESURE_HUB_NATS_URLS: hubs.map(({ url }) => url).join(','),
    BESURE_HUB_NATS_CREDENTIALS_FILE: hubs.map(({ credentialsFile }) => credentialsFile).join(','),
    BESURE_HUB_LOG_URLS: hubLogs.join(','),
  };
}

function busVariables(prefix: string, user: BusUser): Record<string, string> {
  return {
    [`BESURE_${prefix}_URL`]: user.url,
    [`BESURE_${prefix}_CREDENTIALS_FILE`]: user.credentialsFile,
  };
}
