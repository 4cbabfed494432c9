import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
  /** Keeps its keys, so that it is the same authority the next time; without it they end with it. */
  readonly folder?: string;
  /** Lets tests answer wrongly. It may also end the response itself. */
  readonly interfere?: Interference;
}

/**
 * Starts an authority around OpenSSL's `ts`, with keys of its own, on a port of this machine. For tests and for
 * development: whoever runs it can date anything.
 */
export async function startTimeStampServer(options: TimeStampServerOptions = {}): Promise<TimeStampServer> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'besure-time-stamp-'));
  const forget = (): void => {
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  };
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
    const root = await authorityIn(folder, options);
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
        forget();
      },
    };
  } catch (cause) {
    forget();
    throw cause;
  }
}

/** The root of the authority that is in a folder already, or of a new one there. */
async function authorityIn(folder: string, options: AuthorityOptions): Promise<Uint8Array> {
  const root = join(folder, 'root.der');
  if (existsSync(root)) return readFileSync(root);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return makeAuthority(folder, options);
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
