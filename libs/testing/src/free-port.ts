import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { ServerError } from './error.js';
import type { SupervisedProcess } from './supervised-process.js';

/**
 * Below the ports that Linux gives to whoever asks for any (`ip_local_port_range`): a server that is away for a moment finds its port as it left it, and not
 * under a connection that somebody has opened meanwhile.
 */
const SERVER_PORTS = [20_000, 32_767] as const;
/** For what comes and goes: apart from those that were promised to servers which do not listen yet. */
export const WIRE_PORTS = [10_000, 19_999] as const;

/** A TCP port of 127.0.0.1 on which nothing listens at this moment. Another program may take it first. */
export async function freePort([first, last]: readonly [number, number] = SERVER_PORTS): Promise<number> {
  for (;;) {
    const port = randomInt(first, last + 1);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}

/**
 * Starts a server on the wanted port, or on a free one. Between finding a free port and listening on it
 * another program may take it: then it is tried again on another, three times in all.
 */
export async function onFreePort<T>(
  wanted: number | undefined,
  start: (port: number) => Promise<T>,
  range?: readonly [number, number],
): Promise<T> {
  if (wanted !== undefined) return start(wanted);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort(range));
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
