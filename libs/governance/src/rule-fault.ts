import { CharterError } from './error.js';

/** Throws `rule` where a value stands twice. */
export function assertDifferent(
  values: readonly (readonly [path: string, value: string])[],
  rule = 'must be different for each of them',
): void {
  const seen = new Set<string>();
  for (const [path, value] of values) {
    if (seen.has(value)) throw fault(path, rule);
    seen.add(value);
  }
}

/** That members of a charter, each right by itself, contradict each other. */
export function fault(field: string, rule: string, cause?: unknown): CharterError {
  return new CharterError('rule', rule, { field, cause });
}
