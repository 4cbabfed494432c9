import { ConfigurationError, readConfiguration } from '@besure/service';
import { devchainConfiguration } from './configuration.js';
import { start } from './start.js';

try {
  const starting = start(readConfiguration(devchainConfiguration, process.env));
  // Before it has started: a signal may come in the moment in which it says so.
  const stop = (): void =>
    void starting.then((running) => running.stop()).then((clean) => process.exit(clean ? 0 : 1));
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  await starting;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n`);
  process.exit(error instanceof ConfigurationError ? 78 : 1);
}
