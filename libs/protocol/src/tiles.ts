import { concatBytes } from './bytes.js';
import type { NodeId } from './compact-range.js';
import { parseDecimal } from './decimal.js';
import { ProtocolError } from './error.js';

// Tiles of a log: https://c2sp.org/tlog-tiles. Paths here are relative to the log's URL prefix and have no leading slash.

/** How many hashes a full tile, and how many entries a full bundle, has. */
export const TILE_WIDTH = 256;

/**
 * One tile: hashes of level `level` (0 are leaf hashes, each level above stands for 256 of the level below), or the entries
 * themselves. Width 256 is a full tile, less a partial one at the right edge.
 */
export interface Tile {
  readonly level: number | 'entries';
  readonly index: number;
  readonly width: number;
}

/** The path of a tile, such as `tile/0/x001/067.p/112`. */
export function tilePath(tile: Tile): string {
  checkTile(tile);
  const suffix = tile.width === TILE_WIDTH ? '' : `.p/${tile.width}`;
  return `tile/${tile.level}/${indexPath(tile.index)}${suffix}`;
}

/** Parses the path of a tile: exactly what {@link tilePath} writes. Throws `tile`. */
export function parseTilePath(path: string): Tile {
  const match =
    /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(path);
  const [, level, index, width] = match ?? [];
  if (level === undefined || index === undefined) throw refusal('not the path of a tile');
  const digits = index.replaceAll(/[x/]/g, '').replace(/^0+(?=[0-9])/, '');
  const tile: Tile = {
    level: level === 'entries' ? 'entries' : parseDecimal(level, 'tile', 'the level'),
    index: parseDecimal(digits, 'tile', 'the index'),
    width: width === undefined ? TILE_WIDTH : parseDecimal(width, 'tile', 'the width'),
  };
  if (tilePath(tile) !== path) throw refusal('not the one path of this tile');
  return tile;
}

/** The nodes whose hashes a tile of hashes holds, in order. */
export function tileNodeIds(tile: Tile): NodeId[] {
  checkTile(tile);
  const { level, index, width } = tile;
  if (level === 'entries') throw refusal('a bundle of entries holds no hashes');
  return Array.from({ length: width }, (_, i) => ({ level: level * 8, index: index * TILE_WIDTH + i }));
}

/** The bundles that hold the entries [from, size) of a log of this size; the last one may be partial. */
export function entryBundlesOf(from: number, size: number): Tile[] {
  if (checkedSize(from) > checkedSize(size)) throw refusal('not a range of entries');
  const bundles: Tile[] = [];
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < size && from < size; index++) {
    bundles.push({ level: 'entries', index, width: Math.min(TILE_WIDTH, size - index * TILE_WIDTH) });
  }
  return bundles;
}

/** A bundle of entries: each behind its length in two bytes. Throws `tile`. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length === 0 || entries.length > TILE_WIDTH) throw refusal('a bundle has 1 to 256 entries');
  return concatBytes(
    ...entries.flatMap((entry) => {
      if (entry.length > 0xffff) throw refusal('an entry has at most 65535 bytes');
      return [Uint8Array.of(entry.length >> 8, entry.length & 255), entry];
    }),
  );
}

/** The entries of a bundle, which must be exactly as many as expected. Throws `tile`. */
export function parseEntryBundle(bytes: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const [high, low] = [bytes[at], bytes[at + 1]];
    if (high === undefined || low === undefined) throw refusal('the bundle ends within a length');
    const end = at + 2 + high * 256 + low;
    if (end > bytes.length) throw refusal('the bundle ends within an entry');
    entries.push(bytes.slice(at + 2, end));
    at = end;
  }
  if (entries.length !== width) throw refusal('the bundle has not as many entries as its width says');
  return entries;
}

/** Groups of three digits, all but the last behind an x: 1234067 is `x001/x234/067`. */
function indexPath(index: number): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/.../g) ?? [];
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}

function checkTile({ level, index, width }: Tile): void {
  const levelIsRight = level === 'entries' || (Number.isInteger(level) && level >= 0 && level <= 63);
  if (!levelIsRight) throw refusal('not a tile level');
  if (!Number.isSafeInteger(index) || index < 0) throw refusal('not a tile index');
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH) throw refusal('not a tile width');
}

function checkedSize(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0) throw refusal('not a tree size below 2^53');
  return size;
}

function refusal(message: string): ProtocolError {
  return new ProtocolError('tile', message);
}
