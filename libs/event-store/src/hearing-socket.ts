import { Socket } from 'node:net';

/**
 * A socket that breaks when nothing has gone over it for so long. What forgets a connection on its way (a firewall, a machine that is gone) tells neither
 * end, and whoever waits for an answer would wait for hours. Connections that nobody uses are closed earlier.
 */
export function hearingSocket(silenceMillis: number): Socket {
  const socket = new Socket();
  return socket.setTimeout(silenceMillis, () =>
    socket.destroy(Object.assign(new Error('the database says nothing'), { code: 'ETIMEDOUT' })),
  );
}
