import { EventStoreError } from './error.js';
import type { StoredEvent } from './event.js';

// The form of an event's content changes now and then, and old events stay. A version stands at the end of the type: `Happened.v2`; version 1 is
// not written. So it travels wherever a type does, and costs nothing where there is none.

/** What differs between versions of a type. */
export type EventContent = Pick<StoredEvent, 'data' | 'attachment'>;

/**
 * Makes content of version n into content of version n + 1. Pure. The attachment is null also where the consumer takes none, or where it was
 * erased; entries of `data` are made anew one by one, as an event may come with some of them only.
 */
export type Upcaster = (content: EventContent) => EventContent;

/**
 * The types that a consumer reads, each with its upcasters from version 1 on: the handler understands one version more than there are
 * upcasters. Types that are not named are others' business and passed over, whatever their version.
 */
export type ReadTypes = Readonly<Record<string, readonly Upcaster[]>>;

const VERSIONED = /^(.+)\.v([1-9]\d*)$/;

/** The type to append for a version: `eventType('Happened', 2)` is `Happened.v2`. */
export function eventType(name: string, version: number): string {
  return version === 1 ? name : `${name}.v${version}`;
}

/** Name and version of a type as it stands in the log. */
export function parseEventType(type: string): { readonly name: string; readonly version: number } {
  const [, name, version] = VERSIONED.exec(type) ?? [];
  return name === undefined ? { name: type, version: 1 } : { name, version: Number(version) };
}

/** How many events at the beginning can be read: all but those from the first that is of a type in `types` and newer than what is known. */
export function countReadable(events: readonly StoredEvent[], types: ReadTypes): number {
  const unknown = events.findIndex(({ type }) => {
    const { name, version } = parseEventType(type);
    return Object.hasOwn(types, name) && version > newest(types, name);
  });
  return unknown < 0 ? events.length : unknown;
}

/**
 * The events of the types that are read, in the versions that the handler understands, and under names without version.
 *
 * @throws EventStoreError `unknown-version`
 * @throws whatever an upcaster throws
 */
export function upcastEvents(events: readonly StoredEvent[], types: ReadTypes): StoredEvent[] {
  return events.flatMap((event) => {
    const { name, version } = parseEventType(event.type);
    if (!Object.hasOwn(types, name)) return [];
    if (version > newest(types, name)) {
      throw new EventStoreError(
        'unknown-version',
        `${event.type} at ${event.position} is newer than version ${newest(types, name)}, the newest that is known here`,
      );
    }
    const upcasters = (types[name] ?? []).slice(version - 1);
    if (upcasters.length === 0) return [event.type === name ? event : { ...event, type: name }];
    let content: EventContent = event;
    for (const upcast of upcasters) content = upcast(content);
    const { data, attachment } = content;
    return [{ ...event, type: name, data, attachment }];
  });
}

function newest(types: ReadTypes, name: string): number {
  return (types[name]?.length ?? 0) + 1;
}
