import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endedWhileStarting, onFreePort } from './free-port.js';
import { natsBinary } from './nats-binary.js';
import { startSupervised } from './supervised-process.js';
import type { ExitCode, SupervisedProcess } from './supervised-process.js';
import { waitUntil } from './wait-until.js';

/** How to start a nats-server of our own. */
export interface NatsOptions {
  /** Further configuration as text, for instance accounts, users and permissions. */
  readonly config?: string;
  /** Keeps JetStream's files, configuration and log; made when missing. Temporary unless given. */
  readonly folder?: string;
  /** A free one unless given; give the same again to restart a server that clients should find. */
  readonly port?: number;
}

/** A running nats-server with JetStream that listens on 127.0.0.1 only. */
export interface Nats {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<ExitCode>;
  /** Stops and flushes. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Starts nats-server and returns once it greets a client. */
export function startNats(options: NatsOptions = {}): Promise<Nats> {
  return onFreePort(options.port, (port) => startOn(port, options));
}

async function startOn(port: number, options: NatsOptions): Promise<Nats> {
  const command = natsBinary();
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'besure-nats-'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const configFile = join(folder, 'nats.conf');
  writeFileSync(configFile, configuration(folder, port, options.config ?? ''), { mode: 0o600 });
  const server = await startSupervised({
    name: 'nats-server',
    command,
    args: ['--config', configFile],
    cwd: folder,
    logFile: join(folder, 'nats.log'),
    ...(options.folder === undefined && { removeAfter: folder }),
  });
  if (await greets(server, port)) return running(server, port, folder);
  throw endedWhileStarting(server);
}

/** The whole configuration. JSON strings are valid strings of this format, also with spaces and quotes. */
function configuration(folder: string, port: number, further: string): string {
  return [
    `listen: "127.0.0.1:${port}"`,
    `jetstream { store_dir: ${JSON.stringify(join(folder, 'jetstream'))} }`,
    further,
    '',
  ].join('\n');
}

/** Connects until the server sends its INFO line; false if it ended instead. */
function greets(server: SupervisedProcess, port: number): Promise<boolean> {
  return waitUntil({ what: 'nats-server to answer' }, async () => {
    if (server.exitCode() !== undefined) return false;
    return (await greeting(port)).startsWith('INFO ') ? true : undefined;
  });
}

/** What the server says first, empty if it does not listen yet. */
function greeting(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('data', (data) => {
      resolve(data.toString('latin1'));
      socket.destroy();
    });
    socket.once('error', () => resolve(''));
    socket.once('close', () => resolve(''));
  });
}

function running(server: SupervisedProcess, port: number, folder: string): Nats {
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    folder,
    pid: server.pid,
    logFile: server.logFile,
    exited: server.exited,
    async stop() {
      await server.stop();
    },
    async kill() {
      server.signal('KILL');
      await server.exited;
    },
  };
}
