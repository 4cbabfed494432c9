import { accusations } from './accusation.ts';
import { charters } from './charter.ts';
import { trusts } from './trust.ts';
import { trustLogs } from './trust-log.ts';
import { checkpoints } from './checkpoint.ts';
import { cosignatures } from './cosignature.ts';
import { countersignatures } from './countersignature.ts';
import { decisions } from './decision.ts';
import { documentEvents } from './document-event.ts';
import { items, logEntries } from './ledger-items.ts';
import { ledgerLogs } from './ledger-log.ts';
import { merkleTrees } from './merkle.ts';
import { rightsLeaves } from './rights-leaves.ts';
import { rightsLogs } from './rights.ts';
import { slotCases } from './slot.ts';
import { slotTrees } from './slot-tree.ts';
import { invalidStatements, validStatements } from './statement.ts';
import { timeStamps } from './time-stamp.ts';
import { tlogProofs } from './tlog-proof.ts';
import type { Vector } from './vector.ts';

/** The formats whose vectors this folder makes. */
export const FORMATS = [
  'accusation',
  'charter',
  'checkpoint',
  'cosignature',
  'countersignature',
  'decision',
  'document-event',
  'item',
  'ledger-log',
  'log-entry',
  'merkle',
  'rights',
  'rights-leaves',
  'slot',
  'slot-tree',
  'statement',
  'time-stamp',
  'tlog-proof',
  'trust',
  'trust-log',
] as const;

/** Every vector of those formats; the same again on every run. */
export function allVectors(): Vector[] {
  return [
    ...accusations(),
    ...charters(),
    ...checkpoints(),
    ...cosignatures(),
    ...countersignatures(),
    ...decisions(),
    ...documentEvents(),
    ...items(),
    ...ledgerLogs(),
    ...logEntries(),
    ...merkleTrees(),
    ...rightsLogs(),
    ...rightsLeaves(),
    ...slotCases(),
    ...slotTrees(),
    ...validStatements(),
    ...invalidStatements(),
    ...timeStamps(),
    ...tlogProofs(),
    ...trusts(),
    ...trustLogs(),
  ];
}
