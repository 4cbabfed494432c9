import { CLAIM_NAMES, EVIDENCE_FORMAT, type EvidenceV1 } from '@besure/protocol';
import { type ApiDescription, described, problems } from '@besure/service';
import { z } from 'zod';
import { accusationOperations } from './accusations/api.js';
import { notFinal, openingsGone } from './evidence.controller.js';
import type { ListedStatement } from './evidence-rows.js';
import { MAX_READINGS, type Reading } from './readings.js';

const id = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .describe('The id of a statement: 32 bytes in base64url.');

const evidence = z.object({
  format: z.literal(EVIDENCE_FORMAT),
  statement: z.string().describe('The statement as SD-JWT, with the disclosures that were asked for.'),
  countersignature: z
    .string()
    .nullable()
    .describe('That of the exchange, null where the statement is one-sided.'),
  recordings: z
    .array(
      z.object({
        by: z.string().describe('The member that published the ledger item.'),
        slot: z.int().min(0),
        height: z.int().min(0),
        index: z.int().min(0),
        path: z.array(z.base64()).max(20),
        log: z.string().describe('A C2SP tlog-proof with a cosigned checkpoint.'),
        timeStamp: z
          .object({
            checkpoint: z.string().describe('The text of a checkpoint, which the token is over.'),
            proof: z
              .array(z.base64())
              .max(53)
              .describe('The inclusion proof of the leaf in that checkpoint.'),
            token: z.base64().describe('A TimeStampToken of RFC 3161 in DER.'),
          })
          .nullable()
          .describe('Null until a token covers the leaf: evidence that is read later may have one.'),
      }),
    )
    .min(1)
    .max(2),
}) satisfies z.ZodType<EvidenceV1>;

const listed = z.object({
  id,
  issuer: z.string(),
  recordings: z.int().min(0).describe('How many of its recordings are in the log.'),
}) satisfies z.ZodType<ListedStatement>;

const reading = z.object({
  id: z.string().regex(/^\d{1,19}$/),
  at: z.iso.datetime(),
  token: z
    .string()
    .nullable()
    .describe('SHA-256 of the token, as the tokens file has it; null where a certificate was shown.'),
  certificate: z
    .string()
    .nullable()
    .describe('SHA-256 of the public key of the client certificate; null where a token was shown.'),
  organisation: z.string().nullable(),
  statement: id,
  shown: z.array(z.enum(CLAIM_NAMES)).describe('The claims that it showed.'),
}) satisfies z.ZodType<Reading>;

const away = described(problems.unavailable(1));

/** What holders of evidence may ask, described: what is served and what is not is compared at the start. */
export const archiveApi: ApiDescription = {
  title: 'BeSure archive',
  description: 'Hands out evidence, and of it no more than is asked for.',
  schemas: { Evidence: evidence, ListedStatement: listed },
  operations: {
    ...accusationOperations,
    'GET /v1/evidence': {
      id: 'listStatements',
      summary: 'The statements that are kept about a message',
      scope: 'evidence:read',
      query: z.object({ message: z.string().describe('The identifier of the message.') }),
      answers: {
        200: {
          description: 'From the first that was kept to the last.',
          content: { 'application/json': z.object({ statements: z.array(listed) }) },
        },
      },
      problems: [described(problems.malformed()), away],
    },
    'GET /v1/readings': {
      id: 'listReadings',
      summary: 'Who read which evidence',
      description:
        'The trail for auditors: who, when, which statement, which claims. It holds no fact and is only added to.',
      scope: 'audit:read',
      query: z.object({
        after: z.string().optional().describe('The `id` of a reading: what follows it.'),
        statement: z.string().optional().describe('Of this statement only.'),
      }),
      answers: {
        200: {
          description: 'Oldest first.',
          content: { 'application/json': z.object({ readings: z.array(reading).max(MAX_READINGS) }) },
        },
      },
      problems: [described(problems.malformed()), away],
    },
    'GET /v1/evidence/{id}': {
      id: 'readEvidence',
      summary: 'The evidence file of a statement',
      description: 'In its one canonical text. Verifiers need it, the trust file, and nothing else.',
      scope: 'evidence:read',
      path: z.object({ id }),
      query: z.object({
        show: z
          .string()
          .optional()
          .describe(
            `The claims to show, separated by commas: ${CLAIM_NAMES.join(',')}. Empty: none; not given: all that are kept.`,
          ),
      }),
      answers: { 200: { description: 'The evidence file.', content: { 'application/json': evidence } } },
      problems: [
        described(problems.malformed()),
        described(problems.notFound()),
        described(notFinal({ countersignature: null })),
        described(openingsGone()),
        away,
      ],
    },
  },
};
