import { z } from 'zod';
import {
  createDocument,
  type oas31,
  type ZodOpenApiContentObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathItemObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import {
  type ApiDescription,
  type DescribedAnswer,
  type DescribedContent,
  type DescribedOperation,
  entriesOf,
  methodAndPath,
} from './api-description.js';
import { headersOf } from './headers.js';
import { problemAnswers } from './problem-answers.js';
import { SYSTEM_OPERATIONS } from './system-operations.js';

/** An OpenAPI 3.1 document. */
export type OpenApiDocument = oas31.OpenAPIObject;

/** By what callers are known. */
const SCHEMES = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'A token that the organisation gave out; the scopes beside an operation are asked of it.',
  },
  certificate: {
    type: 'mutualTLS',
    description:
      'A client certificate whose public key the organisation has entered, where no token is shown; the scopes beside an operation are asked of it.',
  },
} as const;
type Scheme = keyof typeof SCHEMES;
const API = 'API';
const OPERATION = 'Operation of the service';

/** What a document says beside the description: how the service is set up. */
export interface DocumentOptions {
  /** Callers may show client certificates in place of tokens. */
  readonly clientCertificates?: boolean;
}

/** The OpenAPI 3.1 document of a service: its own operations and those of every service. */
export function documentOf(
  { title, description, operations, schemas }: ApiDescription,
  { clientCertificates = false }: DocumentOptions = {},
): OpenApiDocument {
  const schemes: readonly Scheme[] = clientCertificates ? ['token', 'certificate'] : ['token'];
  return createDocument({
    openapi: '3.1.1',
    info: {
      title,
      version: '1',
      description: `${description}\n\nWhatever has no route is answered with the problem \`not-found\`.`,
      license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: API, description: 'What callers use.' },
      { name: OPERATION, description: 'What those who run the service use.' },
    ],
    components: {
      ...(schemas === undefined ? {} : { schemas }),
      ...(entriesOf(operations).every(([, { scope }]) => scope === undefined)
        ? {}
        : {
            securitySchemes: Object.fromEntries(schemes.map((scheme) => [scheme, SCHEMES[scheme]])),
          }),
    },
    paths: {
      ...pathsOf(operations, API, schemes),
      ...pathsOf(SYSTEM_OPERATIONS, OPERATION, schemes),
    },
  }) as OpenApiDocument;
}

function pathsOf(
  operations: ApiDescription['operations'],
  tag: string,
  schemes: readonly Scheme[],
): Record<string, ZodOpenApiPathItemObject> {
  const paths: Record<string, ZodOpenApiPathItemObject> = {};
  for (const [key, operation] of entriesOf(operations)) {
    const { method, path } = methodAndPath(key);
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(operation, tag, schemes) };
  }
  return paths;
}

function operationOf(
  operation: DescribedOperation,
  tag: string,
  schemes: readonly Scheme[],
): ZodOpenApiOperationObject {
  const { id, summary, description, scope, route, path, query, header, body, answers } = operation;
  const responses = new Map<number, ZodOpenApiResponseObject>(
    Object.entries(answers).map(([status, answer]) => [Number(status), answerOf(answer)]),
  );
  problemAnswers(operation).forEach((problem, status) => responses.set(status, problem));
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    ...(route === undefined ? {} : { 'x-route': route }),
    security: scope === undefined ? [] : schemes.map((scheme) => ({ [scheme]: [scope] })),
    ...(path === undefined && query === undefined && header === undefined
      ? {}
      : { requestParams: { ...(path && { path }), ...(query && { query }), ...(header && { header }) } }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            description: body.description,
            content: contentOf(body.content),
          },
        }),
    responses: Object.fromEntries(
      [...responses].toSorted(([one], [other]) => one - other).map(([status, one]) => [String(status), one]),
    ),
  };
}

function answerOf({
  description,
  content,
  headers = [],
  someHeaders = [],
}: DescribedAnswer): ZodOpenApiResponseObject {
  return {
    description,
    content: contentOf(content),
    ...(headers.length + someHeaders.length === 0 ? {} : { headers: headersOf(headers, someHeaders) }),
  };
}

function contentOf(content: DescribedContent): ZodOpenApiContentObject {
  return Object.fromEntries(
    Object.entries(content).map(([mediaType, schema]) => [
      mediaType,
      { schema: schema instanceof z.ZodType ? schema : unparsed(mediaType, schema.text) },
    ]),
  );
}

/** Bytes have no type in JSON Schema. */
function unparsed(mediaType: string, description: string): oas31.SchemaObject {
  return mediaType.startsWith('text/') ? { type: 'string', description } : { description };
}
