import { type Accusation, ACCUSATION_FORMAT, LIES } from '@besure/audit';
import { type ApiDescription, described, problems } from '@besure/service';
import { z } from 'zod';
import type { ListedAccusation } from './rows.js';

const id = z.string().regex(/^\d{1,18}$/);
const lie = z.enum(Object.keys(LIES) as [keyof typeof LIES, ...(keyof typeof LIES)[]]);

const listed = z.object({
  id,
  accused: z.string().describe('The key name of a hub or witness of the charter.'),
  lie,
  at: z.iso.datetime(),
}) satisfies z.ZodType<ListedAccusation>;

const exhibit = z.object({
  note: z.string().describe('A signed checkpoint.'),
  entries: z.array(
    z.object({ index: z.int().min(0), entry: z.base64(), proof: z.array(z.base64()).max(53) }),
  ),
});

const accusation = z.object({
  format: z.literal(ACCUSATION_FORMAT),
  accused: z.string(),
  lie,
  signed: exhibit.describe('What the accused signed.'),
  against: exhibit.nullable().describe('What that contradicts; null where nothing else is needed.'),
}) satisfies z.ZodType<Accusation>;

const away = described(problems.unavailable(1));

/** Accusations, described. */
export const accusationOperations: ApiDescription['operations'] = {
  'GET /v1/accusations': {
    id: 'listAccusations',
    summary: 'Who lied, as this archive can prove',
    description:
      'Of hubs and witnesses, never of members. Open to anyone: what proves a lie is to be passed on.',
    answers: {
      200: {
        description: 'Oldest first.',
        content: { 'application/json': z.object({ accusations: z.array(listed) }) },
      },
    },
    problems: [away],
  },
  'GET /v1/accusations/{id}': {
    id: 'readAccusation',
    summary: 'The file of an accusation',
    description:
      'In its one text, as `specs/accusation.md` has it. Who judges it needs the trust file and nothing else.',
    path: z.object({ id }),
    answers: { 200: { description: 'The accusation.', content: { 'application/json': accusation } } },
    problems: [described(problems.notFound()), away],
  },
};
