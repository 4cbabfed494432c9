import { setTimeout as pause } from 'node:timers/promises';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import { connect, nkeyAuthenticator, type NatsConnection, type TlsOptions } from 'nats';
import { MessagingError } from './error.js';
import { fromNats } from './nats-errors.js';
import { readSeed } from './nats-user.js';

/** Where to connect and as whom. */
export interface BusOptions {
  /** One server or several of one cluster: `nats://host:4222` or `tls://host:4222`. */
  readonly url: string | readonly string[];
  /** Shown in the server's monitoring: the service. */
  readonly name: string;
  /** File with the seed of an nkey user. Without it: a server without users (tests). */
  readonly credentialsFile?: string;
  /**
   * Where answers come to. Users of one account must not read each other's answers, so each is permitted its own
   * prefix only: `_INBOX_<user>`, see `inboxPrefixOf`.
   */
  readonly inboxPrefix?: string;
  /**
   * PEM file of the authorities that the server's certificate may come from, read again for each connection; without it those that Node trusts.
   * With it, or with `tls:` in a URL, there is no connection without TLS.
   */
  readonly caFile?: string;
  /** Called when a connection is made or lost, or cannot be made (then with the reason). */
  readonly onChange?: (connected: boolean, error?: MessagingError) => void;
}

/** The inbox prefix that the reviewed server configuration permits to a user. */
export function inboxPrefixOf(user: string): string {
  return `_INBOX_${user}`;
}

/** Set up on each connection; what it returns is called, and waited for, when no longer wanted. */
export type OnConnection = (connection: NatsConnection) => () => Promise<void> | void;

const FIRST_PAUSE_MILLIS = 100;
const LARGEST_PAUSE_MILLIS = 1000;
/** A peer that is silent for two of these is gone, although the connection looks open. */
const PING_MILLIS = 10_000;
const CONNECT_MILLIS = 5000;

interface Setup {
  readonly run: OnConnection;
  undo: (() => Promise<void> | void) | null;
}

/**
 * A connection that is always being made again. The client's own reconnecting is off: each connection is a new one, on
 * which everything is set up by the same code as the first time, and what was under way on the old one fails at once.
 */
export class Bus {
  readonly #options: BusOptions;
  readonly #seed: Uint8Array | null;
  readonly #closing = new AbortController();
  readonly #setups = new Set<Setup>();
  readonly #waiting = new Set<(connection: NatsConnection) => void>();
  readonly #running: Promise<void>;
  #connection: NatsConnection | null = null;

  /** Use `connectBus`. */
  constructor(options: BusOptions) {
    this.#options = options;
    this.#seed = options.credentialsFile === undefined ? null : readSeed(options.credentialsFile);
    this.#running = this.#run();
  }

  /** Whether there is a connection now. */
  get connected(): boolean {
    return this.#connection !== null;
  }

  /** Who this is, as the server's monitoring shows it. */
  get name(): string {
    return this.#options.name;
  }

  /** Where answers come to; undefined is the client's default. */
  get inboxPrefix(): string | undefined {
    return this.#options.inboxPrefix;
  }

  /** The connection of this moment: only for this library. */
  get connection(): NatsConnection | null {
    return this.#connection;
  }

  /** Waits for a connection; throws `MessagingError` 'unavailable' after the deadline or when the bus is closed. */
  async waitForConnection(deadlineMillis: number, signal?: AbortSignal): Promise<NatsConnection> {
    if (this.#connection !== null) return this.#connection;
    const { promise, resolve, reject } = Promise.withResolvers<NatsConnection>();
    const fail = (): void => {
      reject(new MessagingError('unavailable', 'no connection to the bus'));
    };
    const timer = setTimeout(fail, deadlineMillis);
    this.#waiting.add(resolve);
    const signals = signal === undefined ? [this.#closing.signal] : [this.#closing.signal, signal];
    for (const each of signals) each.addEventListener('abort', fail);
    if (signals.some((each) => each.aborted)) fail();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(resolve);
      for (const each of signals) each.removeEventListener('abort', fail);
    }
  }

  /** Runs `setup` on the connection of now and on every later one, until the returned function is called. */
  onConnection(setup: OnConnection): () => Promise<void> {
    const entry: Setup = { run: setup, undo: null };
    this.#setups.add(entry);
    if (this.#connection !== null) entry.undo = setup(this.#connection);
    return async () => {
      this.#setups.delete(entry);
      const { undo } = entry;
      entry.undo = null;
      await undo?.();
    };
  }

  /** Sends what is still to be sent, then closes; never hangs. */
  async close(): Promise<void> {
    this.#closing.abort();
    const connection = this.#connection;
    if (connection !== null) {
      await Promise.race([connection.flush().catch(() => undefined), pause(1000, undefined, { ref: false })]);
      await connection.close().catch(() => undefined);
    }
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#closing.signal.aborted) {
      try {
        const connection = await this.#connect();
        failures = 0;
        await this.#use(connection);
      } catch (error) {
        this.#options.onChange?.(false, fromNats(error, 'connecting to the bus'));
      }
      // Jitter: after a restart of the server not all come at the same moment.
      const millis =
        Math.min(FIRST_PAUSE_MILLIS * 2 ** failures, LARGEST_PAUSE_MILLIS) * (0.5 + Math.random() / 2);
      failures += 1;
      await pause(millis, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  #connect(): Promise<NatsConnection> {
    const { url, name, inboxPrefix, caFile } = this.#options;
    const servers = typeof url === 'string' ? [url] : [...url];
    return connect({
      servers,
      name,
      reconnect: false,
      timeout: CONNECT_MILLIS,
      pingInterval: PING_MILLIS,
      maxPingOut: 2,
      noAsyncTraces: true, // a stack trace per request is dear
      ...(this.#seed === null ? {} : { authenticator: nkeyAuthenticator(this.#seed) }),
      ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
      ...(caFile !== undefined || servers.some((server) => server.startsWith('tls://'))
        ? { tls: tlsOptions(servers, caFile) }
        : {}),
    });
  }

  /** Until the connection is gone. */
  async #use(connection: NatsConnection): Promise<void> {
    if (this.#closing.signal.aborted) {
      await connection.close();
      return;
    }
    this.#connection = connection;
    try {
      for (const setup of this.#setups) setup.undo = setup.run(connection);
      for (const resolve of this.#waiting) resolve(connection);
      this.#options.onChange?.(true);
      await connection.closed();
    } finally {
      this.#connection = null;
      for (const setup of this.#setups) setup.undo = null;
      await connection.close();
    }
    if (!this.#closing.signal.aborted) this.#options.onChange?.(false);
  }
}

/** The client passes all of it on to Node. */
type TlsConnection = TlsOptions & Pick<ConnectionOptions, 'checkServerIdentity' | 'minVersion'>;

function tlsOptions(servers: readonly string[], caFile: string | undefined): TlsConnection {
  const hosts = servers.map((server) => new URL(server).hostname.replace(/^\[(.*)\]$/, '$1'));
  return {
    ...(caFile === undefined ? {} : { caFile }),
    minVersion: 'TLSv1.2',
    // Where a URL has an address, the client would have the certificate checked for `localhost`.
    checkServerIdentity: (_host, certificate) => {
      const faults = hosts.map((host) => checkServerIdentity(host, certificate));
      return faults.includes(undefined) ? undefined : faults[0];
    },
  };
}

/**
 * Starts connecting in the background and returns at once: servers and services may start in any order. Throws only for
 * credentials that cannot be used.
 */
export function connectBus(options: BusOptions): Bus {
  return new Bus(options);
}
