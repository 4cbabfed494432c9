import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuthorityOptions, makeAuthority, reply } from './authority-folder.js';

/** A time-stamp authority that runs here. */
export interface TimeStampServer {
  readonly url: string;
  /** The DER of its root. */
  readonly root: Uint8Array;
  /** How many requests it answered. */
  answered(): number;
  stop(): Promise<void>;
}

/** An answer in place of the authority's; `undefined`: the authority answers itself. */
export type Interference = (
  query: Uint8Array,
  response: ServerResponse,
) => Promise<Uint8Array | undefined> | Uint8Array | undefined;

export interface TimeStampServerOptions extends AuthorityOptions {
  readonly port?: number;
  /** Lets tests answer wrongly. It may also end the response itself. */
  readonly interfere?: Interference;
}

/**
 * Starts an authority around OpenSSL's `ts`, with keys of its own that end with it, on a port of this machine. For tests
 * and for development: whoever runs it can date anything.
 */
export async function startTimeStampServer(options: TimeStampServerOptions = {}): Promise<TimeStampServer> {
  const folder = mkdtempSync(join(tmpdir(), 'besure-time-stamp-'));
  let answered = 0;
  let last: Promise<unknown> = Promise.resolve();
  const answer = async (query: Uint8Array, response: ServerResponse): Promise<void> => {
    const instead = await options.interfere?.(query, response);
    if (response.writableEnded) return;
    const bytes = instead ?? (await reply(folder, query));
    answered += 1;
    response.setHeader('content-type', 'application/timestamp-reply').end(bytes);
  };
  const server = createServer((request, response) => {
    // One after the other: the serial number is counted in a file.
    const next = last.then(async () => answer(await bodyOf(request), response));
    last = next.catch(() => response.writeHead(500).end());
  });
  try {
    const root = await makeAuthority(folder, options);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}/`,
      root,
      answered: () => answered,
      stop: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    throw cause;
  }
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
