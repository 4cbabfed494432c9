import { newToken } from '@besure/service';
import { connect, headers as newHeaders } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntakeAtWork, sentEvent } from '../contract/intake-at-work.js';

let intake: IntakeAtWork;
let back: Awaited<ReturnType<typeof connect>>;

beforeAll(async () => {
  intake = await IntakeAtWork.start();
  back = await connect({ servers: intake.config.bus.url, inboxPrefix: '_INBOX_office' });
});
afterAll(async () => {
  await back.close();
  await intake.stop();
});

interface BusAnswer {
  readonly body: Record<string, unknown> & { readonly results?: unknown[] };
  readonly type: string | undefined;
  readonly replay: string | undefined;
}

async function ask(
  text: string,
  type?: string,
  authorization = `Bearer ${intake.token}`,
): Promise<BusAnswer> {
  const headers = newHeaders();
  if (authorization !== '') headers.set('Authorization', authorization);
  if (type !== undefined) headers.set('content-type', type);
  const reply = await back.request('besure.intake.v1', text, { timeout: 10_000, headers });
  return {
    body: JSON.parse(reply.string()) as BusAnswer['body'],
    type: reply.headers?.get('Content-Type'),
    replay: reply.headers?.get('Idempotent-Replay'),
  };
}

describe('besure.intake.v1', () => {
  it('answers as HTTP does, after the commit, and shares its repeats', async () => {
    const event = JSON.stringify(sentEvent());
    const first = await ask(event);
    expect(first).toMatchObject({
      body: { id: 'event-1', source: '/back-office', status: 'accepted' },
      type: 'application/json',
    });
    expect(first.replay).toBe('');
    expect(await intake.accepted()).toBe(1);
    const again = await ask(event, 'application/cloudevents+json');
    expect(again).toMatchObject({ body: first.body, replay: 'true' });
    const overHttp = await intake.post(event);
    expect(overHttp).toMatchObject({ status: 202, body: first.body });
    expect(overHttp.headers.get('idempotent-replay')).toBe('true');
  });

  it('answers a batch event by event', async () => {
    const good = sentEvent({ id: 'event-2' }, { message: 'message-2' });
    const answer = await ask(JSON.stringify([good, { ...good, extra: 1 }]));
    expect(answer.body.results).toMatchObject([
      { id: 'event-2', status: 'accepted' },
      { status: 422, field: 'extra' },
    ]);
  });

  it.each([
    ['no JSON', '{', 'malformed', 400],
    ['a member given twice', '{"id":"1","id":"2"}', 'invalid', 422],
    ['an empty batch', '[]', 'malformed', 400],
    ['a batch with nothing good', '[{}]', 'nothing-accepted', 422],
    ['too many events', `[${'0,'.repeat(500)}0]`, 'too-large', 413],
  ])('answers a problem to %s', async (_what, text, code, status) => {
    expect(await ask(text)).toMatchObject({
      body: { type: `urn:besure:problem:${code}`, status },
      type: 'application/problem+json',
    });
  });

  it.each([
    ['no token', '', 'must be given: Bearer and a token'],
    ['a token that is unknown', `Bearer ${newToken()}`, 'must be Bearer and a token that is known here'],
    ['no bearer', 'Basic abc', 'must be Bearer and a token that is known here'],
  ])('asks for a token: %s', async (_what, authorization, rule) => {
    expect(await ask(JSON.stringify(sentEvent()), undefined, authorization)).toMatchObject({
      body: { type: 'urn:besure:problem:unauthenticated', status: 401, field: 'authorization', rule },
      type: 'application/problem+json',
    });
  });

  it('answers nowhere else than into an inbox', async () => {
    const elsewhere = back.subscribe('events.of.others', { max: 1 });
    let heard = 0;
    const listening = (async () => {
      for await (const message of elsewhere) heard += message.data.length;
    })();
    back.publish('besure.intake.v1', JSON.stringify(sentEvent({ id: 'event-9' }, { message: 'message-9' })), {
      reply: 'events.of.others',
    });
    // What was published before is handled before this.
    await ask('{');
    elsewhere.unsubscribe();
    await listening;
    expect(heard).toBe(0);
  });
});
