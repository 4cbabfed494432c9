export { type ReceivedBytes, requestBytes } from './byte-reply.js';
export {
  type ByteAnswer,
  type ByteRequest,
  ByteRequestServer,
  type ByteRequestServerOptions,
} from './byte-request-server.js';
export { MessagingError, type MessagingErrorCode } from './error.js';
export { Bus, connectBus, inboxPrefixOf, type BusOptions } from './bus.js';
export { request, type Json, type Reply } from './request.js';
export { JetStreamOutlet, type OutletOptions } from './jetstream-outlet.js';
export { JetStreamInlet, type InletOptions } from './jetstream-inlet.js';
export {
  NatsRequestServer,
  RequestRefused,
  type NatsRequestServerOptions,
  type RequestMessage,
} from './nats-request-server.js';
export { generateNatsUser, publicNkey } from './nats-user.js';
export { renderNatsAccounts, type NatsZone, type Nkeys } from './nats-config.js';
export { HUB_SERVICES, PIPE_SERVICES, type HubService, type PipeService } from './nats-permissions.js';
export { onHint, publishHint } from './hint.js';
