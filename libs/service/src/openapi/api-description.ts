import type { z } from 'zod';
import type { Problem } from '../problem.js';
import type { Scope } from '../tokens-file.js';

/** What a body or an answer holds: a schema of what is parsed or produced, or a note on bytes or text that no schema describes. */
export type DescribedContent = Readonly<Record<string, z.ZodType | { readonly text: string }>>;

/** Headers that answers may carry; each is explained once (see document.ts). */
export type DescribedHeader =
  | 'access-control-allow-origin'
  | 'cache-control'
  | 'content-security-policy'
  | 'idempotent-replay'
  | 'retry-after'
  | 'www-authenticate';

/** An answer other than a problem. */
export interface DescribedAnswer {
  readonly description: string;
  readonly content: DescribedContent;
  /** Headers of every such answer, and of some. */
  readonly headers?: readonly DescribedHeader[];
  readonly someHeaders?: readonly DescribedHeader[];
}

/** A problem as it is thrown: its code, status and headers come from the same place as those of the answer. */
export type DescribedProblem = Pick<Problem, 'status' | 'code' | 'headers'> & {
  readonly title: string;
  /** Members beyond those of every problem. */
  readonly more?: z.ZodRawShape;
};

/** One operation, described beside its handler. Schemas are the ones that really parse or produce. */
export interface DescribedOperation {
  /** Unique in the service, camelCase: names of generated clients. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /** The scope that `RequireScope` names; without it the route has `Open()`. */
  readonly scope?: Scope;
  /** The route as Fastify knows it, where a wildcard stands for several paths. */
  readonly route?: string;
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Headers of the request. */
  readonly header?: z.ZodObject;
  readonly body?: { readonly description: string; readonly content: DescribedContent };
  readonly answers: Readonly<Record<number, DescribedAnswer>>;
  /** Problems of its own; those of every route, of a token and of a body are added. */
  readonly problems?: readonly DescribedProblem[];
}

/** `GET /v1/things/{id}`: the method and the path as OpenAPI writes it. */
export type OperationKey = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;

/** The operations of a controller or a service. */
export type DescribedOperations = Readonly<Record<OperationKey, DescribedOperation>>;

/** The public API of a service. */
export interface ApiDescription {
  readonly title: string;
  readonly description: string;
  readonly operations: DescribedOperations;
  /** Schemas with a name of their own in the document. */
  readonly schemas?: Readonly<Record<string, z.ZodType>>;
}

/** Method and path of an operation. */
export function methodAndPath(key: string): { readonly method: string; readonly path: string } {
  const space = key.indexOf(' ');
  return { method: key.slice(0, space), path: key.slice(space + 1) };
}

/** The entries of described operations, with their keys known to be keys. */
export function entriesOf(operations: DescribedOperations): [OperationKey, DescribedOperation][] {
  return Object.entries(operations) as [OperationKey, DescribedOperation][];
}
