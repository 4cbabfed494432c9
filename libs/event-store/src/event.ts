/** What `JSON.parse` can give. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * An event to append. `expectedVersion` is the number of events that the caller believes the stream holds (0 = it does
 * not exist yet), or `'any'` where no decision rests on it. `data` holds ids, hashes and states, never facts of a
 * document; what must be erasable goes, encrypted, into `attachment`.
 */
export interface NewEvent {
  readonly stream: string;
  readonly expectedVersion: number | 'any';
  readonly type: string;
  readonly data: JsonValue;
  readonly attachment?: Uint8Array;
}

/**
 * An event as it stands in the log. `position` is dense over the whole schema (1, 2, 3, ...), `version` dense within the
 * stream. `attachment` is null when there was none, or when it was erased.
 */
export interface StoredEvent {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly data: JsonValue;
  readonly attachment: Uint8Array | null;
  readonly recordedAt: string;
}

/** What became of one event of a group. A conflict is a normal answer: `actual` is the version that the stream has. */
export type AppendResult =
  | { readonly ok: true; readonly position: number; readonly version: number }
  | { readonly ok: false; readonly code: 'version-conflict'; readonly actual: number };

/**
 * A run of consecutive events: `from` and `to` are the positions of the first and the last. With nothing in it
 * `to` = `from` - 1.
 */
export interface EventBatch {
  readonly from: number;
  readonly to: number;
  readonly events: readonly StoredEvent[];
}

/** Wraps consecutive events; `after` is the position before the first. */
export function eventBatch(after: number, events: readonly StoredEvent[]): EventBatch {
  return { from: after + 1, to: after + events.length, events };
}
