import { concat } from './bytes.js';
import { contentOf, element } from './element.js';
import { assertEntity, ENTITY_LENGTH } from './entity.js';
import { droppedData, droppedPush, isOperation, OP, pushData, pushOf, scriptParts } from './script.js';

/** An entry of a stream, as an output's script holds it. */
export interface StreamItem {
  readonly entity: Uint8Array;
  readonly keys: readonly Uint8Array[];
  /** The marker of text, JSON or off-chain data; `null` for raw data on the chain. */
  readonly format: Uint8Array | null;
  readonly data: Uint8Array;
}

/**
 * The script of a stream item with raw data. A node refuses an item without any key
 * ("Unrecognized script"), an empty key is the least it takes.
 */
export function streamItemScript(
  entity: Uint8Array,
  keys: readonly Uint8Array[],
  data: Uint8Array,
): Uint8Array {
  assertEntity(entity);
  return concat(
    droppedPush(element('entity', entity)),
    ...keys.map((key) => droppedPush(element('key', key))),
    Uint8Array.of(OP.RETURN),
    pushData(data),
  );
}

/**
 * Reads an output's script as a stream item:
 * entity, keys, possibly one format, each before `OP_DROP`; then `OP_RETURN` and one push; nothing else.
 * Anything that is not exactly this is `undefined`.
 */
export function streamItemOf(script: Uint8Array): StreamItem | undefined {
  const parts = scriptParts(script);
  if (parts === undefined) return undefined;
  const end = parts.length - 2;
  const data = pushOf(parts[end + 1]);
  if (data === undefined || !isOperation(parts[end], OP.RETURN)) return undefined;
  const elements = droppedData(parts.slice(0, end));
  const entity = contentOf('entity', elements?.[0]);
  if (elements === undefined || entity?.length !== ENTITY_LENGTH) return undefined;
  const format = contentOf('format', elements.at(-1));
  const keys = elements.slice(1, format === undefined ? undefined : -1).map((each) => contentOf('key', each));
  if (!keys.every((key) => key !== undefined)) return undefined;
  return { entity, keys, format: format ?? null, data };
}
