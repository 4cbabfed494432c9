import { isDeepStrictEqual } from 'node:util';

/** A member of the charter that a change would change; `null` where it is not there before, or after. */
export interface CharterChange {
  /** Such as `organisations.alpha.until`: members of lists are named by what names them, or by their place. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

const NAMES = ['id', 'key', 'address', 'certificate'] as const;

/** What differs between two charters, each difference as small as it can be told. */
export function charterChanges(
  before: unknown,
  after: unknown,
  path: readonly string[] = [],
): CharterChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [one, other] = [partsOf(before), partsOf(after)];
  if (one === null || other === null)
    return [{ path: path.join('.'), before: before ?? null, after: after ?? null }];
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((name) =>
    charterChanges(one.get(name), other.get(name), [...path, name]),
  );
}

function partsOf(value: unknown): Map<string, unknown> | null {
  if (Array.isArray(value))
    return new Map(value.map((part: unknown, i) => [nameOf(part) ?? String(i), part]));
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : null;
}

function nameOf(part: unknown): string | undefined {
  if (typeof part !== 'object' || part === null) return undefined;
  const names = NAMES.map((name) => (part as Record<string, unknown>)[name]);
  return names.find((name) => typeof name === 'string');
}
