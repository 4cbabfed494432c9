export { acceptQuorate } from './accept-quorate.js';
export { LogStoreError, type LogStoreErrorCode } from './error.js';
export { logMigrations } from './log-migrations.js';
export { LogStore, type Db, type SavedCheckpoint } from './log-store.js';
export { type Divergence, findDivergence, type ProvenEntry } from './divergence.js';
export { HttpLogSource, type LogSource, type PendingSource } from './log-source.js';
export { catchUp, type CopyTarget, type FollowedEntries } from './catch-up.js';
export { FolderLog } from './folder-log.js';
export { copyOf, HeldLog } from './held-log.js';
export { mirrorLog, type Mirrored, type MirroredSource, type MirrorOptions } from './mirror-log.js';
export { LogFollower, type LogFollowerOptions, type LogFollowerStatus } from './log-follower.js';
export { sha256 } from './sha256.js';
export { accuse, type MadeAccusation } from './accuse/accuse.js';
export { type Testimony } from './accuse/testimony.js';
export { type ReadableLog, servedLog, storedLog } from './readable-log.js';
export {
  CharterFollower,
  charterMigrations,
  type CharterFollowerOptions,
  memberOfEntry,
} from './charter-follower.js';
export { followRights, type FollowedRights } from './follow-rights.js';
