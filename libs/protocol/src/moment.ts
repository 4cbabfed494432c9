import { CANONICAL_TIME } from './rules.js';

const RFC3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** What {@link canonicalTime} takes, in words. */
export const MOMENT_RULE =
  'must be a moment of the years 1970 to 9999 in the form YYYY-MM-DDTHH:MM:SS, with or without a fraction, with Z or an offset (RFC 3339)';

/**
 * A moment of RFC 3339 as statements write it: in UTC, with milliseconds; what is finer is cut off. `undefined` when
 * it is no moment (30 February), a leap second, without offset, or not in the years 1970 to 9999 of UTC.
 */
export function canonicalTime(text: string): string | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, local, fraction = '', zone] = match;
  const moment = `${local!}.${fraction.slice(0, 3).padEnd(3, '0')}`;
  const asUtc = Date.parse(`${moment}Z`);
  if (Number.isNaN(asUtc) || new Date(asUtc).toISOString() !== `${moment}Z`) return undefined;
  const canonical = new Date(`${moment}${zone!}`).toISOString();
  return CANONICAL_TIME.holds(canonical) ? canonical : undefined; // an offset may lead out of those years
}
