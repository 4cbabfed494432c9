import type { Socket } from 'node:net';
import { type Problem, problems } from './problem.js';

/** What is answered to a client whose bytes never became a request: too slow, headers too large, or no HTTP. */
export function clientErrorProblem(code: string | undefined): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problems.tooSlow();
    case 'HPE_HEADER_OVERFLOW':
      return problems.headersTooLarge();
    default:
      return problems.malformed({ rule: 'the request is HTTP/1.1' });
  }
}

/** Answers below the framework, which has no request to answer to, and ends the connection. */
export function answerClientError({ code }: { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, code: name, body } = clientErrorProblem(code);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${name}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${text}`);
  socket.destroySoon();
}
