import {
  createParamDecorator,
  SetMetadata,
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { clientCertificateOf } from './client-certificate.js';
import { demandScope, identify } from './identify.js';
import { problems } from './problem.js';
import { type Caller, SCOPES, type Scope, type TokensFile } from './tokens-file.js';

const ACCESS = 'besure:access';
const callers = new WeakMap<FastifyRequest, Caller>();

/** The route asks for a caller with this scope. */
export function RequireScope(scope: Scope): CustomDecorator {
  return SetMetadata(ACCESS, scope);
}

/** The route is open to everyone. Said explicitly, because a route that says nothing is closed. */
export function Open(): CustomDecorator {
  return SetMetadata(ACCESS, 'open');
}

/** The caller of a request, null on an open route: for code that has the request. */
export function callerOf(request: FastifyRequest): Caller | null {
  return callers.get(request) ?? null;
}

/** Parameter decorator: the caller of a route with `RequireScope`. */
export const FromCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (caller === null) throw problems.unauthenticated();
  return caller;
});

/** Who may use a handler: a scope, `open`, or `undefined` where neither it nor its controller says. */
export function accessOf(handler: object, controller: object): string | undefined {
  const access: unknown = Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, controller);
  return typeof access === 'string' ? access : undefined;
}

/** Decides about every HTTP route. Without a tokens file no route with `RequireScope` lets anybody in. */
export class AccessGuard implements CanActivate {
  readonly #tokens: TokensFile | null;

  constructor(tokens: TokensFile | null) {
    this.#tokens = tokens;
  }

  /**
   * Lets a request in, or throws a problem. It is called before the body is read, so that who is nobody here has nothing read, and once more
   * by Nest, for which every route has to pass here.
   */
  admit(request: FastifyRequest, access: string | undefined): void {
    if (access === 'open' || callers.has(request)) return;
    const scope = SCOPES.find((one) => one === access);
    if (scope === undefined) throw problems.forbidden();
    const caller = identify(this.#tokens, {
      authorization: request.headers.authorization ?? null,
      certificate: clientCertificateOf(request.raw.socket),
    });
    demandScope(caller, scope);
    callers.set(request, caller);
  }

  canActivate(context: ExecutionContext): boolean {
    this.admit(
      context.switchToHttp().getRequest<FastifyRequest>(),
      accessOf(context.getHandler(), context.getClass()),
    );
    return true;
  }
}
