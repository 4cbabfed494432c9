import type { FastifyInstance } from 'fastify';
import type { ApiDescription } from './api-description.js';
import { type DocumentOptions, documentOf } from './document.js';
import { PAGE_POLICY, pageOf } from './page.js';

/** Serves the description of a service, for programs and for people. */
export function addDocsRoutes(fastify: FastifyInstance, api: ApiDescription, options: DocumentOptions): void {
  const document = documentOf(api, options);
  const text = JSON.stringify(document, null, 2);
  const page = pageOf(document);
  fastify.get('/docs/openapi.json', (_request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(text),
  );
  fastify.get('/docs', (_request, reply) =>
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', PAGE_POLICY)
      .send(page),
  );
}
