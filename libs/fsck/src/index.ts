export { type Db, openDatabase, type OpenDatabase, type ZoneDatabase } from './database.js';
export { FsckError, type FsckErrorCode } from './error.js';
export { type ArchiveAccess } from './evidence.js';
export { fsck, type FsckOptions, type FsckZone, type Standing, standing } from './fsck.js';
export { type HubAccess } from './hubs.js';
export { type LedgerBlocks } from './ledger.js';
export {
  type ConsumerStanding,
  type DeadLetters,
  FINAL_STATES,
  type Finding,
  type FsckReport,
  type RuleCheck,
} from './report.js';
export { FSCK_RULES, type FsckRule } from './rules.js';
