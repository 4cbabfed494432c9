export { dialBus } from './dial-bus.js';
export { hubBuses, hubBusVariables } from './hub-buses.js';
export {
  assertOfCharter,
  busConfig,
  busOptions,
  exchangeBus,
  exchangeVariables,
  memberConfig,
  isOfCharter,
  memberVariables,
  type BusConfig,
  type MemberConfig,
} from './member-configuration.js';
export { openDatabase } from './open-database.js';
export { openDeadLetters } from './open-dead-letters.js';
export { openStore, type OpenStore } from './open-store.js';
export { acceptedEventsOf, discardEvents } from './discard-events.js';
export { answerMillis, countersignMillis } from './patience.js';
export { makeConsumers, makeRelay, type PipeContext, type Source } from './pipes.js';
export { runParts, type Running } from './running.js';
