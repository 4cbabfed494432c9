import type { Socket } from 'node:net';
import { type Problem, problems } from './problem.js';

/** What is answered to a client whose bytes never became a request: too slow, headers too large, or no HTTP. Null where nothing can be. */
function clientErrorProblem(code = ''): Problem | null {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problems.tooSlow();
  if (code === 'HPE_HEADER_OVERFLOW') return problems.headersTooLarge();
  return code.startsWith('HPE_') ? problems.malformed({ rule: 'the request is HTTP/1.1' }) : null;
}

/** Answers below the framework, which has no request to answer to, and ends the connection. */
export function answerClientError({ code }: { readonly code?: string }, socket: Socket): void {
  const problem = clientErrorProblem(code);
  // Who went away, or never came to an end with TLS, cannot be answered, and would never let the answer go.
  if (problem === null || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code: name, body } = problem;
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
