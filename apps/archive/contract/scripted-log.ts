import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Charter } from '@besure/governance';
import { type CheckpointSigner, nodePrimitives } from '@besure/keys';
import {
  CompactRange,
  type NoteKey,
  type SlotItem,
  encodeEntryBundle,
  encodeItem,
  encodeLogEntry,
  entryBundlesOf,
  formatCheckpoint,
  leafHash,
  noteKey,
  signCheckpoint,
  tilePath,
} from '@besure/protocol';

const { sha256 } = nodePrimitives;
const WIDTH = 256;

/** A hub's ledger log that does what a test tells it: entries, checkpoints, and HTTP in the layout of tlog-tiles. */
export class ScriptedLog {
  readonly #hub: CheckpointSigner;
  readonly #charter: Charter;
  readonly #server: Server;
  readonly #served = new Map<string, Uint8Array | string>();
  readonly #entries: Uint8Array[] = [];
  /** What is answered instead while it is set: a hub that is out of order. */
  outOfOrder = false;

  private constructor(hub: CheckpointSigner, charter: Charter) {
    this.#hub = hub;
    this.#charter = charter;
    this.#server = createServer((request, response) => {
      const body = this.#served.get(request.url?.replace('/log/proofs/', '') ?? '');
      response.statusCode = this.outOfOrder ? 503 : body === undefined ? 404 : 200;
      response.end(response.statusCode === 200 ? body : '');
    });
  }

  /** Starts to listen on a free port. */
  static async start(hub: CheckpointSigner, charter: Charter): Promise<ScriptedLog> {
    const log = new ScriptedLog(hub, charter);
    await new Promise<void>((resolve) => log.#server.listen(0, '127.0.0.1', resolve));
    return log;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Appends an item of a member; answers its place. Nobody sees it before `publish`. */
  append(keyHash: Uint8Array, item: SlotItem): number {
    const height = 100 + this.#entries.length;
    return this.#entries.push(encodeLogEntry({ publisher: keyHash, height, item: encodeItem(item) })) - 1;
  }

  /** Publishes a checkpoint over all entries, signed as the log and, unless told otherwise, as the witness. */
  publish(options: { readonly cosigned?: boolean } = {}): void {
    const range = new CompactRange(sha256);
    for (const entry of this.#entries) range.append(leafHash(entry, sha256));
    const body = { origin: this.#charter.log.origin, size: range.size, root: range.root() };
    const now = Math.floor(Date.now() / 1000);
    const log = this.#keys('log');
    const witness = options.cosigned === false ? [] : this.#keys('witness');
    const lines = [
      ...log.map(([key, sign]) => signCheckpoint(key, body, 0, sign)),
      ...witness.map(([key, sign]) => signCheckpoint(key, body, now, sign)),
    ];
    for (const bundle of entryBundlesOf(0, body.size)) {
      const first = bundle.index * WIDTH;
      this.#served.set(tilePath(bundle), encodeEntryBundle(this.#entries.slice(first, first + bundle.width)));
    }
    const note = formatCheckpoint(body, lines);
    this.#served.set('checkpoint', note);
    this.#served.set('pending', JSON.stringify({ checkpoints: [note], contradictions: [] }));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #keys(role: 'log' | 'witness'): [NoteKey, (message: Uint8Array) => Uint8Array][] {
    const name = role === 'log' ? this.#charter.log.origin : this.#charter.hubs[0]!.name;
    const { mlDsa44, ed25519 } = this.#hub[role];
    return [
      [noteKey('ml-dsa-44', name, mlDsa44.publicKey, sha256), (message) => mlDsa44.sign(message)],
      [
        noteKey(role === 'log' ? 'ed25519-log' : 'ed25519-cosignature', name, ed25519.publicKey, sha256),
        (message) => ed25519.sign(message),
      ],
    ];
  }
}
