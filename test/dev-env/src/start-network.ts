import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Charter, parseCharter } from '@besure/governance';
import { type Nats, type Postgres, startNats, startPostgres, waitUntil } from '@besure/testing';
import { applicationOf, hubApplicationOf } from './application.js';
import { BackOffice } from './back-office.js';
import { BoardMember } from './board-member.js';
import { BACK_OFFICE, busConfiguration, credentialsOf } from './bus.js';
import { composeCharter, writeCharter } from './charter-file.js';
import { zoneDatabase } from './databases.js';
import { type Host, type HostedService, migrateAll } from './host.js';
import { type OrganisationKeys, addToken, hubKeys, organisationKeys, readToken } from './key-folder.js';
import { LedgerAccess, type LedgerAddress } from './ledger-access.js';
import { found } from './found.js';
import { firstHub, hubsOf, type Member, members } from './members.js';
import type { Network, RunningNetworkService } from './network.js';
import { type ProfileName, profiles } from './profile.js';
import {
  HUB_SERVICES,
  ORGANISATION_SERVICES,
  type ServiceName,
  type ServicePlan,
  hubServices,
  organisationServices,
} from './service-environment.js';
import { networkSettings } from './settings.js';
import { startOwnAuthority, type TimeStamps } from './time-stamps.js';
import { type RunningLedger, foreignLedger, startDevchain } from './devchain.js';
import { RestartableServer } from './restartable-server.js';

/** How to start a network. */
export interface StartOptions {
  /** Keeps everything: keys, charter, databases, ledger. The same folder comes up again as the same network. */
  readonly folder: string;
  readonly profile: ProfileName;
  /** Of a new network, where it is not that of the profile. */
  readonly countersignatureDeadlineSeconds?: number;
  readonly host: (logs: string) => Host;
  /** How many hubs a new network has, all on the one ledger; one where it is not said. */
  readonly hubs?: number;
  /** Organisations that are no members: all that they need is there, but their services start with `join`. */
  readonly applicants?: readonly Member[];
  /** The time-stamp authority of a new network, which the first hub asks: one that runs, or one of its own. None where it is not said. */
  readonly timeStamps?: TimeStamps | 'own';
  /** A ledger node that runs already, instead of the simulated one. */
  readonly ledger?: LedgerAddress;
  readonly onProgress?: (step: string) => void;
  /** Ends the start before its next step; what has started by then is stopped. */
  readonly signal?: AbortSignal;
}

function portNames(organisations: readonly Member[], hubs: number): string[] {
  return [
    'postgres',
    'nats',
    'devchain',
    ...organisations.flatMap(({ id }) => ORGANISATION_SERVICES.map((service) => `${id}-${service}`)),
    ...hubsOf(hubs).flatMap(({ id }) => HUB_SERVICES.map((service) => `${id}-${service}`)),
  ];
}

/** Starts databases, bus, ledger and all services, in an order that any of them could do without. */
export async function startNetwork(options: StartOptions): Promise<Network> {
  const { folder, signal } = options;
  const onProgress = (step: string): void => {
    signal?.throwIfAborted();
    options.onProgress?.(step);
  };
  const everyone = [...members, ...(options.applicants ?? [])];
  const settings = await networkSettings(folder, options.profile, options.hubs, (count) =>
    portNames(everyone, count),
  );
  const { countersignatureDeadlineSeconds } = options;
  const profile = {
    ...profiles[settings.profile],
    ...(countersignatureDeadlineSeconds !== undefined && { countersignatureDeadlineSeconds }),
  };
  const logs = join(folder, 'log');
  mkdirSync(logs, { recursive: true });
  const stops: (() => Promise<unknown>)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.splice(0).toReversed()) await stop();
  };
  try {
    onProgress('keys');
    const organisations = await Promise.all(
      everyone.map(async (member) => ({
        member,
        keys: await organisationKeys(join(folder, 'keys', member.id), member),
      })),
    );
    const hubs = hubsOf(settings.hubs).map((hub) => ({
      hub,
      keyFile: hubKeys(join(folder, 'keys', hub.id)),
    }));
    const keysFolder = join(folder, 'keys');
    const port = (name: string): number => settings.ports[name]!;

    onProgress('PostgreSQL, nats-server and the ledger');
    const [postgresServer, natsServer, ledgerServer] = await settleAll(
      [
        RestartableServer.begin(() =>
          startPostgres({
            folder: join(folder, 'postgres'),
            port: port('postgres'),
            durable: profile.durable,
            maxConnections: 300,
          }),
        ),
        RestartableServer.begin(() =>
          startNats({
            folder: join(folder, 'nats'),
            port: port('nats'),
            config: busConfiguration(keysFolder, everyone, hubsOf(settings.hubs)),
          }),
        ),
        RestartableServer.begin(() =>
          options.ledger === undefined
            ? startDevchain({ folder: join(folder, 'devchain'), port: port('devchain'), profile })
            : Promise.resolve(foreignLedger(options.ledger)),
        ),
      ] as const,
      stops,
    );
    const [postgres, nats, ledger] = [postgresServer.now, natsServer.now, ledgerServer.now];
    const access = new LedgerAccess(ledger.address);

    const timeStamps =
      options.timeStamps === 'own'
        ? await ownTimeStamps(join(folder, 'time-stamp'), profile.timeStampSeconds, stops)
        : options.timeStamps;
    const files = { charter: join(folder, 'charter.json'), trust: join(folder, 'trust.json') };
    if (!existsSync(files.charter)) {
      const charter = composeCharter({
        network: settings.network,
        profile,
        ledger: await access.parameters(),
        startMillis: settings.startMillis,
        organisations: organisations.slice(0, members.length),
        hubs,
        timeStamps,
      });
      writeCharter(charter, files);
    }
    const charter: Charter = parseCharter(readFileSync(files.charter, 'utf8'));
    // A network from before keeps its charter.
    const isStamped = charter.timeStampAuthorities.length > 0;

    onProgress('databases');
    const url = nats.url;
    const plans: ServicePlan[] = [];
    for (const { hub, keyFile } of hubs) {
      const database = await zoneDatabase(postgres, join(folder, 'keys', hub.id), hub.id, ['ledger-writer']);
      plans.push(
        ...hubServices({
          id: hub.id,
          keyFile,
          charterFile: files.charter,
          database: database.url,
          bus: (service) => ({ url, credentialsFile: credentialsOf(keysFolder, hub.id, service) }),
          ledger: ledger.address,
          // One token covers what all hubs see.
          timeStamps: hub.id === firstHub.id && isStamped ? timeStamps : undefined,
          ports: (service) => port(`${hub.id}-${service}`),
        }),
      );
    }
    for (const { member, keys } of organisations) {
      const database = await zoneDatabase(
        postgres,
        join(folder, 'keys', member.id),
        member.id,
        ORGANISATION_SERVICES,
      );
      plans.push(
        ...organisationServices({
          member,
          keys,
          isWitness: charter.witnesses.some(({ id }) => id === member.id),
          charterFile: files.charter,
          database: database.url,
          bus: (service) => ({ url, credentialsFile: credentialsOf(keysFolder, member.id, service) }),
          exchange:
            member.role === 'exchange'
              ? null
              : () => ({ url, credentialsFile: credentialsOf(keysFolder, 'exchange', member.id) }),
          hubs: hubs.map(({ hub }) => ({
            url,
            credentialsFile: credentialsOf(keysFolder, hub.id, member.id),
          })),
          hubLogs: hubs.map(({ hub }) => `http://127.0.0.1:${port(`${hub.id}-ledger-writer`)}`),
          ports: (service: ServiceName) => port(`${member.id}-${service}`),
        }),
      );
    }
    const isApplicant = ({ organisation }: ServicePlan): boolean =>
      options.applicants?.some(({ id }) => id === organisation) ?? false;
    const first = plans.filter((plan) => !isApplicant(plan));
    await migrateAll(first, logs);

    onProgress('services');
    const host = options.host(logs);
    const start = (those: readonly ServicePlan[]): Promise<HostedService[]> =>
      settleAll(
        those.map((plan) => host.start(plan)),
        stops,
      );
    const services = await start(first);

    onProgress('founding the ledger');
    await found({ url, credentialsFile: credentialsOf(keysFolder, firstHub.id, 'rights') });
    signal?.throwIfAborted();
    return describe({
      options,
      settings,
      charter,
      access,
      nats,
      postgres,
      ledger,
      services,
      organisations,
      keysFolder,
      files,
      servers: { postgres: postgresServer, nats: natsServer, devchain: ledgerServer },
      async start(organisation) {
        const theirs = plans.filter((plan) => isApplicant(plan) && plan.organisation === organisation);
        await migrateAll(theirs, logs);
        return start(theirs);
      },
      stopAll,
    });
  } catch (error) {
    await stopAll();
    // A Ctrl-C reaches what has no session of its own, too, as initdb: what it then complains about is no fault.
    signal?.throwIfAborted();
    throw error;
  }
}

async function ownTimeStamps(
  folder: string,
  everySeconds: number,
  stops: (() => Promise<unknown>)[],
): Promise<TimeStamps | undefined> {
  const authority = await startOwnAuthority(folder, everySeconds);
  if (authority === null) return undefined;
  stops.push(() => authority.stop());
  return authority;
}

/** Waits for all, so that whatever did start is stopped when another one fails. */
async function settleAll<T extends readonly Promise<{ stop(): Promise<unknown> }>[]>(
  starting: T,
  stops: (() => Promise<unknown>)[],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(starting);
  for (const result of results) if (result.status === 'fulfilled') stops.push(() => result.value.stop());
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as {
    -readonly [K in keyof T]: Awaited<T[K]>;
  };
}

function describe(parts: {
  readonly options: StartOptions;
  readonly settings: { readonly ports: Readonly<Record<string, number>> };
  readonly charter: Charter;
  readonly access: LedgerAccess;
  readonly nats: Nats;
  readonly postgres: Postgres;
  readonly ledger: RunningLedger;
  readonly servers: Network['servers'];
  readonly services: readonly HostedService[];
  readonly organisations: readonly {
    readonly member: Member;
    readonly keys: OrganisationKeys;
  }[];
  readonly keysFolder: string;
  readonly files: { readonly trust: string };
  /** Starts the services of an applicant. */
  readonly start: (organisation: string) => Promise<readonly HostedService[]>;
  readonly stopAll: () => Promise<void>;
}): Network {
  const { charter, access, nats, postgres, ledger, organisations, files, stopAll } = parts;
  const tokens = Object.fromEntries(organisations.map(({ member, keys }) => [member.id, keys.token]));
  const keysOf = (organisation: string): (typeof organisations)[number] =>
    organisations.find(({ member }) => member.id === organisation)!;
  const services: RunningNetworkService[] = parts.services.map(running);
  const ports = [nats.port, postgres.port, ...parts.services.map(portOf)];
  if (ledger.pid !== null)
    services.push({
      name: 'devchain',
      organisation: firstHub.id,
      pid: ledger.pid,
      http: ledger.address.url,
    });
  const urlOf = (organisation: string, name: ServiceName): string =>
    services.find((one) => one.organisation === organisation && one.name === name)!.http;
  return {
    charter,
    trust: readFileSync(files.trust, 'utf8'),
    newestTrust: () => newestTrust(urlOf(firstHub.id, 'rights')),
    services,
    ledger: access,
    nats: { url: nats.url, pid: nats.pid },
    postgres: { url: postgres.url, pid: postgres.pid, folder: postgres.folder },
    tokens,
    ports,
    backOffice: (organisation) =>
      new BackOffice({
        organisation,
        intake: urlOf(organisation, 'intake'),
        archive: urlOf(organisation, 'archive'),
        token: readToken(tokens[organisation]!),
      }),
    backOfficeUser: (organisation) => ({
      url: nats.url,
      user: BACK_OFFICE,
      credentialsFile: credentialsOf(parts.keysFolder, organisation, BACK_OFFICE),
    }),
    boardMember: (organisation) =>
      BoardMember.open(urlOf(firstHub.id, 'rights'), organisation, keysOf(organisation).keys),
    application: (organisation) => {
      const { member, keys } = keysOf(organisation);
      return applicationOf(member, keys, charter);
    },
    hubApplication: () => {
      const hub = hubsOf(charter.hubs.length + 1).at(-1)!;
      return hubApplicationOf(hub, hubKeys(join(parts.keysFolder, hub.id)), charter);
    },
    async join(organisation) {
      const joined = await parts.start(organisation);
      services.push(...joined.map(running));
      ports.push(...joined.map(portOf));
    },
    addToken: (organisation, rights) => addToken(keysOf(organisation).keys.tokens, rights),
    servers: parts.servers,
    stop: stopAll,
  };
}

function running({ plan, pid, http }: HostedService): RunningNetworkService {
  return { name: plan.name, organisation: plan.organisation, pid, http };
}

function portOf({ http }: HostedService): number {
  return Number(new URL(http).port);
}

const TRUST_MILLIS = 120_000;

async function newestTrust(rights: string): Promise<string> {
  return waitUntil({ what: 'a trust file', timeoutMillis: TRUST_MILLIS, everyMillis: 100 }, async () => {
    const answer = await fetch(`${rights}/v1/trust`);
    return answer.ok ? answer.text() : undefined;
  });
}
