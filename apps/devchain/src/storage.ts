import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

const LENGTH = 4;

/**
 * A file of byte strings, each with its length before it, that only grows at its end. A string that was not written
 * completely when the machine stopped is cut off at the next start.
 */
export class AppendFile {
  private size = 0;

  private constructor(private readonly descriptor: number) {}

  /** Opens the file, or makes it, and hands each string in it to `visit`. */
  static open(path: string, visit: (bytes: Uint8Array, offset: number) => void): AppendFile {
    const file = new AppendFile(openSync(path, 'a+', 0o600));
    syncDirectory(path);
    const bytes = readFileSync(path);
    while (file.size + LENGTH <= bytes.length) {
      const length = bytes.readUInt32LE(file.size);
      const from = file.size + LENGTH;
      if (from + length > bytes.length) break;
      visit(bytes.subarray(from, from + length), from);
      file.size = from + length;
    }
    if (file.size < bytes.length) ftruncateSync(file.descriptor, file.size);
    return file;
  }

  /** Appends; what it returns is where the bytes stand. They are safe once `sync` has returned. */
  append(bytes: Uint8Array): number {
    const record = Buffer.alloc(LENGTH + bytes.length);
    record.writeUInt32LE(bytes.length);
    record.set(bytes, LENGTH);
    for (let written = 0; written < record.length;) {
      written += writeSync(this.descriptor, record, written);
    }
    const offset = this.size + LENGTH;
    this.size += record.length;
    return offset;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = Buffer.alloc(length);
    const got = readSync(this.descriptor, bytes, 0, length, offset);
    if (got !== length) throw new Error('a file of this chain is shorter than it was');
    return bytes;
  }

  sync(): void {
    fsyncSync(this.descriptor);
  }

  /** Empties the file. */
  clear(): void {
    ftruncateSync(this.descriptor, 0);
    this.size = 0;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** The text of a file, or `undefined` if there is none. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Replaces a file as a whole: after a crash it holds the old text or the new one. */
export function writeText(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const next = `${path}.next`;
  const descriptor = openSync(next, 'w', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(next, path);
  syncDirectory(path);
}

function syncDirectory(path: string): void {
  const descriptor = openSync(dirname(path), 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
