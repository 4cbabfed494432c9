export { EventStoreError, type EventStoreErrorCode } from './error.js';
export {
  eventBatch,
  type AppendResult,
  type EventBatch,
  type JsonValue,
  type NewEvent,
  type StoredEvent,
} from './event.js';
export type { EventOwner, Inlet, InletSubscription, Outlet } from './ports.js';
export { arrays } from './binary-array.js';
export { openDataSource, type DataSourceOptions } from './data-source.js';
export { isDatabaseUnavailable, runTransaction, type Tx } from './transaction.js';
export { parseBigint, parseSchemaName } from './sql.js';
export { assertMigrated, migrate, type MigrateOptions, type Migration } from './migrate.js';
export { coreMigrations } from './core-migrations.js';
export { EVENT_BYTES_LIMIT, EventStore } from './event-store.js';
export { GroupCommit, type GroupCommitOptions } from './group-commit.js';
export { pauseAfter, type Backoff } from './backoff.js';
export { WakeUp } from './wake-up.js';
export { Worker, type WorkerOptions } from './worker.js';
export { Relay, type RelayOptions, type RelayStatus } from './relay.js';
export { eventType, type EventContent, type ReadTypes, type Upcaster } from './event-version.js';
export type { Handler, Reader } from './consumer-reader.js';
export type { DeadLetterLimits } from './progress.js';
export {
  Consumer,
  DEAD_LETTER_LIMITS,
  type ConsumerOptions,
  type ConsumerStatus,
  type ConsumerStop,
} from './consumer.js';
export {
  countDeadLetters,
  type DeadLetter,
  type DeadLetterChoice,
  type DeadLetterEnd,
  type DeathReason,
  type NewDeadLetter,
} from './dead-letter.js';
export { DeadLetters } from './dead-letters.js';
