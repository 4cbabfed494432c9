import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeEntryBundle, leafHash, parseTilePath, TILE_WIDTH } from '@besure/protocol';
import { sha256 } from '@besure/log-store';

/** A log that anyone may make up: its checkpoint, and what it says stands under it. */
export interface ShownLog {
  readonly note: string;
  /** At most as many as a tile has places. */
  readonly entries: readonly Uint8Array[];
}

/** Serves a log over HTTP in the layout of C2SP tlog-tiles: whatever it is told to show. */
export class LogServer {
  shown: ShownLog;
  readonly #server: Server;

  private constructor(shown: ShownLog) {
    this.shown = shown;
    this.#server = createServer((request, response) => {
      const body = this.#read(request.url?.replace('/log/proofs/', '') ?? '');
      response.writeHead(body === null ? 404 : 200).end(body);
    });
  }

  /** Starts on a free port. */
  static async start(shown: ShownLog): Promise<LogServer> {
    const server = new LogServer(shown);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** Without the path of the log. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #read(path: string): Uint8Array | string | null {
    const { note, entries } = this.shown;
    if (path === 'checkpoint') return note;
    if (path === 'pending') return JSON.stringify({ checkpoints: [note], contradictions: [] });
    if (!path.startsWith('tile/')) return null;
    const { level, index, width } = parseTilePath(path);
    if (index !== 0 || width > Math.min(entries.length, TILE_WIDTH)) return null;
    const asked = entries.slice(0, width);
    if (level === 'entries') return encodeEntryBundle(asked);
    return level === 0 ? Buffer.concat(asked.map((entry) => leafHash(entry, sha256))) : null;
  }
}
