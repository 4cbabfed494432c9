import { ConfigurationError, readConfiguration } from './configuration.js';
import {
  CommandUsageError,
  DEAD_LETTERS_USAGE,
  type DeadLettersOrder,
  parseDeadLettersOrder,
  runDeadLettersOrder,
} from './dead-letters-command.js';
import { createLog } from './log.js';
import { runService, type RunningService, type ServiceDefinition } from './run-service.js';
import type { ServiceConfig } from './variables.js';

/** Exit codes of sysexits.h, as far as we use them, and of a process ended by a second signal. */
const EXIT = { ok: 0, failed: 1, usage: 64, configuration: 78, interrupted: 130 } as const;

/** ML-DSA signatures are not in the cryptography of older ones. */
const LEAST_NODE = 24;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The first signal stops the service, also one that is still starting; a second one does not wait for it. */
function onSignals(starting: Promise<RunningService>, waiting: AbortController): void {
  let stopping = false;
  const handle = (): void => {
    if (stopping) process.exit(EXIT.interrupted);
    stopping = true;
    waiting.abort();
    starting.then(
      async (service) => process.exit((await service.stop()) ? EXIT.ok : EXIT.failed),
      () => undefined, // who started it ends the process
    );
  };
  process.on('SIGTERM', handle);
  process.on('SIGINT', handle);
}

/** What main.js was told to do. */
type Order =
  | { readonly type: 'start' }
  | { readonly type: 'migrate' }
  | { readonly type: 'dead-letters'; readonly order: DeadLettersOrder };

/** @throws CommandUsageError */
function parseOrder<C extends ServiceConfig>(
  { name, migrate, deadLetters }: ServiceDefinition<C>,
  [command, ...rest]: readonly string[],
): Order {
  if (command === undefined) return { type: 'start' };
  if (command === 'migrate' && rest.length === 0) {
    if (migrate === undefined) throw new CommandUsageError(`${name} has no database`);
    return { type: 'migrate' };
  }
  if (command !== 'dead-letters') throw new CommandUsageError('unknown command');
  if (deadLetters === undefined) throw new CommandUsageError(`${name} has no dead letters`);
  return { type: 'dead-letters', order: parseDeadLettersOrder(rest) };
}

function usageOf<C extends ServiceConfig>({ name, migrate, deadLetters }: ServiceDefinition<C>): string {
  const ways = [
    ...(migrate === undefined ? [] : ['migrate']),
    ...(deadLetters === undefined ? [] : DEAD_LETTERS_USAGE),
  ];
  return [`usage: ${name}`, ...ways.map((way) => `       ${name} ${way}`)].join('\n');
}

async function run<C extends ServiceConfig>(
  definition: ServiceDefinition<C>,
  order: Order,
): Promise<number | null> {
  const config = readConfiguration(definition.configuration, process.env);
  if (order.type === 'start') {
    const waiting = new AbortController();
    const starting = runService(definition, config, { ownsProcess: true, starting: waiting.signal });
    onSignals(starting, waiting);
    await starting;
    return null;
  }
  const log = createLog({
    name: definition.name,
    ...(config.logLevel === undefined ? {} : { level: config.logLevel }),
  });
  if (order.type === 'migrate') {
    await definition.migrate?.(config, log);
    log.info('migrated');
    return EXIT.ok;
  }
  const desk = await definition.deadLetters!(config, log);
  try {
    const done = await runDeadLettersOrder(desk, order.order, (line) => process.stdout.write(`${line}\n`));
    return done ? EXIT.ok : EXIT.failed;
  } finally {
    await desk.close();
  }
}

/**
 * The whole main.js of a service. No argument starts it; `migrate` migrates its database and ends; `dead-letters` lists and ends what could not
 * be handled. Ends with 78 and one line when the configuration is wrong, 64 for a wrong command, 1 when starting failed or stopping was not clean.
 */
export async function runMain<C extends ServiceConfig>(definition: ServiceDefinition<C>): Promise<void> {
  const log = createLog({ name: definition.name });
  const fail = (error: unknown): never => {
    log.error('failed', { error });
    process.exit(EXIT.failed);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  if (Number.parseInt(process.versions.node, 10) < LEAST_NODE) {
    say(`${definition.name} needs Node ${LEAST_NODE} or newer, this is ${process.version}`);
    process.exit(EXIT.configuration);
  }
  try {
    const code = await run(definition, parseOrder(definition, process.argv.slice(2)));
    if (code !== null) process.exit(code);
  } catch (error) {
    if (error instanceof CommandUsageError) {
      say(`${error.message}\n${usageOf(definition)}`);
      process.exit(EXIT.usage);
    }
    if (error instanceof ConfigurationError) {
      say(error.message);
      process.exit(EXIT.configuration);
    }
    fail(error);
  }
}
