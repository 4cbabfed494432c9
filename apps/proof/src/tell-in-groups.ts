import type { NewEvent } from '@besure/event-store';
import { MAX_ENTRIES } from '@besure/protocol';

/**
 * Events that tell of entries, in groups that whoever reads them takes: of what was handled at once there may be more than that.
 *
 * @param streamOf the stream of a group, by its first entry
 */
export function tellInGroups<Entry extends Readonly<Record<string, string | null>>>(
  type: string,
  entries: readonly Entry[],
  streamOf: (first: Entry) => string,
): NewEvent[] {
  const groups: NewEvent[] = [];
  for (let from = 0; from < entries.length; from += MAX_ENTRIES) {
    const group = entries.slice(from, from + MAX_ENTRIES);
    groups.push({ stream: streamOf(group[0]!), expectedVersion: 0, type, data: { entries: group } });
  }
  return groups;
}
