import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder that a network can run in: others may pass through it, for PostgreSQL runs as another user when we are root. What is secret in it lies in closed folders. */
export function makeTemporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `besure-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}

/**
 * Gives `work` a new folder for a network and removes it afterwards.
 *
 * @param isKept whether somebody will want to look into the folder; nobody where it is not given
 */
export async function inTemporaryFolder<T>(
  name: string,
  work: (folder: string) => Promise<T>,
  isKept: (outcome: { readonly result: T } | { readonly error: unknown }) => boolean = () => false,
): Promise<T> {
  const folder = makeTemporaryFolder(name);
  let keep = false;
  try {
    const result = await work(folder);
    keep = isKept({ result });
    return result;
  } catch (error) {
    keep = isKept({ error });
    throw error;
  } finally {
    if (!keep) rmSync(folder, { recursive: true, force: true });
  }
}
