export { LogStoreError, type LogStoreErrorCode } from './error.js';
export { logMigrations } from './log-migrations.js';
export { LogStore, type Db } from './log-store.js';
export { HttpLogSource, type LogSource } from './log-source.js';
export {
  LogFollower,
  type FollowedEntries,
  type LogFollowerOptions,
  type LogFollowerStatus,
} from './log-follower.js';
export { sha256 } from './sha256.js';
