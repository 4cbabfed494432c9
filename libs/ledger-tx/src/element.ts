import { ascii, concat, isEqual } from './bytes.js';

/** The kinds of data that MultiChain puts before an `OP_DROP`, each marked by four letters. */
export type ElementKind = 'entity' | 'key' | 'format' | 'permission' | 'creation';

const MARKS: Readonly<Record<ElementKind, Uint8Array>> = {
  entity: ascii('spke'),
  key: ascii('spkk'),
  format: ascii('spkf'),
  permission: ascii('spkp'),
  creation: ascii('spkn'),
};

/** An element: its mark and its content. */
export function element(kind: ElementKind, content: Uint8Array): Uint8Array {
  return concat(MARKS[kind], content);
}

/** The content of an element of this kind, or `undefined` for anything else. */
export function contentOf(kind: ElementKind, data: Uint8Array | undefined): Uint8Array | undefined {
  if (data === undefined || !isEqual(data.subarray(0, 4), MARKS[kind])) return undefined;
  return data.subarray(4);
}
