import { statSync } from 'node:fs';

/** What is read from files, and read again when they change. */
export interface RereadOptions<T> {
  readonly paths: readonly string[];
  /** Reads the files; throws when they cannot be used. */
  readonly read: () => T;
  /** They are looked at no more than once in so many milliseconds; a second without it. */
  readonly checkMillis?: number | undefined;
  /** Changed files cannot be used: told once for each change. */
  readonly onFault: (error: unknown) => void;
  readonly onReread: (value: T) => void;
}

const CHECK_MILLIS = 1000;

/** Files that may change while a service runs. While changed ones are broken or missing, what was read last counts. */
export class RereadFiles<T> {
  readonly #options: RereadOptions<T>;
  #value: T;
  #versions: string;
  #checkedAt = performance.now();

  /** Throws when the files cannot be used. */
  constructor(options: RereadOptions<T>) {
    this.#options = options;
    // Before reading: files that change in between are read again.
    this.#versions = versionsOf(options.paths);
    this.#value = options.read();
  }

  /** What the files hold. */
  get current(): T {
    const { paths, read, checkMillis = CHECK_MILLIS, onFault, onReread } = this.#options;
    const now = performance.now();
    if (now - this.#checkedAt < checkMillis) return this.#value;
    this.#checkedAt = now;
    const versions = versionsOf(paths);
    if (versions === this.#versions) return this.#value;
    this.#versions = versions;
    try {
      this.#value = read();
    } catch (error) {
      onFault(error);
      return this.#value;
    }
    onReread(this.#value);
    return this.#value;
  }
}

function versionsOf(paths: readonly string[]): string {
  return paths.map(versionOf).join('\n');
}

function versionOf(path: string): string {
  try {
    const { mtimeNs, ctimeNs, ino, size } = statSync(path, { bigint: true });
    return `${mtimeNs} ${ctimeNs} ${ino} ${size}`;
  } catch {
    return 'missing';
  }
}
