import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** How much of a request, and for how long, is read and dropped after its answer. */
const LINGER_BYTES = 16 * 1024 * 1024;
const LINGER_MILLIS = 5_000;

/**
 * An answer that is given before the request has come in whole, because it is too large or not let in, ends the connection. Closed at once,
 * with bytes unread, it would be reset, and the client, which may still be sending, would lose the answer (RFC 9112, 9.6): our side is
 * closed, and what comes is dropped, up to a limit.
 */
export function answerEarly({ raw, headers }: FastifyRequest, reply: FastifyReply): void {
  const announced = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (!announced || raw.complete) return;
  const { socket } = raw;
  reply.header('connection', 'close');
  let left = LINGER_BYTES;
  raw.on('data', (chunk: Uint8Array) => {
    left -= chunk.length;
    if (left < 0) socket.destroy();
  });
  raw.resume();
  const closeNow = socket.destroySoon.bind(socket);
  // What Node calls after the last answer on a connection.
  socket.destroySoon = () => {
    if (raw.complete) closeNow();
    else linger(raw, socket);
  };
}

function linger(request: FastifyRequest['raw'], socket: Socket): void {
  const close = (): void => void socket.destroy();
  const timer = setTimeout(close, LINGER_MILLIS);
  socket.once('close', () => {
    clearTimeout(timer);
  });
  request.once('end', close);
  socket.end();
}
