import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceLog } from './log.js';
import { Problem, problems } from './problem.js';

/** The status that the framework means, 500 when it means none. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : 500;
}

/** Turns anything thrown into a problem. Texts of the framework are not passed on: they quote URLs and bodies. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = statusOf(error);
  switch (status) {
    case 401:
      return problems.unauthenticated();
    case 403:
      return problems.forbidden();
    case 404:
      return problems.notFound();
    case 413:
      return problems.tooLarge({ field: 'body', rule: 'no larger than this service reads' });
    case 415:
      return problems.unsupportedMediaType();
    case 422:
      return problems.invalid();
    default:
      return status >= 400 && status < 500 ? problems.malformed() : problems.internal();
  }
}

/** What a service answers to errors of the libraries that it uses; null for those that it does not know. */
export type TranslateError = (error: unknown) => Problem | null;

/** Answers a request with a problem. */
export function sendProblem(reply: FastifyReply, problem: Problem): void {
  if (reply.sent) return;
  void reply
    .code(problem.status)
    .headers(problem.headers)
    .header('content-type', 'application/problem+json')
    .send(Buffer.from(JSON.stringify(problem.body))); // bytes: to a text fastify adds a charset
}

/** The one exception filter of a service. Faults of ours are logged with their place; faults of callers are not. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log: ServiceLog;
  readonly #translate: TranslateError;

  constructor(log: ServiceLog, translate: TranslateError = () => null) {
    this.#log = log;
    this.#translate = translate;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    // Whoever went away in the middle of its request hears nothing, and it is no fault of ours.
    const { raw } = http.getRequest<FastifyRequest>();
    if (raw.destroyed && !raw.complete) return;
    const problem = this.#translate(error) ?? problemOf(error);
    if (problem.status >= 500 && !(error instanceof Problem)) {
      const request = http.getRequest<FastifyRequest>();
      this.#log.error('request failed', {
        error,
        method: request.method,
        route: request.routeOptions?.url ?? '(none)',
      });
    }
    sendProblem(http.getResponse<FastifyReply>(), problem);
  }
}
