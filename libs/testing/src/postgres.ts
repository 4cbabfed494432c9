import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { ServerError } from './error.js';
import { endedWhileStarting, onFreePort } from './free-port.js';
import { postgresBinaries } from './postgres-binaries.js';
import { keptFolder, temporaryFolder } from './server-folder.js';
import { postgresIdentity } from './server-identity.js';
import { startSupervised } from './supervised-process.js';
import type { ExitCode, Identity, SupervisedProcess } from './supervised-process.js';
import { waitUntil } from './wait-until.js';

/** How to start a PostgreSQL of our own. */
export interface PostgresOptions {
  /**
   * Keeps cluster, password and log; made when missing. Where PostgreSQL's user cannot reach it (root in a
   * closed home), one in /var/tmp takes its place: the `folder` of the result. Unless given: a temporary
   * one, removed at the end.
   */
  readonly folder?: string;
  /** A free one unless given. */
  readonly port?: number;
  /** Real durability (`fsync`), for data that must survive and for tests of durability. Off unless asked. */
  readonly durable?: boolean;
  readonly maxConnections?: number;
  /** Further settings, by name. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A running PostgreSQL cluster that listens on 127.0.0.1 only. */
export interface Postgres {
  /** Connection string of the superuser `besure`, database `postgres`. */
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<ExitCode>;
  /** Connection string of another database of this cluster, as another user if given. */
  urlOf(database: string, user?: { name: string; password: string }): string;
  /** Ends every session and stops (fast shutdown). */
  stop(): Promise<void>;
  /** Ends all at once, as a crash of the machine's PostgreSQL would. */
  kill(): Promise<void>;
}

/** Starts PostgreSQL, makes the cluster first if the folder has none, and returns once it answers. */
export function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  return onFreePort(options.port, (port) => startOn(port, options));
}

async function startOn(port: number, options: PostgresOptions): Promise<Postgres> {
  const identity = postgresIdentity();
  const bin = postgresBinaries(identity);
  const folder =
    options.folder === undefined ? temporaryFolder(identity) : keptFolder(options.folder, identity);
  if (!existsSync(join(folder, 'data', 'PG_VERSION'))) makeCluster(bin, folder, identity);
  const password = readFileSync(join(folder, 'password'), 'utf8').trim();
  const server = await startSupervised({
    name: 'PostgreSQL',
    command: join(bin, 'postgres'),
    args: ['-D', join(folder, 'data'), ...settings(options, port)],
    env: { PATH: '/usr/bin:/bin', HOME: folder, LC_ALL: 'C', TZ: 'UTC' },
    cwd: folder,
    identity,
    logFile: join(folder, 'postgres.log'),
    // INT is PostgreSQL's fast shutdown: it ends sessions instead of waiting for them.
    stopSignal: 'INT',
    ...(options.folder === undefined && { removeAfter: folder }),
  });
  const url = `postgres://besure:${password}@127.0.0.1:${port}/postgres`;
  if (await answers(server, url)) return running(server, url, port, folder);
  throw endedWhileStarting(server);
}

function makeCluster(bin: string, folder: string, identity: Identity | undefined): void {
  // Files without PG_VERSION are what an initdb that was killed has left.
  rmSync(join(folder, 'data'), { recursive: true, force: true });
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
  if (identity) chownSync(passwordFile, identity.uid, identity.gid);
  const result = spawnSync(
    join(bin, 'initdb'),
    [
      ...['-D', join(folder, 'data'), '-U', 'besure', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
      ...['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    ],
    {
      cwd: folder,
      env: { PATH: '/usr/bin:/bin', HOME: folder, LC_ALL: 'C', TZ: 'UTC' },
      encoding: 'utf8',
      ...(identity && { uid: identity.uid, gid: identity.gid }),
    },
  );
  if (result.status !== 0) {
    throw new ServerError('start-failed', `initdb failed: ${result.error?.message ?? result.stderr}`);
  }
}

function settings(options: PostgresOptions, port: number): string[] {
  const all: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // No socket file: TCP with a password is the only way in, whoever else is on this machine.
    unix_socket_directories: '',
    max_connections: String(options.maxConnections ?? 200),
    timezone: 'UTC',
    ...(options.durable !== true && { fsync: 'off', full_page_writes: 'off' }),
    ...options.settings,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function answers(server: SupervisedProcess, url: string): Promise<boolean> {
  return waitUntil({ what: 'PostgreSQL to answer', timeoutMillis: 60_000 }, async () => {
    if (server.exitCode() !== undefined) return false;
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } catch (error) {
      const { code } = error as { code?: string };
      // Not listening yet, or "the database system is starting up".
      if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === '57P03') return undefined;
      throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  });
}

function running(server: SupervisedProcess, url: string, port: number, folder: string): Postgres {
  return {
    url,
    port,
    folder,
    pid: server.pid,
    logFile: server.logFile,
    exited: server.exited,
    urlOf(database, user) {
      const other = new URL(url);
      other.pathname = `/${encodeURIComponent(database)}`;
      if (user) {
        other.username = encodeURIComponent(user.name);
        other.password = encodeURIComponent(user.password);
      }
      return other.href;
    },
    async stop() {
      await server.stop();
    },
    async kill() {
      // QUIT is the immediate shutdown: no checkpoint, sessions cut; and no child of it stays behind,
      // as one would after KILL of the first process only.
      server.signal('QUIT');
      await server.stop();
    },
  };
}
