import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The list of a frozen format's vectors, in the form of `sha256sum`: a line for each, in the order in which they came. Whoever
 * implements the format relies on them: a vector that is listed is never changed, and never goes. New ones are put at the end.
 */
export const LIST = 'SHA256SUMS';

/** Digests by path within the format's folder; `null` while the format is not frozen. */
export function readList(folder: string): Map<string, string> | null {
  const path = join(folder, LIST);
  if (!existsSync(path)) return null;
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => {
      const [, digest, file] = /^([0-9a-f]{64}) {2}((?:in)?valid\/[a-z0-9-]+\.json)$/.exec(line) ?? [];
      if (digest === undefined || file === undefined) throw new Error(`${path} has a bad line: ${line}`);
      return [file, digest];
    }),
  );
}

/** The text of a list. */
export function listText(list: ReadonlyMap<string, string>): string {
  return [...list].map(([file, digest]) => `${digest}  ${file}\n`).join('');
}

/**
 * The list with what is new in `files` (texts by path; what is neither under `valid/` nor `invalid/` is an input and not
 * listed). Throws where a listed file is gone or has become another.
 */
export function withNew(
  list: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, string>,
): Map<string, string> {
  const digests = new Map(
    [...files]
      .filter(([file]) => /^(?:in)?valid\//.test(file))
      .map(([file, text]) => [file, createHash('sha256').update(text).digest('hex')]),
  );
  for (const [file, digest] of list) {
    if (digests.get(file) === digest) continue;
    throw new Error(
      `${file} is frozen, and would ${digests.has(file) ? 'change' : 'go'}: a format of a new version has vectors of its own`,
    );
  }
  const added = [...digests].filter(([file]) => !list.has(file)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return new Map([...list, ...added]);
}
