import { documentEventSchema } from '@besure/protocol';
import { type ApiDescription, type DescribedProblem, Problem, described, problems } from '@besure/service';
import { z } from 'zod';
import { EVENT_PROBLEMS } from './event-problem.js';
import { EVENT_STATES, type EventStatus } from './event-state.js';
import { type FoundPage, MAX_PAGE, lookUpQuery } from './look-up.js';
import { nothingAccepted, refusalProblem } from './problems.js';
import { MAX_BATCH_EVENTS } from './read-body.js';

const accepted = z.object({ id: z.string(), source: z.string(), status: z.literal('accepted') });

const eventProblems: DescribedProblem[] = Object.entries(EVENT_PROBLEMS).map(([code, { status, title }]) =>
  described(new Problem({ status, code, title })),
);

const turnedDown = z.object({
  id: z.string().nullable().describe('As far as it could be read.'),
  source: z.string().nullable().describe('As far as it could be read.'),
  type: z.enum(eventProblems.map(({ code }) => `urn:besure:problem:${code}`)),
  title: z.string(),
  status: z.union([...new Set(eventProblems.map(({ status }) => status))].map((status) => z.literal(status))),
  field: z.string().optional().describe('The path of the member at fault.'),
  rule: z.string().optional().describe('The rule that it breaks.'),
});

const batchResults = z
  .array(z.union([accepted, turnedDown]))
  .min(1)
  .max(MAX_BATCH_EVENTS)
  .describe('In the order of the events.');

const nothing = nothingAccepted([]);
const [own, general] = documentEventSchema.options;
/** A header of the binary mode. Percent-encoding makes it longer than the attribute, so that only its letters can be said of it. */
const header = (attribute: keyof typeof own.shape) =>
  z
    .string()
    .regex(/^[\x20-\x7e]+$/)
    .optional()
    .describe(
      `The attribute \`${attribute}\`, of the binary mode alone: ${own.shape[attribute].description ?? 'as in the structured mode'}. Percent-encoded as UTF-8 where it is not visible ASCII (CloudEvents HTTP binding, 3.1.3.2).`,
    );
const binaryHeaders = z.object({
  'ce-specversion': header('specversion'),
  'ce-id': header('id'),
  'ce-source': header('source'),
  'ce-type': header('type'),
  'ce-time': header('time'),
  'ce-subject': header('subject'),
});

const batch = z.array(documentEventSchema).min(1).max(MAX_BATCH_EVENTS);

const eventStatus = z.object({
  state: z.enum(EVENT_STATES),
  evidence: z.string().nullable().describe('The id under which the archive has evidence, as soon as it has.'),
  at: z.partialRecord(z.enum(EVENT_STATES), z.iso.datetime()).describe('When the event reached each state.'),
  disputed: z
    .boolean()
    .describe(
      'Whether the record of the exchange differs. It does not say in what: that would confirm the rest.',
    ),
  why: z
    .string()
    .nullable()
    .describe(
      'The reason of the operator who discarded it, or why it became one-sided; null otherwise. One-sided: `no-record` (the exchange knew of no such event by the deadline), `no-answer` (the exchange did not answer by the deadline), `disputed`, or the code with which the exchange refused the statement.',
    ),
}) satisfies z.ZodType<EventStatus>;

const foundPage = z.object({
  events: z.array(eventStatus.extend({ id: z.string(), source: z.string() })).max(MAX_PAGE),
  next: z.string().nullable().describe('Where the next page begins; null where nothing follows now.'),
}) satisfies z.ZodType<FoundPage>;

const [tooMany, noRoom] = [refusalProblem('backlog-full'), refusalProblem('storage-low')].map(described) as [
  DescribedProblem,
  DescribedProblem,
];

/** The door for back offices, described: what is served and what is not is compared at the start. */
export const intakeApi: ApiDescription = {
  title: 'BeSure intake',
  description:
    'Back offices tell here what happened to a document. What was acknowledged is not lost; how far it is can be asked under the own source and id.',
  schemas: { DocumentEvent: documentEventSchema, EventStatus: eventStatus, TurnedDown: turnedDown },
  operations: {
    'POST /v1/events': {
      id: 'takeEvents',
      summary: 'Takes one CloudEvent or a batch, and answers after the commit',
      description:
        'The same event sent again is answered the same and adds nothing. In a batch each event stands for itself: the answer is 202 where one of them was accepted, and says of each what became of it.',
      scope: 'events:write',
      header: binaryHeaders,
      body: {
        description:
          'One event, or an array of them; in `application/json` an array is a batch. With headers `ce-…` (CloudEvents in binary mode; all of them but `ce-subject`, each once, and no others) the body is the `data` of the event, in `application/json`.',
        content: {
          'application/cloudevents+json': documentEventSchema,
          'application/cloudevents-batch+json': batch,
          'application/json': z.union([documentEventSchema, batch, own.shape.data, general.shape.data]),
        },
      },
      answers: {
        202: {
          description: 'The event was accepted, or at least one of the batch.',
          content: { 'application/json': z.union([accepted, z.object({ results: batchResults })]) },
          someHeaders: ['idempotent-replay'],
        },
      },
      problems: [
        ...eventProblems,
        {
          status: nothing.status,
          code: nothing.type.slice('urn:besure:problem:'.length),
          title: nothing.title,
          headers: {},
          more: { results: batchResults },
        },
        tooMany,
        noRoom,
      ],
    },
    'GET /v1/events': {
      id: 'followEvent',
      summary: 'How far an event is, or which events there are',
      description:
        'With `source` and `id`: that event. Without: a page of all accepted events that the question holds of, in the order of acceptance.',
      scope: 'events:read',
      query: z.object({
        source: z
          .string()
          .optional()
          .describe('The source of the event that was sent; with `id`, and nothing else.'),
        id: z.string().optional().describe('Its id.'),
        ...lookUpQuery.shape,
      }),
      answers: {
        200: {
          description: 'The event was accepted; its state.',
          content: { 'application/json': z.union([eventStatus, foundPage]) },
        },
      },
      problems: [
        described(problems.malformed()),
        ...eventProblems.filter(({ code }) => code === 'source-not-allowed'),
        described(problems.notFound()),
        noRoom,
      ],
    },
  },
};
