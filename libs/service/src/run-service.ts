import type { DynamicModule, ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy, MicroserviceOptions } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DestinationStream } from 'pino';
import type { z } from 'zod';
import { AccessGuard } from './access-guard.js';
import { Closers } from './closers.js';
import type { DeadLetterDesk } from './dead-letter-desk.js';
import { Health } from './health.js';
import { BODY_LIMIT, createAdapter } from './http-server.js';
import { createLog, type ServiceLog } from './log.js';
import { ServiceMetrics } from './metrics.js';
import { nestLog } from './nest-log.js';
import type { ApiDescription } from './openapi/api-description.js';
import { accessOfControllers } from './openapi/controller-access.js';
import { assertDescribed, type ServedRoute } from './openapi/described-routes.js';
import { ProblemFilter, type TranslateError } from './problem-filter.js';
import { ServerTls } from './server-tls.js';
import type { TokensFile } from './tokens-file.js';
import type { ServiceConfig } from './variables.js';

/** What a service is given to build itself from. */
export interface ServiceContext<C extends ServiceConfig> {
  readonly name: string;
  readonly config: C;
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
  readonly health: Health;
  /** Aborted when the service is to stop before it has started: for what a start waits for. */
  readonly starting: AbortSignal;
  /** Closes something when the service stops or fails to start: in reverse order, after HTTP and messages have ended. */
  onStop(name: string, close: () => Promise<void> | void): void;
}

/** What a service builds: controllers and providers for Nest, and what else takes requests. */
export interface ServiceParts extends ModuleMetadata {
  /** Transport strategies (NatsRequestServer) that call the controllers' message handlers. */
  readonly microservices?: readonly CustomTransportStrategy[];
  /** Who may use routes with `RequireScope`; without it nobody may. */
  readonly tokens?: TokensFile;
  /** Answers to errors that are nobody's fault here, such as a database that is away; without it they are 500. */
  readonly translateError?: TranslateError;
  /** Called once requests are taken: for work that starts by itself (relays, consumers, timers). */
  readonly started?: () => Promise<void> | void;
}

/** A service, as an app describes it. */
export interface ServiceDefinition<C extends ServiceConfig> {
  readonly name: string;
  /** Schema over the environment: see `readConfiguration` and `serviceVariables`. */
  readonly configuration: z.ZodType<C>;
  /** Brings the database to this version: the command `migrate`. Leave out for a service without database. */
  readonly migrate?: (config: C, log: ServiceLog) => Promise<void>;
  /** Where an operator ends its dead letters: the command `dead-letters`. Leave out for a service that consumes nothing. */
  readonly deadLetters?: (config: C, log: ServiceLog) => Promise<DeadLetterDesk>;
  /** Largest HTTP body in bytes; 1 MiB without it. */
  readonly bodyLimit?: number;
  /** Handlers get bodies as bytes, and read them themselves (`parseStrictJson`). */
  readonly rawBodies?: boolean;
  /** Its public API: served under `/docs`. The service does not start when its routes are others. */
  readonly api?: ApiDescription;
  build(context: ServiceContext<C>): Promise<ServiceParts> | ServiceParts;
}

/** A service that runs. */
export interface RunningService {
  readonly name: string;
  /** E.g. `http://127.0.0.1:8080`, without a slash at the end. */
  readonly httpUrl: string;
  /** Stops within the deadline, whatever hangs; true when everything closed properly. Calling again returns the same promise. */
  stop(): Promise<boolean>;
}

/** Only what the owner of a process or a test sets. */
export interface RunOptions {
  /** Adds process metrics: for the one service of a process. */
  readonly ownsProcess?: boolean;
  /** Ends a start that is not over. */
  readonly starting?: AbortSignal;
  /** Where log lines go instead of standard output. */
  readonly logStream?: DestinationStream;
  /** How often the files of TLS are looked at, at most; once a second without it. */
  readonly checkFilesMillis?: number;
}

const STOP_MILLIS = 20_000;

function moduleOf(parts: ServiceParts): DynamicModule {
  const { imports = [], controllers = [], providers = [], exports = [] } = parts;
  // A class of its own for each start: Nest tells modules apart by their class.
  // oxlint-disable-next-line typescript/no-extraneous-class -- what a module class holds is in its metadata
  return { module: class ServiceModule {}, imports, controllers, providers, exports };
}

async function createApp(
  parts: ServiceParts,
  context: Pick<ServiceContext<ServiceConfig>, 'log' | 'metrics' | 'health'> & {
    readonly tls: ServerTls | null;
  },
  {
    bodyLimit = BODY_LIMIT,
    rawBodies = false,
    api,
  }: Pick<ServiceDefinition<ServiceConfig>, 'bodyLimit' | 'rawBodies' | 'api'>,
  requestMillis: number | undefined,
): Promise<NestFastifyApplication> {
  const served: ServedRoute[] = [];
  const guard = new AccessGuard(parts.tokens ?? null);
  const accesses = accessOfControllers(parts.controllers ?? []);
  const adapter = createAdapter({
    health: context.health,
    metrics: context.metrics,
    bodyLimit,
    rawBodies,
    requestMillis,
    ...(api === undefined ? {} : { api }),
    ...(context.tls === null ? {} : { tls: context.tls }),
    admit(request) {
      const route = `${request.method} ${request.routeOptions.url ?? ''}`;
      if (accesses.has(route)) guard.admit(request, accesses.get(route));
    },
    onRoute: (route) => served.push(route),
  });
  const app = await NestFactory.create<NestFastifyApplication>(moduleOf(parts), adapter, {
    logger: nestLog(context.log),
    bodyParser: false, // ours
    abortOnError: false, // throw, do not end a process that is not ours
    forceCloseConnections: false,
  });
  app.useGlobalFilters(new ProblemFilter(context.log, parts.translateError));
  app.useGlobalGuards(guard);
  for (const strategy of parts.microservices ?? []) {
    app.connectMicroservice<MicroserviceOptions>({ strategy });
  }
  if (api !== undefined) {
    await app.init();
    assertDescribed(served, accesses, api);
  }
  return app;
}

/** Node looks for slow requests no more once it closes: those that are not there in half the time to stop are cut off. */
async function closeHttp(app: NestFastifyApplication, millis: number): Promise<void> {
  const server = app.getHttpServer();
  const timer = setTimeout(() => {
    server.closeAllConnections();
  }, millis);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Starts a service in this process and resolves when it takes requests. Touches nothing global: several services may
 * run in one process. When the start fails, everything that was opened is closed before the promise rejects.
 */
export async function runService<C extends ServiceConfig>(
  definition: ServiceDefinition<C>,
  config: C,
  options: RunOptions = {},
): Promise<RunningService> {
  const { name } = definition;
  const log = createLog({
    name,
    ...(config.logLevel === undefined ? {} : { level: config.logLevel }),
    ...(options.logStream === undefined ? {} : { stream: options.logStream }),
  });
  const metrics = new ServiceMetrics(name);
  if (options.ownsProcess === true) metrics.addProcessMetrics();
  const health = new Health();
  const closers = new Closers(log);
  const stopMillis = config.stopMillis ?? STOP_MILLIS;
  try {
    const onStop: ServiceContext<C>['onStop'] = (what, close) => {
      closers.add(what, close);
    };
    const { port, host = '127.0.0.1', tls: tlsFiles } = config.http;
    const tls = tlsFiles === undefined ? null : new ServerTls(tlsFiles, log, options.checkFilesMillis);
    const { starting = new AbortController().signal } = options;
    const parts = await definition.build({ name, config, log, metrics, health, starting, onStop });
    const app = await createApp(parts, { log, metrics, health, tls }, definition, config.requestMillis);
    // Closed first of all: no new work while the parts go away.
    closers.add('http', () => closeHttp(app, stopMillis / 2));
    await app.startAllMicroservices();
    await app.listen(port, host);
    await parts.started?.();
    const httpUrl = await app.getUrl();
    log.info('started', { url: httpUrl });
    let stopped: Promise<boolean> | undefined;
    const stop = async (): Promise<boolean> => {
      health.stopping();
      const clean = await closers.closeAll(stopMillis);
      log.info('stopped', { state: clean ? 'clean' : 'unclean' });
      return clean;
    };
    return { name, httpUrl, stop: () => (stopped ??= stop()) };
  } catch (error) {
    await closers.closeAll(stopMillis);
    throw error;
  }
}
