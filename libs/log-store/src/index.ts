export { LogStoreError, type LogStoreErrorCode } from './error.js';
export { logMigrations } from './log-migrations.js';
export { LogStore, type Db, type SavedCheckpoint } from './log-store.js';
export { type Divergence, findDivergence, type ProvenEntry } from './divergence.js';
export { HttpLogSource, type LogSource, type PendingSource } from './log-source.js';
export { catchUp, type CopyTarget, type FollowedEntries } from './catch-up.js';
export { LogFollower, type LogFollowerOptions, type LogFollowerStatus } from './log-follower.js';
export { sha256 } from './sha256.js';
