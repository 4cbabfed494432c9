import { describe, expect, it } from 'vitest';
import { ApiContract, ContractError } from './api-contract.js';

const thing = {
  type: 'object',
  properties: { name: { type: 'string' } },
  required: ['name'],
  additionalProperties: false,
};
const contract = new ApiContract('http://here', {
  openapi: '3.1.1',
  components: { schemas: { Thing: thing } },
  paths: {
    '/things/{id}': {
      get: {
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'show', in: 'query', schema: { type: 'string', maxLength: 3 } },
        ],
        responses: {
          200: {
            headers: { 'retry-after': { required: true, schema: { pattern: '^[0-9]+$' } } },
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
          },
        },
      },
    },
    '/things/latest': { get: { responses: { 204: { content: { 'text/plain': {} } } } } },
    '/files/{file}': {
      get: { 'x-route': '/files/*', responses: { 200: { content: { 'text/plain': {} } } } },
    },
    '/things': {
      post: {
        parameters: [{ name: 'x-shade', in: 'header', schema: { type: 'string', maxLength: 3 } }],
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
        responses: { 200: { content: { 'text/plain': {} } } },
      },
    },
  },
});

interface Exchange {
  readonly method?: string;
  readonly url?: string;
  readonly sent?: string;
  readonly sentAs?: string;
  readonly sentWith?: Record<string, string>;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const GOOD = { 'content-type': 'application/json; charset=utf-8', 'retry-after': '2' };

function check(exchange: Exchange, options = {}): Promise<void> {
  const { method = 'GET', url = '/things/1', sent, sentAs = 'application/json', status = 200 } = exchange;
  const { headers = GOOD, body = '{"name":"a"}' } = exchange;
  const request =
    sent === undefined ? {} : { body: sent, headers: { 'content-type': sentAs, ...exchange.sentWith } };
  const response = new Response(body, { status, headers });
  return contract.check(method, new URL(url, 'http://here'), request, response, options);
}

const TEXT = { 'content-type': 'text/plain' };
const POST = { method: 'POST', url: '/things', headers: TEXT };

describe('an exchange', () => {
  it.each<[string, Exchange]>([
    ['as described', {}],
    ['with a parameter', { url: '/things/1?show=abc' }],
    ['with a body', { ...POST, sent: '{"name":"a"}' }],
    ['with a header', { ...POST, sent: '{"name":"a"}', sentWith: { 'X-Shade': 'red' } }],
    ['under a wildcard', { url: '/files/a/b.c/d', headers: TEXT }],
    ['with what has no route', { url: '/nothing', status: 404 }],
  ])('%s passes', async (_what, exchange) => {
    await expect(check(exchange)).resolves.toBeUndefined();
  });

  it.each<[string, Exchange, string]>([
    ['a route that nobody described', { url: '/secret' }, 'is not described'],
    ['another status', { status: 202 }, 'does not describe 202'],
    [
      'another media type',
      { headers: { ...GOOD, 'content-type': 'text/html' } },
      'does not describe 200 text/html',
    ],
    ['a surplus member', { body: '{"name":"a","more":1}' }, 'must NOT have additional properties'],
    ['a missing member', { body: '{}' }, "must have required property 'name'"],
    ['a missing header', { headers: { 'content-type': 'application/json' } }, 'needs retry-after'],
    ['a header of another form', { headers: { ...GOOD, 'retry-after': 'soon' } }, 'retry-after is soon'],
    ['a surplus header', { headers: { ...GOOD, 'x-more': '1' } }, 'does not describe 200 x-more'],
    ['an unknown parameter', { url: '/things/1?more=1' }, 'does not describe ?more'],
    ['a parameter of another form', { url: '/things/1?show=abcd' }, 'must NOT have more than 3 characters'],
    [
      'a wrong body that succeeds',
      { ...POST, sent: '{}' },
      "request: body must have required property 'name'",
    ],
    [
      'an unknown header of the request',
      { ...POST, sent: '{"name":"a"}', sentWith: { 'x-hue': 'red' } },
      'does not describe the header x-hue',
    ],
    [
      'a header of the request of another form',
      { ...POST, sent: '{"name":"a"}', sentWith: { 'x-shade': 'green' } },
      'x-shade: body must NOT have more than 3 characters',
    ],
    ['a body of another type', { ...POST, sent: 'a', sentAs: 'text/plain' }, 'does not take text/plain'],
    ['the plain path, not the one with a variable', { url: '/things/latest' }, 'does not describe 200'],
  ])('with %s is refused', async (_what, exchange, message) => {
    const refused = check(exchange);
    await expect(refused).rejects.toThrow(ContractError);
    await expect(refused).rejects.toThrow(message);
  });

  it('that is wrong on purpose passes, its answer is checked', async () => {
    await expect(check({ ...POST, sent: '{}' }, { badRequest: true })).resolves.toBeUndefined();
    await expect(check({ ...POST, sent: '{}', headers: GOOD }, { badRequest: true })).rejects.toThrow(
      ContractError,
    );
  });
});
