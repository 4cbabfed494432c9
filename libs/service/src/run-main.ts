import { ConfigurationError, readConfiguration } from './configuration.js';
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
function onSignals(starting: Promise<RunningService>): void {
  let stopping = false;
  const handle = (): void => {
    if (stopping) process.exit(EXIT.interrupted);
    stopping = true;
    starting.then(
      async (service) => process.exit((await service.stop()) ? EXIT.ok : EXIT.failed),
      () => undefined, // who started it ends the process
    );
  };
  process.on('SIGTERM', handle);
  process.on('SIGINT', handle);
}

async function runCommand<C extends ServiceConfig>(
  definition: ServiceDefinition<C>,
  command: string | undefined,
): Promise<number | null> {
  const config = readConfiguration(definition.configuration, process.env);
  if (command === 'migrate') {
    if (definition.migrate === undefined) {
      say(`${definition.name} has no database`);
      return EXIT.usage;
    }
    const log = createLog({
      name: definition.name,
      ...(config.logLevel === undefined ? {} : { level: config.logLevel }),
    });
    await definition.migrate(config, log);
    log.info('migrated');
    return EXIT.ok;
  }
  const starting = runService(definition, config, { ownsProcess: true });
  onSignals(starting);
  await starting;
  return null;
}

/**
 * The whole main.js of a service. No argument starts it; `migrate` migrates its database and ends. Ends with 78 and one
 * line when the configuration is wrong, 64 for a wrong command, 1 when starting failed or stopping was not clean.
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
  const [command, ...rest] = process.argv.slice(2);
  if ((command !== undefined && command !== 'migrate') || rest.length > 0) {
    say(`usage: ${definition.name} [migrate]`);
    process.exit(EXIT.usage);
  }
  try {
    const code = await runCommand(definition, command);
    if (code !== null) process.exit(code);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      say(error.message);
      process.exit(EXIT.configuration);
    }
    fail(error);
  }
}
