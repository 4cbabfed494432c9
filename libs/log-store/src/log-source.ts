import { atFaultPoint } from '@besure/fault-points';
import {
  parseEntryBundle,
  parsePendingCheckpoints,
  type PendingCheckpoints,
  type Tile,
  TILE_WIDTH,
  tilePath,
} from '@besure/protocol';
import { LogStoreError } from './error.js';

/**
 * Where a follower reads a published log (C2SP tlog-tiles).
 *
 * Nothing that comes from it is trusted: checkpoints are checked by signatures, entries against the checkpoint's root. It can be slow, silent or
 * old, and the follower then turns to another one. No retries inside.
 */
export interface LogSource {
  /** Names the source in messages. */
  readonly name: string;
  /** The latest checkpoint note. */
  checkpoint(): Promise<string>;
  /** The entries of a bundle, exactly as many as its width says. */
  entries(bundle: Tile): Promise<Uint8Array[]>;
  /** The hashes of a tile, one after the other, exactly as many as its width says. */
  hashes(tile: Tile): Promise<Uint8Array>;
}

/** What a witness reads beside that. */
export interface PendingSource extends LogSource {
  /** The checkpoints that wait for cosignatures. */
  pending(): Promise<PendingCheckpoints>;
}

const MOST_NOTE_BYTES = 1_000_000;
/** Some notes with the signatures of some tens of witnesses each. */
const MOST_PENDING_BYTES = 8_000_000;
/** 256 entries with their lengths in 16 bits: those of the log of rights may be that long. */
const MOST_BUNDLE_BYTES = TILE_WIDTH * (2 + 0xffff);
const HASH_LENGTH = 32;
const MOST_TILE_BYTES = TILE_WIDTH * HASH_LENGTH;
const DEADLINE_MILLIS = 10_000;

/** A log served over HTTP. */
export class HttpLogSource implements PendingSource {
  readonly name: string;

  /** `url` is the log's prefix: what stands before `/checkpoint` and `/tile/`. */
  constructor(url: string) {
    this.name = url.replace(/\/+$/, '');
  }

  /** @inheritdoc */
  async checkpoint(): Promise<string> {
    const bytes = await this.#get('checkpoint', MOST_NOTE_BYTES);
    if (bytes === null) throw new LogStoreError('no-checkpoint', `${this.name} has no checkpoint yet`);
    try {
      return decodeUtf8(bytes);
    } catch (cause) {
      throw new LogStoreError('unreachable', `the checkpoint of ${this.name} is not UTF-8`, { cause });
    }
  }

  /** @inheritdoc */
  async pending(): Promise<PendingCheckpoints> {
    const bytes = await this.#get('pending', MOST_PENDING_BYTES);
    if (bytes === null) throw new LogStoreError('unreachable', `${this.name} shows nothing to witnesses`);
    try {
      return parsePendingCheckpoints(JSON.parse(decodeUtf8(bytes)));
    } catch (cause) {
      throw new LogStoreError('unreachable', `${this.name} does not serve checkpoints`, { cause });
    }
  }

  /** @inheritdoc */
  async entries(bundle: Tile): Promise<Uint8Array[]> {
    const { bytes, width } = await this.#tile(bundle, MOST_BUNDLE_BYTES);
    return parseEntryBundle(bytes, width).slice(0, bundle.width);
  }

  /** @inheritdoc */
  async hashes(tile: Tile): Promise<Uint8Array> {
    const { bytes, width } = await this.#tile(tile, MOST_TILE_BYTES);
    if (bytes.length !== width * HASH_LENGTH) {
      throw new LogStoreError('bad-entries', `${tilePath(tile)} of ${this.name} has ${bytes.length} bytes`);
    }
    return bytes.subarray(0, tile.width * HASH_LENGTH);
  }

  /** A partial tile may be gone once the full one is there: then that one is taken. */
  async #tile(tile: Tile, mostBytes: number): Promise<{ bytes: Uint8Array; width: number }> {
    const bytes = await this.#get(tilePath(tile), mostBytes);
    if (bytes !== null) return { bytes, width: tile.width };
    const full = await this.#get(tilePath({ ...tile, width: TILE_WIDTH }), mostBytes);
    if (full === null)
      throw new LogStoreError('unreachable', `${this.name} does not serve ${tilePath(tile)}`);
    return { bytes: full, width: TILE_WIDTH };
  }

  /** The body, or null where there is none (404). */
  #get(path: string, mostBytes: number): Promise<Uint8Array | null> {
    // What kind of thing: `checkpoint`, `pending`, `tile`.
    const [target = ''] = path.split('/', 1);
    const point = { adapter: 'fetch', at: this.name, target, marks: [], lost: brokenOff } as const;
    return atFaultPoint(point, () => this.#fetch(path, mostBytes));
  }

  async #fetch(path: string, mostBytes: number): Promise<Uint8Array | null> {
    const url = `${this.name}/${path}`;
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MILLIS), redirect: 'error' });
      if (response.status === 404) {
        await response.body?.cancel();
        return null;
      }
      if (!response.ok) {
        await response.body?.cancel();
        throw new LogStoreError('unreachable', `${url} answers ${response.status}`);
      }
      return await limitedBody(response, mostBytes);
    } catch (error) {
      if (error instanceof LogStoreError) throw error;
      throw new LogStoreError('unreachable', `${url} cannot be read`, { cause: error });
    }
  }
}

function brokenOff(): LogStoreError {
  return new LogStoreError('unreachable', 'the answer broke off');
}

function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

async function limitedBody(response: Response, mostBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (response.body === null) return new Uint8Array();
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    length += chunk.length;
    if (length > mostBytes)
      throw new LogStoreError('unreachable', `${response.url} sends more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
