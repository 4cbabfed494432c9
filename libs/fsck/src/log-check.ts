import { type Charter, memberByKeyHash } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import {
  CompactRange,
  encodeHex,
  equalBytes,
  leafHash,
  parseCheckpoint,
  parseItem,
  parseLogEntry,
  type StoredNode,
} from '@besure/protocol';
import { type Db, pagesOf } from './database.js';
import type { Findings } from './report.js';
import type { FsckRule } from './rules.js';

const { sha256 } = nodePrimitives;
const TILE_WIDTH = 256;
const TILE_LEVELS = 8;

/** An item in the ledger log. */
export interface LoggedItem {
  readonly member: string;
  readonly slot: number;
  readonly root: string;
  readonly leaf: number;
  readonly height: number;
}

/** Takes the entries of a ledger log one after the other, and knows what follows from them. */
export class LogReading {
  readonly range = new CompactRange(sha256);
  readonly #charter: Charter;
  readonly #seen = new Set<string>();
  readonly #broken: (subject: string, detail: string) => void;

  constructor(charter: Charter, broken: (subject: string, detail: string) => void) {
    this.#charter = charter;
    this.#broken = broken;
  }

  /** Takes the next entry; answers its item, where it is one of a member, and the hashes that are complete now. */
  take(entry: Uint8Array): { readonly item: LoggedItem | null; readonly nodes: readonly StoredNode[] } {
    const leaf = this.range.size;
    const nodes = this.range.append(leafHash(entry, sha256));
    return { item: this.#itemOf(entry, leaf), nodes };
  }

  #itemOf(bytes: Uint8Array, leaf: number): LoggedItem | null {
    let item: LoggedItem;
    try {
      const { publisher, height, item: text } = parseLogEntry(bytes);
      const member = memberByKeyHash(this.#charter, publisher, height)?.id;
      if (member === undefined) throw new Error('it is by no member');
      const { slot, root } = parseItem(text);
      item = { member, slot, root: encodeHex(root), leaf, height };
    } catch (error) {
      this.#broken(`leaf ${leaf}`, error instanceof Error ? error.message : String(error));
      return null;
    }
    const name = `${item.member}, slot ${item.slot}`;
    if (this.#seen.has(name)) this.#broken(name, `has a second item, leaf ${leaf}`);
    this.#seen.add(name);
    return item;
  }
}

/** A ledger log in a database. */
export interface StoredLog {
  readonly schema: string;
  readonly log: string;
}

/** What reading a stored log needs. */
export interface StoredLogContext {
  readonly db: Db;
  readonly zone: string;
  readonly charter: Charter;
  readonly findings: Findings;
}

/**
 * Reads a whole log: entries are dense and have the hashes that are stored, and the roots of all checkpoints that they suffice for; there is one item of
 * each member for a slot. Answers the items, and whether all hashes and roots are right.
 */
export async function readStoredLog(
  { db, zone, charter, findings }: StoredLogContext,
  { schema, log }: StoredLog,
): Promise<{ readonly items: readonly LoggedItem[]; readonly isSound: boolean }> {
  const name = `${schema}.${log}`;
  const broken = (rule: FsckRule, subject: string, detail: string): void =>
    findings.add({ zone, rule, subject: `${name}, ${subject}`, detail });
  let isSound = true;
  const wrong = (subject: string, detail: string): void => {
    isSound = false;
    broken('stored-log', subject, detail);
  };
  findings.look(zone, 'stored-log');
  findings.look(zone, 'ledger-item');
  const reading = new LogReading(charter, (subject, detail) => broken('ledger-item', subject, detail));
  const tiles = new Tiles();
  const checkpoints = await checkpointsOf(db, { schema, log }, wrong);
  const items: LoggedItem[] = [];
  const entries = pagesOf<{ index: string; entry: Buffer }>(
    db,
    `SELECT index, entry FROM ${schema}.log_leaf WHERE log = $1`,
    'index',
    [log],
  );
  for await (const rows of entries) {
    for (const { index, entry } of rows) {
      if (Number(index) !== reading.range.size)
        wrong(`leaf ${index}`, `follows leaf ${reading.range.size - 1}`);
      const { item, nodes } = reading.take(entry);
      if (item !== null) items.push(item);
      tiles.add(nodes);
      const root = checkpoints.get(reading.range.size);
      if (root !== undefined && !equalBytes(root, reading.range.root())) {
        wrong(`checkpoint of size ${reading.range.size}`, 'the entries have another root');
      }
    }
  }
  await compareHead(db, { schema, log }, reading.range, wrong);
  await tiles.compare(db, { schema, log }, wrong);
  return { items, isSound };
}

async function checkpointsOf(
  db: Db,
  { schema, log }: StoredLog,
  wrong: (subject: string, detail: string) => void,
): Promise<Map<number, Uint8Array>> {
  const rows = await db.query<{ size: string; note: string }>(
    `SELECT size, note FROM ${schema}.log_checkpoint WHERE log = $1`,
    [log],
  );
  const roots = new Map<number, Uint8Array>();
  for (const { size, note } of rows) {
    try {
      const checkpoint = parseCheckpoint(note);
      if (checkpoint.size !== Number(size)) throw new Error(`it is of size ${checkpoint.size}`);
      roots.set(checkpoint.size, checkpoint.root);
    } catch (error) {
      wrong(`checkpoint of size ${size}`, error instanceof Error ? error.message : String(error));
    }
  }
  return roots;
}

async function compareHead(
  db: Db,
  { schema, log }: StoredLog,
  range: CompactRange,
  wrong: (subject: string, detail: string) => void,
): Promise<void> {
  const [row] = await db.query<{ size: string; edge: Buffer }>(
    `SELECT size, edge FROM ${schema}.log_head WHERE log = $1`,
    [log],
  );
  if (Number(row?.size ?? 0) !== range.size) {
    wrong('head', `has size ${row?.size ?? 0}, there are ${range.size} entries`);
  } else if (row !== undefined && !equalBytes(row.edge, Buffer.concat(range.hashes))) {
    wrong('head', 'its hashes are not those of the entries');
  }
}

/** The tiles that follow from entries: all hashes of each, in their order. */
class Tiles {
  readonly #hashes = new Map<string, Uint8Array[]>();

  add(nodes: readonly StoredNode[]): void {
    for (const { level, index, hash } of nodes) {
      if (level % TILE_LEVELS !== 0) continue;
      const key = `${level / TILE_LEVELS} ${Math.floor(index / TILE_WIDTH)}`;
      const tile = this.#hashes.get(key);
      if (tile === undefined) this.#hashes.set(key, [hash]);
      else tile.push(hash);
    }
  }

  async compare(
    db: Db,
    { schema, log }: StoredLog,
    wrong: (subject: string, detail: string) => void,
  ): Promise<void> {
    const left = new Map(this.#hashes);
    const stored = await db.query<{ level: number; index: string; hashes: Buffer }>(
      `SELECT level, index, hashes FROM ${schema}.log_tile WHERE log = $1`,
      [log],
    );
    for (const { level, index, hashes } of stored) {
      const key = `${level} ${index}`;
      const expected = left.get(key);
      left.delete(key);
      if (expected === undefined || !equalBytes(hashes, Buffer.concat(expected)))
        wrong(`tile ${key.replace(' ', '/')}`, 'its hashes are not those of the entries');
    }
    for (const key of left.keys()) wrong(`tile ${key.replace(' ', '/')}`, 'missing');
  }
}
