import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nodePrimitives } from '@besure/keys';
import {
  CompactRange,
  encodeEntryBundle,
  encodeRightsEntry,
  encodeRightsItem,
  leafHash,
  utf8Encode,
} from '@besure/protocol';
import type { TestNetwork } from '../../apps/ledger-writer/contract/scripted-network.js';
import { CheckpointSigning } from '../../apps/ledger-writer/src/checkpoint-signing.js';

const { sha256 } = nodePrimitives;

/** In the place of a ledger-writer: a log of rights under checkpoints of its hub, a bundle of it at most. */
export class ServedRights {
  readonly entries: Uint8Array[] = [];
  readonly carried: string[] = [];
  readonly #network: TestNetwork;
  #height = 10;
  #published = 0;
  #signing: TestNetwork['hubs'][number];
  /** The newest checkpoint, and of what it is: it is signed once, with signatures that are never twice the same. */
  #signed: { readonly of: readonly unknown[]; readonly note: string } | null = null;

  readonly #server: Server;
  /** While it is set, nothing is answered. */
  isAway = false;
  /** When its hub signed the newest checkpoint, in POSIX seconds. */
  signedAt = 1_800_000_000;
  /** How often that was asked for. */
  asked = 0;

  private constructor(network: TestNetwork) {
    this.#network = network;
    this.#signing = network.hubs[0]!;
    this.#server = createServer((request, response) => {
      const body = this.isAway ? null : this.#answer(request.url ?? '');
      response.writeHead(this.isAway ? 503 : body === null ? 404 : 200).end(body ?? '');
    });
  }

  /** Listens on a free port. */
  static async start(network: TestNetwork): Promise<ServedRights> {
    const served = new ServedRights(network);
    await new Promise<void>((resolve) => served.#server.listen(0, '127.0.0.1', resolve));
    return served;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** From now on checkpoints are signed with the keys of another network. */
  signAs(other: TestNetwork): void {
    this.#signing = { ...this.#signing, signer: other.hubs[0]!.signer };
  }

  /** Puts items into the next block, and publishes. */
  add(kind: 'charter' | 'note', ...texts: string[]): void {
    this.#height += 1;
    for (const text of texts) {
      const item = encodeRightsItem({ kind, content: utf8Encode(text) });
      const at = { height: this.#height, time: 1_800_000_000 + this.#height };
      this.entries.push(encodeRightsEntry({ publisher: new Uint8Array(20), ...at, item }));
    }
    this.#published = this.entries.length;
  }

  #answer(path: string): string | Uint8Array | null {
    if (path === '/v1/status') return JSON.stringify({ height: this.#height, tip: this.#height + 2 });
    if (this.#published === 0) return null;
    if (path === '/log/rights/checkpoint') return this.#checkpoint();
    const bundle = `/log/rights/tile/entries/000.p/${this.#published}`;
    return path === bundle ? encodeEntryBundle(this.entries) : null;
  }

  #checkpoint(): string {
    this.asked += 1;
    const of = [this.#published, this.signedAt, this.#signing];
    if (!of.every((part, i) => part === this.#signed?.of[i])) this.#signed = { of, note: this.#sign() };
    return this.#signed!.note;
  }

  #sign(): string {
    const range = new CompactRange(sha256);
    for (const entry of this.entries) range.append(leafHash(entry, sha256));
    const { hub, signer } = this.#signing;
    const origin = `${this.#network.charter.log.origin}/rights`;
    return new CheckpointSigning(origin, hub, signer, sha256).sign(
      { origin, size: this.#published, root: range.root() },
      this.signedAt,
    );
  }
}
