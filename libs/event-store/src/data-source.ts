import { DataSource } from 'typeorm';
import { hearingSocket } from './hearing-socket.js';
import { PreparingClient } from './preparing-client.js';
import { parseSchemaName } from './sql.js';

/** How to reach one service's schema. */
export interface DataSourceOptions {
  readonly url: string;
  readonly schema: string;
  /** Shown in `pg_stat_activity`; default the schema's name. */
  readonly applicationName?: string;
  /** Largest number of connections; default 10. */
  readonly poolSize?: number;
  /** How long a server that was asked something may say nothing before it counts as gone; default 30 s. */
  readonly silenceMillis?: number;
  /** Called when an idle connection breaks; the pool opens another one. */
  readonly onIdleError?: (error: Error) => void;
}

const SILENCE_MILLIS = 30_000;

/**
 * Opens a pool of connections in which unqualified table names mean this service's schema.
 *
 * A transaction whose process hangs is ended by the server after a minute: it may hold the position counter, and with it
 * every other writer of the schema.
 */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  const schema = parseSchemaName(options.schema);
  const settings = [
    `search_path=${schema}`,
    'default_transaction_isolation=read\\ committed',
    'idle_in_transaction_session_timeout=60s',
    'timezone=UTC',
    // A plan that was made while a table was small is kept while it grows.
    'enable_seqscan=off',
    'jit=off',
  ];
  const dataSource = new DataSource({
    type: 'postgres',
    url: options.url,
    schema,
    applicationName: options.applicationName ?? schema,
    poolSize: options.poolSize ?? 10,
    connectTimeoutMS: 10_000,
    installExtensions: false,
    logging: false,
    poolErrorHandler: (error: Error) => options.onIdleError?.(error),
    extra: {
      Client: PreparingClient,
      stream: () => hearingSocket(options.silenceMillis ?? SILENCE_MILLIS),
      options: settings.map((setting) => `-c ${setting}`).join(' '),
      keepAlive: true,
      // Work comes in bursts, slot by slot: a new connection has to learn all statements anew.
      idleTimeoutMillis: 60_000,
    },
  });
  return dataSource.initialize();
}
