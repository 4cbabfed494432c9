import type { JsonValue, StoredEvent } from '@besure/event-store';
import { splitAttachment } from '@besure/protocol';

/**
 * Takes an event apart into events of one entry each: `entries` of the data, and beside it the members of the attachment. What has no such form,
 * or not as many members, is one event and stays as it is.
 */
export function splitEntries(event: StoredEvent): readonly StoredEvent[] {
  const { data } = event;
  if (!isRecord(data) || !Array.isArray(data['entries'])) return [event];
  const entries = data['entries'] as readonly JsonValue[];
  const attached = event.attachment === null ? null : membersOf(event.attachment);
  if (attached !== null && attached.length !== entries.length) return [event];
  return entries.map((entry, at) => ({
    ...event,
    data: { ...data, entries: [entry] },
    attachment: attached?.[at] ?? null,
  }));
}

function membersOf(attachment: Uint8Array): readonly Uint8Array[] {
  try {
    return splitAttachment(attachment);
  } catch {
    return [];
  }
}

function isRecord(data: JsonValue): data is Readonly<Record<string, JsonValue>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}
