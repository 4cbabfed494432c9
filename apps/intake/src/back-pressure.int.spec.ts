import { openDataSource } from '@besure/event-store';
import { newToken } from '@besure/service';
import { waitUntil } from '@besure/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answer, IntakeAtWork, sentEvent, writeTokens } from '../contract/intake-at-work.js';

const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
let intake: IntakeAtWork;

afterEach(() => intake.stop());

function event(n: number): string {
  return JSON.stringify(sentEvent({ id: `event-${n}` }, { message: `message-${n}` }));
}

/** What is refused for want of room is refused whole, whatever it is, and nothing of it is read or kept. */
async function takesNothing(expected: object, retryAfter: RegExp): Promise<void> {
  const before = await intake.accepted();
  const asked: Promise<Answer>[] = [
    intake.post(event(901)),
    intake.post(`[${event(902)},${event(903)}]`, BATCH),
    intake.post('{'),
  ];
  for (const answer of await Promise.all(asked)) {
    expect(answer).toMatchObject(expected);
    expect(answer.headers.get('retry-after')).toMatch(retryAfter);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  }
  expect(await intake.accepted()).toBe(before);
  expect((await intake.get({})).status).toBe(200);
}

describe('intake takes no more', () => {
  it('while too many wait for their statements, and goes on when they have them', async () => {
    intake = await IntakeAtWork.start({ maxBacklog: 2 });
    expect((await intake.post(`[${event(1)},${event(2)}]`, BATCH)).status).toBe(202);
    await takesNothing(
      {
        status: 429,
        body: {
          type: 'urn:besure:problem:too-many',
          detail: 'Too many accepted events wait for their statements.',
        },
      },
      /^5$/,
    );
    const database = await openDataSource({ url: intake.config.databaseUrl, schema: 'intake' });
    await database.query('UPDATE event_state SET prepared_at = now()');
    await database.destroy();
    const again = await waitUntil({ what: 'room in the backlog' }, async () => {
      const answer = await intake.post(event(3));
      return answer.status === 202 ? answer : undefined;
    });
    expect(again.body['id']).toBe('event-3');
  });

  it('while the disk of the database is nearly full', async () => {
    intake = await IntakeAtWork.start({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    await waitUntil({ what: 'the look at the disk' }, async () =>
      (await intake.post('{')).status === 503 ? true : undefined,
    );
    await takesNothing(
      {
        status: 503,
        body: {
          type: 'urn:besure:problem:unavailable',
          detail: 'The disk of the database is nearly full.',
        },
      },
      /^60$/,
    );
  });

  it('of a token than its rate; what it sends before its time is not read, and other tokens are served', async () => {
    intake = await IntakeAtWork.start({ maxEventsPerSecond: 1 });
    const other = newToken();
    writeTokens(intake.config.tokensFile, [{ token: intake.token }, { token: other }]);
    expect((await intake.post(`[${'{},'.repeat(499)}{}]`, BATCH)).status).toBe(422);
    expect((await intake.post(`[${'{},'.repeat(499)}{}]`, BATCH)).status).toBe(429);
    await takesNothing(
      {
        status: 429,
        body: {
          type: 'urn:besure:problem:too-many',
          detail: 'This caller hands in more events than it may.',
        },
      },
      /^(?:49\d|500)$/,
    );
    const served = await waitUntil({ what: 'the other token to be known' }, async () => {
      const answer = await intake.post(event(1), {}, other);
      return answer.status === 401 ? undefined : answer;
    });
    expect(served.status).toBe(202);
  });
});
