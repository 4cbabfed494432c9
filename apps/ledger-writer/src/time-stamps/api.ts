import { MAX_TIME_STAMPS, type PublishedTimeStamps } from '@besure/protocol';
import { type ApiDescription, described, problems } from '@besure/service';
import { z } from 'zod';
import { LOG_PATH } from '../log.controller.js';

const list = z.object({
  timeStamps: z
    .array(
      z.object({
        size: z.int().min(1).describe('The size of the log in the checkpoint.'),
        time: z.int().min(0).describe('Seconds since 1970, as the token says.'),
        checkpoint: z.string().describe('The text of the checkpoint, of which the token holds the SHA-512.'),
      }),
    )
    .max(MAX_TIME_STAMPS),
}) satisfies z.ZodType<PublishedTimeStamps>;

const HEADERS = ['cache-control', 'access-control-allow-origin'] as const;

/** The time-stamp tokens, described. */
export const timeStampOperations: ApiDescription['operations'] = {
  [`GET /${LOG_PATH}/time-stamps`]: {
    id: 'listTimeStamps',
    summary: 'Which checkpoints have a time-stamp token',
    description: 'Empty at a hub that has none made.',
    query: z.object({
      after: z
        .string()
        .optional()
        .describe('A size of the log: only larger ones. The next page follows the last size.'),
    }),
    answers: {
      200: {
        description: 'The smallest size first.',
        content: { 'application/json': list },
        headers: HEADERS,
      },
    },
    problems: [described(problems.malformed())],
  },
  [`GET /${LOG_PATH}/time-stamp/{size}`]: {
    id: 'readTimeStamp',
    summary: 'The time-stamp token over a checkpoint',
    description:
      'A TimeStampToken of RFC 3161 over the text of the checkpoint, in the profile of `specs/time-stamp.md`. It never changes.',
    path: z.object({ size: z.string().describe('The size of the log in the checkpoint.') }),
    answers: {
      200: {
        description: 'DER.',
        content: { 'application/timestamp-token': { text: 'Bytes.' } },
        headers: HEADERS,
      },
    },
    problems: [described(problems.notFound())],
  },
};
