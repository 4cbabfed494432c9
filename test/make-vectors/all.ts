import { charters, trusts } from './charter.ts';
import { countersignatures } from './countersignature.ts';
import { documentEvents } from './document-event.ts';
import { items, logEntries } from './ledger-items.ts';
import { slotTrees } from './slot-tree.ts';
import { invalidStatements, validStatements } from './statement.ts';
import type { Vector } from './vector.ts';

/** The formats whose vectors this folder makes. */
export const FORMATS = [
  'charter',
  'countersignature',
  'document-event',
  'item',
  'log-entry',
  'slot-tree',
  'statement',
  'trust',
] as const;

/** Every vector of those formats; the same again on every run. */
export function allVectors(): Vector[] {
  return [
    ...charters(),
    ...countersignatures(),
    ...documentEvents(),
    ...items(),
    ...logEntries(),
    ...slotTrees(),
    ...validStatements(),
    ...invalidStatements(),
    ...trusts(),
  ];
}
