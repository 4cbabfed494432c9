import type { oas31 } from 'zod-openapi';
import type { DescribedHeader } from './api-description.js';

const HEADERS: Readonly<Record<DescribedHeader, oas31.HeaderObject>> = {
  'access-control-allow-origin': {
    description: 'Pages of any origin may read this.',
    schema: { type: 'string', const: '*' },
  },
  'cache-control': { description: 'How long the answer may be kept.', schema: { type: 'string' } },
  'content-security-policy': {
    description: 'The page loads nothing and runs nothing.',
    schema: { type: 'string' },
  },
  'idempotent-replay': {
    description: 'Everything in the request had been accepted before; nothing was added.',
    schema: { type: 'string', const: 'true' },
  },
  'retry-after': {
    description: 'Seconds to wait before the same request is sent again.',
    schema: { type: 'string', pattern: '^[0-9]+$' },
  },
  'www-authenticate': {
    description: 'What the token lacks (RFC 6750).',
    schema: { type: 'string', pattern: '^Bearer realm="besure"' },
  },
};

/** Headers of an answer: those that it always has, and those that it may have. */
export function headersOf(
  always: readonly DescribedHeader[],
  some: readonly DescribedHeader[],
): oas31.HeadersObject {
  return Object.fromEntries([
    ...always.map((name) => [name, { ...HEADERS[name], required: true }] as const),
    ...some.map((name) => [name, HEADERS[name]] as const),
  ]);
}
