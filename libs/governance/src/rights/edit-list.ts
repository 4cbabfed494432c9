import type { Period } from '../charter.js';
import { fault } from '../rule-fault.js';

/** A list with one entry changed. Throws `rule` where there is none such. */
export function edited<Entry>(
  entries: readonly Entry[],
  member: string,
  isTheOne: (entry: Entry) => boolean,
  edit: (entry: Entry) => Entry,
): readonly Entry[] {
  if (!entries.some(isTheOne)) throw fault(`change.${member}`, 'must be one that the charter knows');
  return entries.map((entry) => (isTheOne(entry) ? edit(entry) : entry));
}

/** A list with one of those that have no end ended. Throws `rule` where there is none such. */
export function ended<Entry extends Period>(
  entries: readonly Entry[],
  field: string,
  isTheOne: (entry: Entry) => boolean,
  until: number,
): readonly Entry[] {
  const isGoing = (entry: Entry): boolean => isTheOne(entry) && entry.until === null;
  if (!entries.some(isGoing)) throw fault(field, 'must be one that is in use');
  return entries.map((entry) => (isGoing(entry) ? { ...entry, until } : entry));
}

/** What has no end ends, and `next` follows it. */
export function succeeded<Entry extends Period>(entries: readonly Entry[], next: Entry): readonly Entry[] {
  return [...entries.map((entry) => (entry.until === null ? { ...entry, until: next.from } : entry)), next];
}
