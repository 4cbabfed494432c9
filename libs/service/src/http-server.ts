import { Server as HttpsServer } from 'node:https';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerClientError } from './client-error.js';
import { answerEarly } from './early-answer.js';
import type { Health } from './health.js';
import type { ServiceMetrics } from './metrics.js';
import type { ApiDescription } from './openapi/api-description.js';
import type { ServedRoute } from './openapi/described-routes.js';
import { addDocsRoutes } from './openapi/routes.js';
import { Problem, problems } from './problem.js';
import { problemOf, sendProblem } from './problem-filter.js';
import type { ServerTls } from './server-tls.js';
import { JsonTextError, parseStrictJson } from './strict-json.js';

/** Media types that are read as JSON; all others are answered with 415. */
export const JSON_TYPES = [
  'application/json',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
] as const;

/** 1 MiB: what one NATS message holds, too. */
export const BODY_LIMIT = 1024 * 1024;

const REQUEST_MILLIS = 30_000;
/** How often it is looked for requests that take too long. */
const LOOK_MILLIS = 1_000;

function parseJson(body: Buffer): unknown {
  try {
    const { value, faults } = parseStrictJson(body);
    const [fault] = faults;
    if (fault === undefined) return value;
    throw problems.invalid({ field: fault.path.join('.'), rule: fault.rule });
  } catch (error) {
    throw error instanceof JsonTextError ? problems.malformed({ rule: error.message }) : error;
  }
}

function addParsers(fastify: FastifyInstance, bodyLimit: number, rawBodies: boolean): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>(
    [...JSON_TYPES],
    { parseAs: 'buffer', bodyLimit },
    (_request, body, done) => {
      try {
        done(null, rawBodies ? body : parseJson(body));
      } catch (error) {
        done(error instanceof Problem ? error : problems.malformed());
      }
    },
  );
}

/** What is compressed would be read only to be refused: nobody knows how much it becomes. */
function faultOfCoding({ headers }: FastifyRequest): Problem | undefined {
  const coding = headers['content-encoding'];
  return coding === undefined || coding === 'identity'
    ? undefined
    : problems.unsupportedMediaType({
        field: 'content-encoding',
        rule: 'the body comes as it is, not compressed',
      });
}

function addSystemRoutes(fastify: FastifyInstance, health: Health, metrics: ServiceMetrics): void {
  fastify.get('/health/live', () => ({ status: 'live' }));
  fastify.get('/health/ready', async (_request, reply) => {
    const { ready, checks, shown } = await health.ready();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not-ready', checks, shown });
  });
  fastify.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}

function keepTlsUpToDate(fastify: FastifyInstance, tls: ServerTls): void {
  if (!(fastify.server instanceof HttpsServer)) throw new TypeError('the server does not speak TLS');
  const { refresh, isOld } = tls.attach(fastify.server as HttpsServer);
  fastify.addHook('onRequest', (_request, _reply, done) => {
    refresh();
    done();
  });
  fastify.addHook('onSend', ({ raw: { socket } }, reply, payload, done) => {
    if (isOld(socket)) reply.header('connection', 'close');
    done(null, payload);
  });
}

/** Fastify with our parsers, system routes and request metrics, for Nest to build on. */
export function createAdapter(options: {
  health: Health;
  metrics: ServiceMetrics;
  bodyLimit: number;
  rawBodies?: boolean;
  /** How long a request may take to come in, 30 s without it. */
  requestMillis?: number | undefined;
  api?: ApiDescription;
  /** Without it the server speaks plain HTTP. */
  tls?: ServerTls;
  /** Lets a request in before its body is read, or throws a problem. */
  admit: (request: FastifyRequest) => void;
  /** Told of every route. */
  onRoute?: (route: ServedRoute) => void;
}): FastifyAdapter {
  const requestMillis = options.requestMillis ?? REQUEST_MILLIS;
  const timing = {
    headersTimeout: requestMillis,
    connectionsCheckingInterval: Math.min(LOOK_MILLIS, requestMillis / 4),
  };
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: options.bodyLimit,
    // A caller that takes longer to send its request is let go, wherever in it it stands.
    requestTimeout: requestMillis,
    http: timing,
    clientErrorHandler: answerClientError,
    // While stopping, requests on open connections are still answered properly.
    return503OnClosing: false,
    // A URL that the router cannot read never reaches Nest.
    frameworkErrors: (error: unknown, _request: FastifyRequest, reply: FastifyReply) => {
      sendProblem(reply, problemOf(error));
    },
    ...(options.tls !== undefined && {
      https: {
        ...options.tls.options,
        ...timing,
        // What TLS knows of changed files rests on its own limit: this can only be shorter.
        handshakeTimeout: Math.min(requestMillis, options.tls.options.handshakeTimeout ?? requestMillis),
      },
    }),
  });
  const fastify = adapter.getInstance();
  if (options.tls !== undefined) keepTlsUpToDate(fastify, options.tls);
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) options.onRoute?.({ method: one, url });
  });
  addParsers(fastify, options.bodyLimit, options.rawBodies ?? false);
  addSystemRoutes(fastify, options.health, options.metrics);
  if (options.api !== undefined) {
    addDocsRoutes(fastify, options.api, { clientCertificates: options.tls?.asksClients ?? false });
  }
  fastify.addHook('onRequest', (request, _reply, done) => {
    options.admit(request);
    done(faultOfCoding(request));
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    answerEarly(request, reply);
    // Whoever keeps the connection after this answer would keep the server from closing.
    if (options.health.isStopping) reply.header('connection', 'close');
    done(null, payload);
  });
  const seconds = options.metrics.histogram('besure_http_request_seconds');
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? '(none)';
    seconds.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
    done();
  });
  return adapter;
}
