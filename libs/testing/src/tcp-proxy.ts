import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { ServerError } from './error.js';
import { WIRE_PORTS, onFreePort } from './free-port.js';

/**
 * What becomes of what comes. `open`: it passes. `refused`: whoever connects is turned away at once. `silent`: nothing passes and nobody is told.
 * `deaf`: what clients say arrives, what they are answered does not.
 */
export type Passage = 'open' | 'refused' | 'silent' | 'deaf';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  passage: 'open' | 'silent' | 'deaf';
}

/** A wire that can be cut: a port on 127.0.0.1 behind which another port of this machine is, until it is told otherwise. */
export class TcpProxy {
  readonly #target: number;
  readonly #listener: Server;
  readonly #pairs = new Set<Pair>();
  #passage: Passage = 'open';

  private constructor(target: number, listener: Server) {
    this.#target = target;
    this.#listener = listener;
    listener.on('connection', (client) => this.#take(client));
  }

  /** Listens on a free port. */
  static start(target: number): Promise<TcpProxy> {
    return onFreePort(
      undefined,
      async (port) => {
        // Whoever has said all that he has to say may still be answered.
        const listener = createServer({ allowHalfOpen: true, noDelay: true });
        await new Promise<void>((resolve, reject) => {
          listener.once('error', (cause) =>
            reject(new ServerError('port-taken', 'a wire has lost its port', { cause })),
          );
          listener.listen({ host: '127.0.0.1', port }, resolve);
        });
        return new TcpProxy(target, listener);
      },
      WIRE_PORTS,
    );
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  /** How many connections are open, those that are dead without knowing it included. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Ends all connections, as a machine does that is switched off and on; new ones pass as before. */
  cut(): void {
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
    this.#pairs.clear();
  }

  /**
   * Lets things pass, or not. With `refused`, the connections that are there end. With `silent` and `deaf` they stay, and are dead from then on,
   * also when it is `open` again: what forgets a connection on its way tells neither end.
   */
  set(passage: Passage): void {
    this.#passage = passage;
    if (passage === 'refused') this.cut();
    if (passage === 'silent' || passage === 'deaf') for (const pair of this.#pairs) pair.passage = passage;
  }

  /** Ends all connections and listens no more. */
  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#listener.close(resolve));
  }

  #take(client: Socket): void {
    if (this.#passage === 'refused') {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const server = connect({ host: '127.0.0.1', port: this.#target, allowHalfOpen: true, noDelay: true });
    const pair: Pair = { client, server, passage: this.#passage };
    this.#pairs.add(pair);
    carry(client, server, () => pair.passage !== 'silent');
    carry(server, client, () => pair.passage === 'open');
    const end = (): void => {
      // A dead connection learns nothing of what its other end does.
      if (pair.passage !== 'open' || !this.#pairs.delete(pair)) return;
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      socket.on('error', () => (pair.passage === 'open' ? this.#reset(pair) : undefined)).on('close', end);
    }
  }

  #reset(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.client.resetAndDestroy();
    pair.server.resetAndDestroy();
  }
}

/** Hands on what comes while it passes, at the pace of the slower end; what does not pass is gone. */
function carry(from: Socket, to: Socket, passes: () => boolean): void {
  from.on('data', (data) => {
    if (!passes() || to.destroyed || to.write(data)) return;
    from.pause();
    to.once('drain', () => from.resume());
  });
  from.on('end', () => {
    if (passes()) to.end();
  });
}
