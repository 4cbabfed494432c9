export { CliError, UsageError } from './cli-error.js';
export type { Command, ListedCommand } from './command.js';
export { EXIT } from './exit-codes.js';
export type { Io } from './io.js';
export { run } from './run.js';
