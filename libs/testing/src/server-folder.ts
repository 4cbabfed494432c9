import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ServerError } from './error.js';
import { canEnter } from './server-identity.js';
import type { Identity } from './supervised-process.js';

/** A new folder that belongs to the server's user, in a place that it can reach. */
export function temporaryFolder(identity: Identity | undefined): string {
  const base = canEnter(tmpdir(), identity) ? tmpdir() : '/tmp';
  const folder = mkdtempSync(join(base, 'besure-postgres-'));
  handOver(folder, identity);
  return folder;
}

/** The wanted folder, or where the server's user cannot reach that, one in /var/tmp named after it. */
export function keptFolder(wanted: string, identity: Identity | undefined): string {
  const path = resolve(wanted);
  mkdirSync(dirname(path), { recursive: true });
  const folder = canEnter(dirname(path), identity) ? path : substitute(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  handOver(folder, identity);
  return folder;
}

function substitute(path: string): string {
  const name = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return join('/var/tmp', `besure-${process.getuid?.() ?? 0}-${name}`);
}

function handOver(folder: string, identity: Identity | undefined): void {
  const found = lstatSync(folder);
  const own = process.getuid?.() ?? 0;
  // In /tmp and /var/tmp anybody may have made a folder of this name before us.
  if (!found.isDirectory() || (found.uid !== own && found.uid !== identity?.uid)) {
    throw new ServerError('unsafe-folder', `${folder} belongs to another user: remove it`);
  }
  if (identity) chownSync(folder, identity.uid, identity.gid);
  chmodSync(folder, 0o700);
}
