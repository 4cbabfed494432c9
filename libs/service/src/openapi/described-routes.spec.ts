import { Controller, Delete, Get, Post } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Open, RequireScope } from '../access-guard.js';
import { problems } from '../problem.js';
import type { ApiDescription, DescribedOperation, DescribedOperations } from './api-description.js';
import { accessOfControllers } from './controller-access.js';
import { assertDescribed, DescriptionError } from './described-routes.js';
import { documentOf } from './document.js';
import { pageOf } from './page.js';
import { described } from './problem-answers.js';
import { SYSTEM_OPERATIONS } from './system-operations.js';

@Controller('v1/things')
class ThingsController {
  @Get(':id')
  @Open()
  read(): void {}

  @Post()
  @RequireScope('events:write')
  write(): void {}

  @Delete()
  remove(): void {}

  notARoute(): void {}
}

const operation: DescribedOperation = {
  id: 'some',
  summary: 'Something',
  answers: { 200: { description: 'Done.', content: { 'application/json': z.object({ a: z.string() }) } } },
};
const things: DescribedOperations = {
  'GET /v1/things/{id}': { ...operation, id: 'read', path: z.object({ id: z.string() }) },
  'POST /v1/things': { ...operation, id: 'write', scope: 'events:write' },
};
const system = Object.keys(SYSTEM_OPERATIONS).map((key) => {
  const [method = '', url = ''] = key.split(' ');
  return { method, url };
});
const served = [
  ...system,
  { method: 'HEAD', url: '/metrics' },
  { method: 'GET', url: '/v1/things/:id' },
  { method: 'POST', url: '/v1/things' },
];
const access = new Map<string, string | undefined>([
  ['GET /v1/things/:id', 'open'],
  ['POST /v1/things', 'events:write'],
]);

function api(operations: DescribedOperations): ApiDescription {
  return { title: 'Things', description: 'A <test>.', operations };
}

describe('routes and their description', () => {
  it('are the same', () => {
    expect(() => {
      assertDescribed(served, access, api(things));
    }).not.toThrow();
  });

  it.each<[string, Parameters<typeof assertDescribed>, string]>([
    [
      'a route that nobody described',
      [[...served, { method: 'GET', url: '/v1/secret' }], access, api(things)],
      'GET /v1/secret is not described',
    ],
    [
      'a description of no route',
      [served, access, api({ ...things, 'PUT /v1/things': operation })],
      'PUT /v1/things is not served',
    ],
    [
      'another scope',
      [served, new Map([...access, ['POST /v1/things', 'open']]), api(things)],
      'POST /v1/things is open, described as events:write',
    ],
    [
      'a route that lets nobody in',
      [served, new Map([...access, ['GET /v1/things/:id', undefined]]), api(things)],
      'GET /v1/things/:id is closed, described as open',
    ],
  ])('differ by %s', (_what, given, message) => {
    expect(() => {
      assertDescribed(...given);
    }).toThrow(new DescriptionError(`the API description differs: ${message}`));
  });

  it('are read from controllers with who may use them', () => {
    expect([...accessOfControllers([ThingsController])]).toEqual([
      ['GET /v1/things/:id', 'open'],
      ['POST /v1/things', 'events:write'],
      ['DELETE /v1/things', undefined],
    ]);
  });
});

describe('the document', () => {
  it('has the problems of a token, of a body and of the operation, each with its headers', () => {
    const { paths } = documentOf(
      api({
        'POST /v1/things': {
          ...operation,
          scope: 'events:write',
          body: { description: 'A thing.', content: { 'application/json': z.object({ a: z.string() }) } },
          problems: [described(problems.tooMany(1))],
        },
      }),
    );
    const responses = paths?.['/v1/things']?.post?.responses as Record<string, { headers?: object }>;
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '408', '413', '415', '429', '500']);
    expect(responses['401']?.headers).toMatchObject({ 'www-authenticate': { required: true } });
    expect(responses['429']?.headers).toMatchObject({ 'retry-after': { required: true } });
    expect(responses['500']?.headers).toBeUndefined();
  });

  it('is a page that loads nothing', () => {
    const page = pageOf(documentOf(api(things)));
    expect(page).toContain('A &lt;test&gt;.');
    expect(page).toContain('<code>POST /v1/things</code>');
    expect(page).not.toMatch(/<script|<link|<img|src=|https?:\/\//);
  });
});
