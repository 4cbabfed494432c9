export {
  type BlockAt,
  countSkips,
  type Derivation,
  deriveBlocks,
  type DerivedBlock,
  initialLogState,
  type LogState,
  type ReadBlock,
  readBlocks,
  type ReadBlocks,
} from './derivation.js';
export { LedgerLogError, type LedgerLogErrorCode } from './error.js';
export type { LeafCandidate, LeafOutcome, LeafRule, LeafSkip, Slots, Streams } from './leaf-rule.js';
export {
  deriveRights,
  type RightsBlock,
  type RightsLeafOutcome,
  type RightsLogState,
  type RightsRule,
  type RightsSkip,
} from './rights-rule.js';
export {
  PUBLISHER_ROOM,
  type Rooms,
  type RoomSize,
  SHARED_ROOM,
  usedAt,
  type UsedRoom,
  useRoom,
} from './room.js';
export { LedgerLog } from './ledger-log.js';
