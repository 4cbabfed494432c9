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
