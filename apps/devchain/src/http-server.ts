import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { JsonRpc } from './json-rpc.js';

/** What the server answers with, beside the RPC. */
export interface Endpoints {
  readonly rpc: JsonRpc;
  readonly user: string;
  readonly password: string;
  ready(): Promise<boolean>;
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
  failed(error: unknown): void;
}

const LARGEST_BODY = 32 * 1024 * 1024;

/** HTTP as a MultiChain node speaks it on `/`, and as all our services do on `/health` and `/metrics`. */
export function createHttpServer(endpoints: Endpoints): Server {
  const expected = digest(
    `Basic ${Buffer.from(`${endpoints.user}:${endpoints.password}`).toString('base64')}`,
  );
  return createServer((request, response) => {
    respond(request, response, endpoints, expected).catch((error: unknown) => {
      endpoints.failed(error);
      response.destroy();
    });
  });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  endpoints: Endpoints,
  expected: Uint8Array,
): Promise<void> {
  if (request.method === 'GET') {
    await respondToGet(request, response, endpoints);
    return;
  }
  const body = await readBody(request);
  if (body === undefined) {
    response.writeHead(413, { Connection: 'close' }).end();
  } else if (request.url !== '/') {
    response.writeHead(404).end();
  } else if (request.method !== 'POST') {
    response.writeHead(405).end('JSONRPC server handles only POST requests');
  } else if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
    const answer = endpoints.rpc.answer(body);
    response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(answer.body);
  } else {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="jsonrpc"', 'Content-Length': 0 }).end();
  }
}

async function respondToGet(
  request: IncomingMessage,
  response: ServerResponse,
  endpoints: Endpoints,
): Promise<void> {
  if (request.url === '/health/live') {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"status":"live"}');
  } else if (request.url === '/health/ready') {
    const ready = await endpoints.ready();
    const status = ready ? 'ready' : 'not-ready';
    response
      .writeHead(ready ? 200 : 503, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ status }));
  } else if (request.url === '/metrics') {
    const { type, text } = await endpoints.metrics();
    response.writeHead(200, { 'Content-Type': type }).end(text);
  } else if (request.url === '/') {
    response.writeHead(405).end('JSONRPC server handles only POST requests');
  } else {
    response.writeHead(404).end();
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= LARGEST_BODY) chunks.push(chunk);
  }
  return length <= LARGEST_BODY ? Buffer.concat(chunks).toString('utf8') : undefined;
}

/** Texts of any length become comparable in constant time. */
function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
