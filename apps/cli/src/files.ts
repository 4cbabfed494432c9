import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

/** The bytes of a file. Throws a CliError with exit status 66 when it cannot be read. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CliError(EXIT.unreadable, `${path}: ${reasonOf(cause)}`, { cause });
  }
}

/** The text of a file, `null` when its bytes are not UTF-8. Throws a CliError with exit status 66 when it cannot be read. */
export function readText(path: string): string | null {
  const bytes = readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Writes a file in one step: it is there as a whole or not at all. Throws a CliError with exit status 73. */
export function writeText(path: string, text: string): void {
  const part = `${path}.part-${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(part, text, { flag: 'wx' });
    renameSync(part, path);
  } catch (cause) {
    rmSync(part, { force: true });
    throw new CliError(EXIT.unwritable, `${path}: ${reasonOf(cause)}`, { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'not allowed',
  EISDIR: 'is a folder',
  ENOTDIR: 'goes through a file as if that were a folder',
  ENOSPC: 'no space left',
  EROFS: 'cannot be written: read-only file system',
};

function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}
