import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitUntil } from '@besure/testing';

/** What was delivered. */
export interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** A receiver of webhooks, which is out of order at the first call. */
export class Receiver {
  readonly secret: Uint8Array = randomBytes(32);
  readonly all: Delivery[] = [];
  refusedFirst = false;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (!this.refusedFirst) {
          this.refusedFirst = true;
          response.writeHead(503).end();
          return;
        }
        const text = Buffer.concat(chunks).toString();
        this.all.push({ headers: request.headers, text, body: JSON.parse(text) as Record<string, unknown> });
        response.writeHead(204).end();
      });
    });
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Waits until so many were taken. */
  taken(count: number): Promise<readonly Delivery[]> {
    return waitUntil({ what: `${count} notices` }, async () =>
      this.all.length < count ? undefined : this.all,
    );
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
