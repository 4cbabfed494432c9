import { z } from 'zod';
import type { CheckResult } from '../health.js';
import type { DescribedOperations } from './api-description.js';

const checks = z.array(
  z.object({
    name: z.string(),
    ok: z.boolean(),
    detail: z.string().exactOptional().describe('What is wrong.'),
  }) satisfies z.ZodType<CheckResult>,
);
const readiness = (status: 'ready' | 'not-ready') =>
  z.object({
    status: z.literal(status),
    checks: checks.describe('What readiness rests on.'),
    shown: checks.describe('What is shown only.'),
  });

/** The routes of every service that has a public API. */
export const SYSTEM_OPERATIONS: DescribedOperations = {
  'GET /health/live': {
    id: 'live',
    summary: 'Whether the process answers',
    answers: {
      200: {
        description: 'It does.',
        content: { 'application/json': z.object({ status: z.literal('live') }) },
      },
    },
  },
  'GET /health/ready': {
    id: 'ready',
    summary: 'Whether the service can do what it promises',
    answers: {
      200: { description: 'It can.', content: { 'application/json': readiness('ready') } },
      503: {
        description: 'It cannot, or is on its way out.',
        content: { 'application/json': readiness('not-ready') },
      },
    },
  },
  'GET /metrics': {
    id: 'metrics',
    summary: 'Metrics in the text format of Prometheus',
    description: 'No label holds data of events.',
    answers: { 200: { description: 'The metrics.', content: { 'text/plain': { text: 'Metrics.' } } } },
  },
  'GET /docs': {
    id: 'readDocs',
    summary: 'This description for people',
    answers: {
      200: {
        description: 'A page without scripts and without anything from elsewhere.',
        content: { 'text/html': { text: 'HTML.' } },
        headers: ['content-security-policy'],
      },
    },
  },
  'GET /docs/openapi.json': {
    id: 'readOpenApi',
    summary: 'This description for programs',
    answers: {
      200: {
        description: 'OpenAPI 3.1.',
        content: { 'application/json': z.looseObject({ openapi: z.literal('3.1.1') }) },
      },
    },
  },
};
