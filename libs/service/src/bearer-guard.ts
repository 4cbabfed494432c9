import {
  createParamDecorator,
  SetMetadata,
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { problems } from './problem.js';
import type { Caller, Scope, TokensFile } from './tokens-file.js';

const ACCESS = 'besure:access';
const callers = new WeakMap<FastifyRequest, Caller>();

/** The route asks for a token with this scope. */
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

function tokenOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  return header === undefined ? null : (/^Bearer ([\w.~+/=-]{1,512})$/i.exec(header)?.[1] ?? null);
}

/** Who may use a handler: a scope, `open`, or `undefined` where neither it nor its controller says. */
export function accessOf(handler: object, controller: object): string | undefined {
  const access: unknown = Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, controller);
  return typeof access === 'string' ? access : undefined;
}

/** Decides about every HTTP route. Without a tokens file no route with `RequireScope` lets anybody in. */
export class BearerGuard implements CanActivate {
  readonly #tokens: TokensFile | null;

  constructor(tokens: TokensFile | null) {
    this.#tokens = tokens;
  }

  canActivate(context: ExecutionContext): boolean {
    const access = accessOf(context.getHandler(), context.getClass());
    if (access === 'open') return true;
    if (access === undefined) throw problems.forbidden();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const token = tokenOf(request);
    const caller = token === null ? null : (this.#tokens?.find(token) ?? null);
    if (caller === null) {
      throw problems.unauthenticated(
        request.headers.authorization === undefined
          ? {}
          : { headers: { 'www-authenticate': 'Bearer realm="besure", error="invalid_token"' } },
      );
    }
    if (!caller.scopes.some((scope) => scope === access)) {
      throw problems.forbidden({
        headers: {
          'www-authenticate': `Bearer realm="besure", error="insufficient_scope", scope="${access}"`,
        },
      });
    }
    callers.set(request, caller);
    return true;
  }
}
