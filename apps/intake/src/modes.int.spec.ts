import { apiFetch } from '@besure/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, IntakeAtWork, headersOf, sentEvent } from '../contract/intake-at-work.js';

type Bytes = Uint8Array<ArrayBuffer>;
type Body = string | Bytes;
type Mode = 'structured' | 'binary' | 'batch';

const MODES: readonly Mode[] = ['structured', 'binary', 'batch'];
const NEST = `${'['.repeat(17)}${']'.repeat(17)}`;
let intake: IntakeAtWork;
let count = 0;

beforeAll(async () => {
  intake = await IntakeAtWork.start();
});
afterAll(() => intake.stop());

/** A good event that was not sent yet, with a message that has a letter beyond ASCII. */
function fresh(): ReturnType<typeof sentEvent> {
  count += 1;
  return sentEvent({ id: `event-${count}` }, { message: `caf\u00e9 ${count}` });
}

/** Sends an event after its text was altered; in a batch, between two good ones. */
function send(mode: Mode, alter: (text: string) => Body, media = ''): Promise<Answer> {
  const event = fresh();
  switch (mode) {
    case 'structured':
      return intake.post(alter(JSON.stringify(event)), {
        'content-type': `application/cloudevents+json${media}`,
      });
    case 'binary':
      return intake.post(alter(JSON.stringify(event.data)), {
        ...headersOf(event),
        'content-type': `application/json${media}`,
      });
    case 'batch': {
      const altered = alter(JSON.stringify(event));
      const between = [JSON.stringify(fresh()), JSON.stringify(fresh())].map((one) => Buffer.from(one));
      const parts = ['[', between[0]!, ',', altered, ',', between[1]!, ']'];
      return intake.post(new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part)))), {
        'content-type': `application/cloudevents-batch+json${media}`,
      });
    }
  }
}

function inAllModes<T extends readonly unknown[]>(rows: readonly T[]): [Mode, ...T][] {
  return MODES.flatMap((mode) => rows.map((row): [Mode, ...T] => [mode, ...row]));
}

describe('a good event', () => {
  it.each(MODES)('%s: is taken, and the request is as the API describes it', async (mode) => {
    const event = fresh();
    const requests: Record<Mode, [Record<string, string>, unknown]> = {
      structured: [{ 'content-type': typeOf('structured') }, event],
      binary: [{ ...headersOf(event), 'ce-subject': 'A%20subject' }, event.data],
      batch: [{ 'content-type': typeOf('batch') }, [event]],
    };
    const [headers, body] = requests[mode];
    const response = await apiFetch(`${intake.service.httpUrl}/v1/events`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${intake.token}` },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(202);
    const state = await intake.get({ source: '/back-office', id: String(event['id']) });
    expect(state.body).toMatchObject({ state: 'accepted' });
  });
});

describe('a member that breaks a rule', () => {
  it.each(
    inAllModes([
      ['given twice', '"size":1', '"size":1,"size":1', 'data.document.size', 'once'],
      ['given twice, once escaped', '"size":1', '"size":1,"s\\u0069ze":1', 'data.document.size', 'once'],
      ['beyond a double', '"size":1', '"size":1e400', 'data.document.size', 'number'],
      ['not exact', '"size":1', '"size":9007199254740993', 'data.document.size', 'number'],
      ['too long a number', '"size":1', '"size":1.00000000000000000000', 'data.document.size', 'number'],
      ['negative', '"size":1', '"size":-1', 'data.document.size', 'whole number'],
      ['a fraction', '"size":1', '"size":0.5', 'data.document.size', 'whole number'],
      ['not a number', '"size":1', '"size":null', 'data.document.size', 'whole number'],
      ['too deep', '"size":1', `"size":${NEST}`, 'data.document.size', 'deeper'],
      ['an escaped NUL', 'caf', 'c\\u0000f', 'data.message', 'control'],
      ['half a surrogate pair', 'caf', '\\ud83d', 'data.message', 'surrogate'],
      ['the other half', 'caf', '\\udc00', 'data.message', 'surrogate'],
      ['what cannot be seen', 'caf', 'c\\u202ef', 'data.message', 'readable'],
      ['a digest too short', '"sha256":"A', '"sha256":"', 'data.document.sha256', '43'],
      ['a digest in base64', '"sha256":"A', '"sha256":"/', 'data.document.sha256', 'base64url'],
      ['missing', '"size":1,', '', 'data.document.size', 'whole number'],
      ['unknown', '"size":1', '"size":1,"pages":2', 'data.document.pages', 'not a member'],
      ['a name of objects', '"size":1', '"size":1,"__proto__":{}', 'data.document.__proto__', 'not a member'],
    ] as const),
  )('%s, %s: 422 with field and rule, and no harm to its neighbours', async (...row) => {
    const [mode, , from, to, field, rule] = row;
    const answer = await send(mode, (text) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    });
    if (mode === 'batch') {
      expect(answer.status).toBe(202);
      expect(answer.body.results?.map((one) => one['status'])).toEqual(['accepted', 422, 'accepted']);
    } else {
      expect(answer.status).toBe(422);
    }
    const problem = mode === 'batch' ? answer.body.results![1]! : answer.body;
    expect(problem['type']).toBe('urn:besure:problem:invalid');
    expect(`${String(problem['field'])}.`.startsWith(`${field}.`)).toBe(true);
    expect(problem['rule']).toContain(rule);
  });
});

describe('a body that cannot be read', () => {
  const latin1 = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'latin1'));
  const within = (bytes: readonly number[]) => (text: string) => {
    const at = text.indexOf('caf');
    return new Uint8Array(
      Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from(bytes), Buffer.from(text.slice(at))]),
    );
  };

  it.each(
    inAllModes<[string, (text: string) => Body, string]>([
      ['cut short', (text) => text.slice(0, -1), 'JSON'],
      ['with something after it', (text) => `${text}}`, 'JSON'],
      ['with a raw NUL', (text) => text.replace('caf', '\u0000'), 'JSON'],
      ['with NaN', (text) => text.replace('"size":1', '"size":NaN'), 'JSON'],
      ['with a comment', (text) => text.replace(',', ',/**/'), 'JSON'],
      ['in Latin-1', latin1, 'UTF-8'],
      ['with a byte that is no UTF-8', within([0xff]), 'UTF-8'],
      ['with a character written too long', within([0xc0, 0xaf]), 'UTF-8'],
      ['with a surrogate as UTF-8', within([0xed, 0xa0, 0x80]), 'UTF-8'],
    ]),
  )('%s, %s: 400', async (mode, _what, alter, rule) => {
    expect(await send(mode, alter)).toMatchObject({
      status: 400,
      body: { type: 'urn:besure:problem:malformed', rule: `the body is ${rule}` },
    });
  });

  it.each(MODES)('%s: one that is empty is 400', async (mode) => {
    const headers = mode === 'binary' ? headersOf(fresh()) : { 'content-type': typeOf(mode) };
    for (const body of ['', ' ', '\ufeff']) {
      expect(await intake.post(body, headers)).toMatchObject({
        status: 400,
        body: { type: 'urn:besure:problem:malformed', rule: 'the body is JSON' },
      });
    }
  });

  it.each(MODES)('%s: in another charset is 415', async (mode) => {
    expect(await send(mode, (text) => text, '; charset=iso-8859-1')).toMatchObject({
      status: 415,
      body: { type: 'urn:besure:problem:unsupported-media-type' },
    });
  });

  it.each(['structured', 'binary'] as const)('%s: a byte order mark is passed over', async (mode) => {
    expect((await send(mode, (text) => `\ufeff${text}`, '; charset=utf-8')).status).toBe(202);
  });
});

describe('the same id', () => {
  const id = 'same';
  const about = (message: string): string => JSON.stringify(sentEvent({ id }, { message }));

  it('with other content is refused, from however many connections at once: one wins', async () => {
    const before = await intake.accepted();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => intake.post(about(`message of ${at}`))),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    for (const { body } of answers.filter(({ status }) => status !== 202)) {
      expect(body).toMatchObject({ type: 'urn:besure:problem:id-reused', status: 409, field: 'id' });
    }
    expect(await intake.accepted()).toBe(before + 1);
  });

  it('twice in a batch: the first wins, the second says why, and a double is no fault', async () => {
    const before = await intake.accepted();
    const [one, other] = [fresh(), fresh()];
    const batch = [one, { ...other, id: one['id'] }, one, other];
    const answer = await intake.post(JSON.stringify(batch), { 'content-type': typeOf('batch') });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('idempotent-replay')).toBeNull();
    expect(answer.body.results).toMatchObject([
      { id: one['id'], status: 'accepted' },
      { id: one['id'], type: 'urn:besure:problem:id-reused', status: 409, field: 'id' },
      { id: one['id'], status: 'accepted' },
      { id: other['id'], status: 'accepted' },
    ]);
    expect(await intake.accepted()).toBe(before + 2);
  });
});

function typeOf(mode: Exclude<Mode, 'binary'>): string {
  return mode === 'batch' ? 'application/cloudevents-batch+json' : 'application/cloudevents+json';
}
