import { type ApiDescription, entriesOf, methodAndPath } from './api-description.js';
import { SYSTEM_OPERATIONS } from './system-operations.js';

/** A route as Fastify has it. */
export interface ServedRoute {
  readonly method: string;
  readonly url: string;
}

/** Thrown at the start of a service whose routes and description differ. Messages name routes, never data. */
export class DescriptionError extends Error {
  override readonly name = 'DescriptionError';
}

function routeOf(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** Throws where a route is served and not described, described and not served, or asks for another scope than is described. */
export function assertDescribed(
  served: readonly ServedRoute[],
  access: ReadonlyMap<string, string | undefined>,
  { operations }: ApiDescription,
): void {
  const isServed = new Set(
    served.filter(({ method }) => method !== 'HEAD').map(({ method, url }) => `${method} ${url}`),
  );
  const described = new Map<string, string>();
  for (const [key, { route, scope }] of [...entriesOf(operations), ...entriesOf(SYSTEM_OPERATIONS)]) {
    const { method, path } = methodAndPath(key);
    described.set(`${method} ${route ?? routeOf(path)}`, scope ?? 'open');
  }
  const faults = [
    ...[...isServed].filter((route) => !described.has(route)).map((route) => `${route} is not described`),
    ...[...described.keys()].filter((route) => !isServed.has(route)).map((route) => `${route} is not served`),
    ...[...access]
      .filter(([route, scope]) => described.has(route) && described.get(route) !== (scope ?? 'closed'))
      .map(([route, scope]) => `${route} is ${scope ?? 'closed'}, described as ${described.get(route)!}`),
  ];
  if (faults.length > 0) throw new DescriptionError(`the API description differs: ${faults.join('; ')}`);
}
