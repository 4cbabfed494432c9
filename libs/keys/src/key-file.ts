import { chmodSync, closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { KeyError } from './error.js';

/** No key file of ours is near this size; what is bigger is a wrong path. */
const LARGEST_KEY_FILE = 64 * 1024;

/** Others may not read a key file, and only its owner may write it (a group may read: mounted secrets need that). */
const FORBIDDEN_MODE = 0o027;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** Reads a file that holds a secret; throws `KeyError` 'file-unreadable' or 'file-mode'. */
export function readSecretFile(path: string): string {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    throw new KeyError('file-unreadable', `cannot read ${path}: ${codeOf(error)}`);
  }
  try {
    // The mode of the opened file, not of the path: nothing can be swapped in between.
    const stat = fstatSync(handle);
    if (!stat.isFile() || stat.size > LARGEST_KEY_FILE) {
      throw new KeyError('file-unreadable', `cannot read ${path}: not a key file`);
    }
    if ((stat.mode & FORBIDDEN_MODE) !== 0) {
      throw new KeyError(
        'file-mode',
        `${path} must be closed to others and writable by its owner only (chmod 0600)`,
      );
    }
    return readFileSync(handle, 'utf8');
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError('file-unreadable', `cannot read ${path}: ${codeOf(error)}`);
  } finally {
    closeSync(handle);
  }
}

/** Reads a file that holds nothing secret (a certificate); throws `KeyError` 'file-unreadable'. */
export function readPublicFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new KeyError('file-unreadable', `cannot read ${path}: ${codeOf(error)}`);
  }
}

/** Writes a new file with mode 0600 (0644 when public). Never overwrites: a key that is gone cannot be made again. */
export function writeNewFile(path: string, text: string, kind: 'secret' | 'public'): void {
  const mode = kind === 'secret' ? 0o600 : 0o644;
  try {
    writeFileSync(path, text, { flag: 'wx', mode });
    chmodSync(path, mode); // whatever the umask says
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST')
      throw new KeyError('file-exists', `${path} exists: a key file is never overwritten`);
    throw new KeyError('file-unreadable', `cannot write ${path}: ${code}`);
  }
}
