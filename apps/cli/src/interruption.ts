import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

/**
 * Runs something that a Ctrl-C ends properly: the first one asks it to stop and waits for what it has started, a second one
 * does not wait.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController();
  const onSignal = (): void => {
    if (interruption.signal.aborted) process.exit(EXIT.interrupted);
    interruption.abort(new CliError(EXIT.interrupted, 'stopped'));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await work(interruption.signal);
  } finally {
    for (const signal of signals) process.removeListener(signal, onSignal);
  }
}
