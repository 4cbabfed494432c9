import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Charter, rightsLogOf } from '@besure/governance';
import { type CheckpointSigner, nodePrimitives } from '@besure/keys';
import { type Bus, connectBus } from '@besure/messaging';
import {
  addSignatures,
  type CheckpointBody,
  CompactRange,
  encodeEntryBundle,
  formatCheckpoint,
  type KeptLine,
  leafHash,
  MAX_CHECKPOINTS,
  NO_TIME,
  noteKey,
  parseCheckpoint,
  parseCosignRequest,
  parseTilePath,
  signCheckpoint,
  type Tile,
} from '@besure/protocol';
import { type Nats, startNats } from '@besure/testing';
import { knownLines } from '@besure/verification';

const { sha256 } = nodePrimitives;

/**
 * A hub that does what a test tells it, with real keys: it serves entries, tiles and pending checkpoints over HTTP, and takes in signature lines over its
 * own bus. It can serve a log of its own making, forget, and not answer.
 */
export class ScriptedHub {
  /** What it serves: a test may put another log here. */
  entries: Uint8Array[] = [];
  /** Its pending checkpoints. */
  notes: string[] = [];
  /** The checkpoint that it has published. */
  published: string | null = null;
  /** What it shows to contradict it. */
  contradictions: string[] = [];
  /** Takes in what is handed over, and its answers arrive garbled. */
  losesAnswers = false;
  /** Serves nothing. */
  isDown = false;
  /** Requests that came over the bus. */
  requests = 0;
  /** The checkpoints that were handed over and are not its own. */
  readonly refused: string[] = [];
  /** By which signatures on its log are judged. */
  readonly #charter: Charter;
  readonly #log: 'proofs' | 'rights';
  readonly #index: number;
  readonly #signer: CheckpointSigner;
  readonly #server: Server;
  readonly #nats: Nats;
  readonly #bus: Bus;

  private constructor(
    charter: Charter,
    index: number,
    signer: CheckpointSigner,
    nats: Nats,
    log: 'proofs' | 'rights',
  ) {
    this.#charter = log === 'rights' ? rightsLogOf(charter) : charter;
    this.#log = log;
    this.#index = index;
    this.#signer = signer;
    this.#nats = nats;
    this.#bus = connectBus({ url: nats.url, name: 'hub' });
    this.#bus.onConnection((connection) => {
      const subscription = connection.subscribe('besure.hub.cosign.v1.*', {
        callback: (_error, message) => {
          const answer = this.#take(JSON.parse(message.string()) as unknown);
          message.respond(this.losesAnswers ? 'lost' : JSON.stringify(answer));
        },
      });
      return () => subscription.unsubscribe();
    });
    this.#server = createServer((request, response) => {
      const body = this.isDown ? null : this.#serve(request.url?.replace(`/log/${log}/`, '') ?? '');
      response.writeHead(body === null ? 404 : 200).end(body);
    });
  }

  /** Starts the hub of a charter at this place, with one of its logs. */
  static async start(
    charter: Charter,
    index: number,
    signer: CheckpointSigner,
    log: 'proofs' | 'rights' = 'proofs',
  ): Promise<ScriptedHub> {
    const hub = new ScriptedHub(charter, index, signer, await startNats(), log);
    await new Promise<void>((resolve) => hub.#server.listen(0, '127.0.0.1', resolve));
    return hub;
  }

  get logUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get busUrl(): string {
    return this.#nats.url;
  }

  /** A checkpoint over the first entries, all without a size, signed as the log and as the witness at that time; not shown yet. */
  sign(time: number, size = this.entries.length): string {
    const range = new CompactRange(sha256);
    for (const entry of this.entries.slice(0, size)) range.append(leafHash(entry, sha256));
    const body = { origin: this.#charter.log.origin, size, root: range.root() };
    const { log, witness } = this.#signer;
    return formatCheckpoint(body, [
      line(body.origin, log.mlDsa44, body, NO_TIME),
      line(this.#charter.hubs[this.#index]!.name, witness.mlDsa44, body, time),
    ]);
  }

  /** Adds entries and shows a checkpoint over all; answers its size. */
  grow(count: number, time: number, text = 'entry'): number {
    for (let i = 0; i < count; i += 1) this.entries.push(Buffer.from(`${text} ${this.entries.length}`));
    this.notes.push(this.sign(time));
    return this.entries.length;
  }

  /** Signs its newest checkpoint once more, at that time. */
  signAnew(time: number): void {
    const { signatures } = parseCheckpoint(this.sign(time));
    const lines = signatures.map((one) => one.line);
    this.notes[this.notes.length - 1] = addSignatures(this.notes.at(-1)!, lines, this.#keptLine);
  }

  /** The names whose lines stand on its checkpoint of this size. */
  signersOf(size: number): string[] {
    const note = this.notes.find((one) => parseCheckpoint(one).size === size);
    return note === undefined ? [] : parseCheckpoint(note).signatures.map(({ name }) => name);
  }

  async stop(): Promise<void> {
    await this.#bus.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#nats.stop();
  }

  get #keptLine(): KeptLine {
    return this.#log === 'rights' ? 'latest' : 'earliest';
  }

  #take(data: unknown): object {
    this.requests += 1;
    let isOther = false;
    for (const note of parseCosignRequest(data)) {
      const { text } = parseCheckpoint(note);
      const at = this.notes.findIndex((one) => parseCheckpoint(one).text === text);
      const lines = knownLines(note, this.#charter, nodePrimitives);
      if (at >= 0) {
        this.notes[at] = addSignatures(
          this.notes[at]!,
          lines.map((known) => known.line),
          this.#keptLine,
        );
      } else {
        isOther = true;
        this.refused.push(note);
      }
    }
    return isOther ? { ok: false, code: 'other-root', message: 'another log' } : { ok: true, merged: 1 };
  }

  #serve(path: string): Uint8Array | string | null {
    if (path === 'pending') {
      return JSON.stringify({
        checkpoints: this.notes.slice(-MAX_CHECKPOINTS),
        contradictions: this.contradictions,
      });
    }
    if (path === 'checkpoint') return this.published;
    return path.startsWith('tile/') ? this.#tile(parseTilePath(path)) : null;
  }

  /** Tests have fewer entries than a tile has places. */
  #tile({ level, index, width }: Tile): Uint8Array | null {
    const entries = this.entries.slice(0, width);
    if (index !== 0 || entries.length < width) return null;
    if (level === 'entries') return encodeEntryBundle(entries);
    return level === 0 ? Buffer.concat(entries.map((entry) => leafHash(entry, sha256))) : null;
  }
}

function line(
  name: string,
  key: CheckpointSigner['log']['mlDsa44'],
  body: CheckpointBody,
  time: number,
): string {
  return signCheckpoint(noteKey('ml-dsa-44', name, key.publicKey, sha256), body, time, (bytes) =>
    key.sign(bytes),
  );
}
