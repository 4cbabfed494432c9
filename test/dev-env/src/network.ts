import type { Change, Charter } from '@besure/governance';
import type { BackOffice } from './back-office.js';
import type { BoardMember } from './board-member.js';
import type { TokenRights } from './key-folder.js';
import type { LedgerAccess } from './ledger-access.js';
import type { RestartableServer } from './restartable-server.js';
import type { ServiceName } from './service-environment.js';

/** A service that runs. */
export interface RunningNetworkService {
  readonly name: ServiceName | 'devchain';
  readonly organisation: string;
  readonly pid: number;
  readonly http: string;
}

/** A whole network on this machine: two organisations, the exchange, one hub or more, their ledger, bus and databases. */
export interface Network {
  readonly charter: Charter;
  /** A trust file of version 0: the first charter, as it was put together here. What the board decided is not in it. */
  readonly trust: string;
  /** The trust file that the first hub serves by now; waits until a quorum confirms the log of rights. */
  readonly newestTrust: () => Promise<string>;
  readonly services: readonly RunningNetworkService[];
  readonly ledger: LedgerAccess;
  readonly nats: { readonly url: string; readonly pid: number };
  readonly postgres: { readonly url: string; readonly pid: number; readonly folder: string };
  /** The files with the organisations' tokens. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Ports on this machine that somebody listens on while the network runs. */
  readonly ports: readonly number[];
  /** What the services stand on, to be killed and started again; a ledger that was given to the network is not ours to kill. */
  readonly servers: Readonly<Record<'postgres' | 'nats' | 'devchain', RestartableServer>>;
  backOffice(organisation: string): BackOffice;
  /** Somebody who speaks for a member in the board, at the first hub. */
  boardMember(organisation: string): Promise<BoardMember>;
  /** What an organisation that applies asks the board for. */
  application(organisation: string): Change;
  /** The same of somebody who would run one more hub, with the provider of the others. */
  hubApplication(): Change;
  /** Starts the services of an organisation that applied, once the board has admitted it. */
  join(organisation: string): Promise<void>;
  /** The user of an organisation's bus that hands in events. */
  backOfficeUser(organisation: string): {
    readonly url: string;
    readonly user: string;
    readonly credentialsFile: string;
  };
  /** A new token for an organisation's services, which they know within seconds. */
  addToken(organisation: string, rights: TokenRights): string;
  /** Stops everything; what is durable stays in the network's folder. */
  stop(): Promise<void>;
}
