export { ApiContract, apiFetch, ContractError } from './api-contract.js';
export type { ContractOptions } from './api-contract.js';
export { ServerError } from './error.js';
export type { ServerErrorCode } from './error.js';
export { freePort } from './free-port.js';
export { TEST_POSTGRES_VARIABLE, freshDatabase, sharedPostgres } from './fresh-database.js';
export type { FreshDatabase, FreshDatabaseOptions } from './fresh-database.js';
export { natsBinary } from './nats-binary.js';
export { startNats } from './nats.js';
export type { Nats, NatsOptions } from './nats.js';
export { startPostgres } from './postgres.js';
export type { Postgres, PostgresOptions } from './postgres.js';
export { startSupervised } from './supervised-process.js';
export type {
  ExitCode,
  Identity,
  SignalName,
  SupervisedOptions,
  SupervisedProcess,
} from './supervised-process.js';
export { TcpProxy } from './tcp-proxy.js';
export type { Passage } from './tcp-proxy.js';
export { waitUntil } from './wait-until.js';
export type { WaitOptions } from './wait-until.js';
