import { z } from 'zod';
import type { ZodOpenApiResponseObject } from 'zod-openapi';
import { problems } from '../problem.js';
import type { DescribedHeader, DescribedOperation, DescribedProblem } from './api-description.js';
import { headersOf } from './headers.js';

const WITHOUT_SCOPE = problems.forbidden({
  headers: { 'www-authenticate': 'Bearer realm="besure", error="insufficient_scope"' },
});

/** A problem thrown on the way, as a description of it. */
export function described(problem: ReturnType<(typeof problems)[keyof typeof problems]>): DescribedProblem {
  const { status, code, headers, body } = problem;
  return { status, code, headers, title: body.title };
}

/** Everything that may be answered instead: of the operation itself, of its token, of its body, and of every route. */
export function problemsOf(operation: DescribedOperation): DescribedProblem[] {
  const all = [
    ...(operation.problems ?? []),
    ...(operation.body === undefined
      ? []
      : [problems.malformed(), problems.tooSlow(), problems.tooLarge(), problems.unsupportedMediaType()].map(
          described,
        )),
    ...(operation.scope === undefined ? [] : [problems.unauthenticated(), WITHOUT_SCOPE].map(described)),
    described(problems.internal()),
  ];
  const keys = all.map(({ status, code }) => `${status} ${code}`);
  return all.filter((_, index) => keys.indexOf(keys[index]!) === index);
}

/** The answers with a problem, by status. */
export function problemAnswers(operation: DescribedOperation): Map<number, ZodOpenApiResponseObject> {
  const byStatus = Map.groupBy(problemsOf(operation), ({ status }) => status);
  return new Map([...byStatus].map(([status, list]) => [status, answerOf(status, list)]));
}

function answerOf(status: number, list: readonly DescribedProblem[]): ZodOpenApiResponseObject {
  const plain = list.filter(({ more }) => more === undefined);
  const schemas = [
    ...(plain.length === 0 ? [] : [problemSchema(status, plain)]),
    ...list.filter(({ more }) => more !== undefined).map((one) => problemSchema(status, [one], one.more)),
  ];
  const names = new Set(list.flatMap(({ headers }) => Object.keys(headers) as DescribedHeader[]));
  const always = [...names].filter((name) => list.every(({ headers }) => name in headers));
  const some = [...names].filter((name) => !always.includes(name));
  const [only, ...others] = schemas;
  return {
    description: list.map(({ code, title }) => `\`${code}\`: ${title}.`).join('\n'),
    content: {
      'application/problem+json': { schema: others.length === 0 ? only! : z.union(schemas) },
    },
    ...(names.size === 0 ? {} : { headers: headersOf(always, some) }),
  };
}

function problemSchema(
  status: number,
  list: readonly DescribedProblem[],
  more: z.ZodRawShape = {},
): z.ZodType {
  return z.strictObject({
    type: z.enum(list.map(({ code }) => `urn:besure:problem:${code}`)),
    title: z.enum([...new Set(list.map(({ title }) => title))]),
    status: z.literal(status),
    detail: z.string().optional().describe('What is wrong this time.'),
    field: z.string().optional().describe('The path of the member of the request that breaks a rule.'),
    rule: z.string().optional().describe('The rule that it breaks.'),
    ...more,
  });
}
