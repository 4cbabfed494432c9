import { newToken } from '@besure/service';
import { openDataSource } from '@besure/event-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntakeAtWork, sentEvent, writeTokens } from '../contract/intake-at-work.js';

const narrow = newToken();
const TIME = new Date(Date.now() - 5000).toISOString();
let intake: IntakeAtWork;

beforeAll(async () => {
  intake = await IntakeAtWork.start();
  writeTokens(intake.config.tokensFile, [{ token: intake.token }, { token: narrow, sources: ['/crm'] }]);
  const batch = Array.from({ length: 25 }, (_, at) =>
    sentEvent(
      { id: `event-${at}`, source: at % 5 === 0 ? '/crm' : '/back-office', time: TIME },
      { message: `message-${at % 7}`, ...(at >= 7 && { corrects: `${'A'.repeat(40)}${at + 10}A` }) },
    ),
  );
  const answer = await intake.post(JSON.stringify(batch), {
    'content-type': 'application/cloudevents-batch+json',
  });
  expect(answer.body.results?.map((result) => result['status'])).toEqual(batch.map(() => 'accepted'));
});
afterAll(async () => {
  await intake.stop();
});

async function ids(query: Record<string, string>, as?: string): Promise<string[]> {
  const { status, body } = await intake.get(query, as);
  expect(status).toBe(200);
  return (body['events'] as { id: string }[]).map(({ id }) => id).sort();
}

describe('GET /v1/events without source and id', () => {
  it('pages through all events, each once', async () => {
    const seen: string[] = [];
    let query: Record<string, string> = { limit: '4' };
    for (;;) {
      const { body } = await intake.get(query);
      const events = body['events'] as { id: string; source: string; state: string }[];
      expect(events.length).toBeLessThanOrEqual(4);
      expect(events.every(({ state }) => state === 'accepted')).toBe(true);
      seen.push(...events.map(({ id }) => id));
      if (body['next'] === null) break;
      query = { limit: '4', cursor: body['next'] as string };
    }
    expect(new Set(seen).size).toBe(25);
    expect(seen).toHaveLength(25);
  });

  it('finds by message, by time and by state', async () => {
    expect(await ids({ message: 'message-3' })).toEqual(['event-10', 'event-17', 'event-24', 'event-3']);
    expect(await ids({ message: 'message-77' })).toEqual([]);
    expect(await ids({ to: TIME })).toEqual([]);
    expect(await ids({ from: TIME })).toHaveLength(25);
    expect(await ids({ from: TIME, to: '2999-01-01T00:00:00+01:00', state: 'accepted' })).toHaveLength(25);
    expect(await ids({ state: 'complete' })).toEqual([]);
  });

  it('shows a token its own sources only', async () => {
    const mine = ['event-0', 'event-10', 'event-15', 'event-20', 'event-5'];
    const answer = async (): Promise<string[] | null> => {
      const { status, body } = await intake.get({}, narrow);
      return status === 200 ? (body['events'] as { id: string }[]).map(({ id }) => id).sort() : null;
    };
    await expect.poll(answer, { timeout: 10_000 }).toEqual(mine);
    expect(await ids({ message: 'message-3' }, narrow)).toEqual(['event-10']);
  });

  it.each([
    [{ state: 'lost' }, 'state'],
    [{ from: 'yesterday' }, 'from'],
    [{ limit: '0' }, 'limit'],
    [{ limit: '501' }, 'limit'],
    [{ cursor: 'x' }, 'cursor'],
    [{ cursor: 'A'.repeat(86) }, 'cursor'],
    [{ from: '2026-02-30T00:00:00Z' }, 'from'],
    [{ message: '' }, 'message'],
    [{ ['__proto__']: 'x' }, '__proto__'],
    [{ colour: 'red' }, 'colour'],
  ])('answers 400 to %j', async (query, field) => {
    const { status, body } = await intake.get(query);
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { type: 'urn:besure:problem:malformed', field },
    });
  });

  it('takes a cursor as it was given, with the question that it was given to, and no other', async () => {
    const { body } = await intake.get({ limit: '2', message: 'message-3' });
    const cursor = String(body['next']);
    expect((await intake.get({ limit: '3', message: 'message-3', cursor })).status).toBe(200);
    const tampered = [0, 20, 60, 85].map((at) => {
      const other = cursor[at] === 'Q' ? 'A' : 'Q';
      return { message: 'message-3', cursor: cursor.slice(0, at) + other + cursor.slice(at + 1) };
    });
    for (const question of [...tampered, { cursor }, { message: 'message-4', cursor }]) {
      expect(await intake.get(question)).toMatchObject({
        status: 400,
        body: { type: 'urn:besure:problem:malformed', field: 'cursor' },
      });
    }
  });

  it('holds nothing in clear', async () => {
    const dataSource = await openDataSource({ url: intake.config.databaseUrl, schema: 'intake' });
    const rows = await dataSource.query<{ name: Buffer; message: Buffer }[]>('SELECT * FROM request');
    await dataSource.destroy();
    expect(rows).toHaveLength(25);
    for (const { name, message } of rows) {
      expect(name.toString('latin1')).not.toContain('event-');
      expect(message.toString('latin1')).not.toContain('message-');
    }
  });
});

describe('an event with corrects', () => {
  it('is accepted beside the one that it corrects, once, and both are found under the message', async () => {
    const first = sentEvent({ id: 'wrong', time: TIME }, { message: 'mistake' });
    const corrects = `${'B'.repeat(42)}A`;
    const right = sentEvent({ id: 'right', time: TIME }, { message: 'mistake', corrects });
    expect((await intake.post(JSON.stringify(first))).status).toBe(202);
    expect((await intake.post(JSON.stringify(right))).status).toBe(202);
    const again = sentEvent({ id: 'again' }, { message: 'mistake', corrects });
    expect(await intake.post(JSON.stringify(again))).toMatchObject({
      status: 409,
      body: { type: 'urn:besure:problem:already-stated' },
    });
    expect(await ids({ message: 'mistake' })).toEqual(['right', 'wrong']);
    const bad = sentEvent({ id: 'bad' }, { message: 'mistake', corrects: 'wrong' });
    expect(await intake.post(JSON.stringify(bad))).toMatchObject({
      status: 422,
      body: { field: 'data.corrects' },
    });
  });
});
