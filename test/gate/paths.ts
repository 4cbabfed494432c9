import { join } from 'node:path';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** Where the reports of the last run lie. */
export const REPORTS = join(ROOT, '.besure', 'reports');

/** A program of an npm package, by its path inside node_modules. */
export function programOf(path: string): string {
  return join(ROOT, 'node_modules', path);
}
