/** What the controllers are given; see the service for how it is made. */
export const LOG_CONTEXT = Symbol('LogContext');
export const RIGHTS_LOG_CONTEXT = Symbol('RightsLogContext');
export const COSIGN_CONTEXT = Symbol('CosignContext');
export const VOTES_CONTEXT = Symbol('VotesContext');
export const REQUESTS_CONTEXT = Symbol('RequestsContext');
