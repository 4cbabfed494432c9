import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readText, writeText } from './storage.js';

/** Keeps a second process away from the files; what it returns gives them free. */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, 'pid');
  const owner = Number(readText(path) ?? '');
  if (owner > 0 && owner !== process.pid && isAlive(owner)) {
    throw new Error(`process ${owner} uses ${directory}`);
  }
  writeText(path, `${process.pid}\n`);
  return () => rmSync(path, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
