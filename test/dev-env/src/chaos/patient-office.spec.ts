import { EVENTS } from '@besure/protocol';
import { expect, it } from 'vitest';
import type { CloudEvent } from '../back-office.js';
import { UnexpectedAnswerError } from '../load/asker.js';
import type { Answer, Letter } from '../load/doors.js';
import { Figures } from '../load/figures.js';
import { cloudEventOf, newDocument, newMatter } from '../load/matter.js';
import type { Office } from '../load/office.js';
import { Random } from '../load/random.js';
import { type Errand, PatientOffice } from './patient-office.js';

const random = new Random('patient');
const sent = EVENTS.find(({ shortName }) => shortName === 'sent')!;

function errand(id: string): Errand {
  const matter = newMatter(random, newDocument(random, { from: 'alpha', to: 'beta' }), sent);
  return { matter, event: cloudEventOf(matter, 'https://alpha.besure.invalid/load/0', id) };
}

const TAKEN: Answer = { status: 202, code: null, replayed: false, body: {} };
const REPLAYED: Answer = { ...TAKEN, replayed: true };
const problem = (status: number, code: string): Answer => ({
  status,
  code,
  replayed: false,
  body: { type: `urn:besure:problem:${code}`, status },
});
const accepted = { status: 'accepted' };
const batchOf = (...results: readonly object[]): Answer => ({ ...TAKEN, body: { results } });

/** The ids in a letter, whichever mode it is in. */
function idsIn({ headers, body }: Letter): string[] {
  const id = headers.find(([name]) => name === 'ce-id')?.[1];
  if (id !== undefined) return [id];
  const read = JSON.parse(Buffer.from(body).toString()) as CloudEvent | CloudEvent[];
  return [read].flat().map((event) => event.id);
}

/** Lets an office work on errands over there, where answers come from a list, until all is acknowledged or it fails. */
async function workOn(
  errands: readonly Errand[],
  answers: readonly (Answer | 'lost')[],
): Promise<{ asked: string[][]; acknowledged: string[]; waiting: number; counts: object }> {
  const asked: string[][] = [];
  const acknowledged: string[] = [];
  const left = [...answers];
  const done = new AbortController();
  const post = (letter: Letter): Promise<Answer> => {
    asked.push(idsIn(letter));
    const answer = left.shift();
    if (left.length === 0) done.abort();
    return answer === undefined || answer === 'lost'
      ? Promise.reject(new Error('no answer'))
      : Promise.resolve(answer);
  };
  const office = {
    organisation: 'alpha',
    source: 's',
    token: 't',
    reader: 'r',
    http: { post },
    bus: { post },
  };
  const figures = new Figures();
  const patient = new PatientOffice({
    office: office as unknown as Office,
    random,
    figures,
    onAcknowledged: (_, { event }) => acknowledged.push(event.id),
    backoff: { firstMillis: 1, largestMillis: 1 },
  });
  patient.put(...errands);
  await patient.run(done.signal);
  return { asked, acknowledged, waiting: patient.waiting, counts: figures.all };
}

it('sends the same again after a lost answer, and whatever says "later", until it is acknowledged', async () => {
  const later = [408, 429, 500, 502, 503, 504].map((status) => problem(status, 'later'));
  const future = problem(422, 'time-in-future');
  const { asked, acknowledged, waiting, counts } = await workOn(
    [errand('a')],
    ['lost', ...later, future, REPLAYED],
  );
  expect(asked).toEqual(Array.from({ length: 9 }, () => ['a']));
  expect({ acknowledged, waiting }).toEqual({ acknowledged: ['a'], waiting: 0 });
  expect(counts).toEqual({ 'no answer': 1, later: 6, 'time-in-future': 1, replayed: 1 });
});

it('hands in together what has waited, and keeps what was not taken', async () => {
  const future = { type: 'urn:besure:problem:time-in-future', status: 422 };
  const { asked, acknowledged, waiting } = await workOn(
    [errand('a'), errand('b'), errand('c')],
    ['lost', batchOf(accepted, future, accepted), TAKEN],
  );
  expect(asked).toEqual([['a', 'b', 'c'], ['a', 'b', 'c'], ['b']]);
  expect({ acknowledged, waiting }).toEqual({ acknowledged: ['a', 'c', 'b'], waiting: 0 });
});

it.each([
  [1, problem(409, 'id-reused')],
  [1, problem(401, 'unauthenticated')],
  [2, batchOf(accepted, { type: 'urn:besure:problem:already-stated', status: 409 })],
  [2, batchOf(accepted)],
])('gives up where %d good events are turned down for good', async (count, answer) => {
  const errands = ['a', 'b'].slice(0, count).map(errand);
  await expect(workOn(errands, [answer])).rejects.toBeInstanceOf(UnexpectedAnswerError);
});
