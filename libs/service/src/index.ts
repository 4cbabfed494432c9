export { ConfigurationError, fromVariable, readConfiguration, type Environment } from './configuration.js';
export {
  duration,
  file,
  identifier,
  serviceConfig,
  serviceVariables,
  url,
  urls,
  wholeNumber,
  type ServiceConfig,
} from './variables.js';
export type { TlsFiles } from './server-tls.js';
export { createLog, type ConstantText, type LogFields, type LogLevel, type ServiceLog } from './log.js';
export { describeError, type ErrorDescription } from './describe-error.js';
export { ServiceMetrics, type CounterName, type GaugeName, type HistogramName } from './metrics.js';
export { Health, type CheckResult } from './health.js';
export { Problem, problems, type ProblemBody, type ProblemInput } from './problem.js';
export {
  credentialKey,
  hashToken,
  mayUseSource,
  newToken,
  SCOPES,
  TokensFile,
  type Caller,
  type Credential,
  type Scope,
} from './tokens-file.js';
export { demandScope, identify } from './identify.js';
export { callerOf, FromCaller, Open, RequireScope } from './access-guard.js';
export {
  runService,
  type RunningService,
  type RunOptions,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceParts,
} from './run-service.js';
export { runMain } from './run-main.js';
export type { DeadLetterDesk, DeadLetterNote } from './dead-letter-desk.js';
export {
  CommandUsageError,
  type DeadLettersOrder,
  DEAD_LETTERS_USAGE,
  parseDeadLettersOrder,
  runDeadLettersOrder,
} from './dead-letters-command.js';
export {
  JsonTextError,
  MAX_JSON_DEPTH,
  parseStrictJson,
  type JsonFault,
  type StrictJson,
} from './strict-json.js';
export type {
  ApiDescription,
  DescribedAnswer,
  DescribedContent,
  DescribedHeader,
  DescribedOperation,
  DescribedOperations,
  DescribedProblem,
  OperationKey,
} from './openapi/api-description.js';
export { DescriptionError } from './openapi/described-routes.js';
export { documentOf, type OpenApiDocument } from './openapi/document.js';
export { described } from './openapi/problem-answers.js';
