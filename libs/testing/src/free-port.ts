import { createServer } from 'node:net';
import { ServerError } from './error.js';
import type { SupervisedProcess } from './supervised-process.js';

/** A TCP port of 127.0.0.1 on which nothing listens at this moment. Another program may take it first. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new TypeError('no port'));
      });
    });
  });
}

/**
 * Starts a server on the wanted port, or on a free one. Between finding a free port and listening on it
 * another program may take it: then it is tried again on another, three times in all.
 */
export async function onFreePort<T>(
  wanted: number | undefined,
  start: (port: number) => Promise<T>,
): Promise<T> {
  if (wanted !== undefined) return start(wanted);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === 3 || !(error instanceof ServerError) || error.code !== 'port-taken') throw error;
    }
  }
}

/** The error for a server that ended before it answered, with its last words. */
export function endedWhileStarting(server: SupervisedProcess): ServerError {
  const words = server.lastLines();
  const code = /address already in use/i.test(words) ? 'port-taken' : 'start-failed';
  return new ServerError(code, `${server.name} ended while starting (${server.logFile}):\n${words}`);
}
