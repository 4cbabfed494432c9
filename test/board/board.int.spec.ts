import { createHmac } from 'node:crypto';
import { type Change, formatCharter, networkOf, parseCharter, replay, stateDigest } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { connectBus, inboxPrefixOf, NatsRequestServer, RequestRefused } from '@besure/messaging';
import { parseCarryRequest, SUBJECTS } from '@besure/protocol';
import { start as startRights } from '@besure/rights';
import type { RunningService } from '@besure/service';
import { openTrust } from '@besure/verification';
import { apiFetch, startNats, waitUntil, type Nats } from '@besure/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  makeNetwork,
  type TestMember,
  type TestNetwork,
} from '../../apps/ledger-writer/contract/scripted-network.js';
import { Receiver } from './receiver.js';
import { signedNote } from '../../apps/ledger-writer/contract/signed-note.js';
import { ServedRights } from './served-rights.js';

const { sha256 } = nodePrimitives;

let nats: Nats;
let network: TestNetwork;
let served: ServedRights;
let receiver: Receiver;
/** Why the hub refuses to carry; null: it does not. */
let refusal: string | null = null;
let service: RunningService;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  nats = await startNats();
  const made = makeNetwork();
  const board = { ...made.charter.board, hostingCapPercent: 50 };
  network = { ...made, charter: { ...made.charter, board } };
  served = await ServedRights.start(network);
  cleanups.push(() => served.stop());
  const bus = connectBus({ url: nats.url, name: 'writer', inboxPrefix: inboxPrefixOf('ledger-writer') });
  cleanups.push(() => bus.close());
  const requests = new NatsRequestServer({ bus });
  requests.addHandler(SUBJECTS.carry, async ({ data }) => {
    if (refusal !== null) throw new RequestRefused(refusal, 'as the test says');
    served.carried.push(parseCarryRequest(data));
    return {};
  });
  requests.listen(() => {});
  receiver = await Receiver.start();
  cleanups.push(() => receiver.stop());
  service = await startRights({
    http: { port: 0 },
    logLevel: 'error',
    charter: network.charter,
    ledgerWriterUrl: served.url,
    webhooks: { urls: [receiver.url], secret: receiver.secret },
    bus: { url: nats.url, credentialsFile: undefined },
  });
  cleanups.push(() => service.stop());
});

afterAll(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
  await nats.stop();
});

type Answer = Record<string, unknown>;

async function metricsOf({ httpUrl }: RunningService): Promise<string> {
  return (await apiFetch(`${httpUrl}/metrics`)).text();
}

async function call(path: string, body?: unknown): Promise<{ status: number; body: Answer }> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await apiFetch(
    `${service.httpUrl}/v1/rights${path}`,
    body === undefined ? undefined : init,
  );
  return { status: response.status, body: (await response.json()) as Answer };
}

/** Waits until as many entries have been replayed as are served. */
async function replayed(): Promise<Answer> {
  return waitUntil({ what: 'the replay' }, async () => {
    const { status, body } = await call('');
    return status === 200 && body['size'] === served.entries.length ? body : undefined;
  });
}

const signed = (member: TestMember, content: object): string => signedNote(network, member, content);

const suspension: Change = { kind: 'suspend-organisation', organisation: 'beta' };
let proposed = '';
/** The ids of the votes on it, as they were answered. */
const ballots: string[] = [];

describe('the board at a hub', () => {
  it('waits for a log with a first charter', async () => {
    const { status, body } = await call('');
    expect([status, body['type']]).toEqual([503, 'urn:besure:problem:unavailable']);
  });

  it('sees members, hubs and terms', async () => {
    served.add('charter', formatCharter(network.charter));
    expect(await replayed()).toMatchObject({
      network: networkOf(network.charter, sha256),
      version: 0,
      members: ['alpha', 'beta', 'exchange'].map((id) => ({ id, status: 'member', seats: 1 })),
      hubs: [{ id: 'hub-0', standing: true }],
      hosting: {
        providers: [{ provider: 'example', hubs: { there: 1, limit: 1 }, operators: { there: 1, limit: 1 } }],
      },
    });
  });

  it('is told what exactly a change would change, or why it cannot be', async () => {
    const { status, body } = await call('/preview', suspension);
    expect(status).toBe(200);
    expect(body['changes']).toEqual([
      { path: 'organisations.beta.suspensions.0', before: null, after: { from: 15, until: null } },
    ]);
    const refusals = [
      [{ kind: 'suspend-organisation', organisation: 'exchange' }, 'rights-change'],
      [{ kind: 'admit-everybody' }, 'invalid'],
    ] as const;
    for (const [change, code] of refusals)
      expect(await call('/preview', change)).toMatchObject({
        status: 422,
        body: { type: `urn:besure:problem:${code}` },
      });
  });

  it('is told that a hub would break the hosting cap, with the arithmetic', async () => {
    const { log, witness } = makeNetwork().charter.hubs[0]!.keys[0]!;
    const asked: Change = {
      kind: 'admit-hub',
      hub: 'hub-9',
      name: 'hub-9.example',
      operator: 'Operator 9',
      provider: 'example',
      nodeAddress: network.stranger.address,
      log,
      witness,
    };
    expect(await call('/preview', asked)).toMatchObject({
      status: 422,
      body: {
        type: 'urn:besure:problem:rights-change',
        field: 'change.provider',
        rule: expect.stringContaining('2 of 2 hubs on the infrastructure of example') as string,
      },
    });
    expect(await call('/preview', { ...asked, provider: 'EX-AMPLE' })).toMatchObject({
      status: 422,
      body: { rule: expect.stringContaining('of example (also spelled EX-AMPLE)') as string },
    });
    expect(await call('/preview', { ...asked, provider: 'ex\u0430mple' })).toMatchObject({
      status: 422,
      body: { type: 'urn:besure:problem:invalid' },
    });
    expect((await call('/preview', { ...asked, provider: 'other' })).status).toBe(200);
  });

  it('takes a note, and refuses what would change nothing with code, field and rule', async () => {
    const [alpha] = network.members;
    const content = { kind: 'proposal', state: 0, expires: 500, minute: null, change: suspension };
    const note = signed(alpha, content);
    const taken = await call('/notes', { note });
    expect(taken.status).toBe(202);
    proposed = String(taken.body['id']);
    expect(served.carried).toEqual([note]);
    const late = await call('/notes', { note: signed(alpha, { ...content, state: 7 }) });
    expect(late).toMatchObject({
      status: 422,
      body: { type: 'urn:besure:problem:rights-state', field: 'state', rule: expect.any(String) as string },
    });
    const forged = `${note.slice(0, -8)}${note.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA'}`;
    expect((await call('/notes', { note: forged })).status).toBe(422);
    expect((await call('/notes', { note: 'nothing' })).body['type']).toBe(
      'urn:besure:problem:rights-malformed',
    );
    expect(served.carried).toEqual([note]);
  });

  it.each([
    ['too-much', 429, 'too-many', '3600'],
    ['not-a-hub', 503, 'unavailable', '300'],
    ['overloaded', 503, 'unavailable', '5'],
  ])('is told where the hub does not carry a note: %s', async (code, status, problem, after) => {
    const [alpha] = network.members;
    const content = { kind: 'proposal', state: 0, expires: 501, minute: null, change: suspension };
    refusal = code;
    try {
      const answer = await apiFetch(`${service.httpUrl}/v1/rights/notes`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ note: signed(alpha, content) }),
      });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('retry-after')).toBe(after);
      expect(((await answer.json()) as Answer)['type']).toBe(`urn:besure:problem:${problem}`);
    } finally {
      refusal = null;
    }
  });

  it('sees the tally, and the decision in the charter', async () => {
    const [alpha, beta, exchange] = network.members;
    served.add('note', served.carried[0]!, 'no note at all');
    await replayed();
    const open = await call(`/proposals/${proposed}`);
    expect(open.body).toMatchObject({
      status: 'open',
      signed: served.carried[0],
      tally: { for: [], against: [], outstanding: ['alpha', 'beta', 'exchange'], needed: 2 },
      // Nobody says here which votes are on their way.
      pending: null,
    });
    const vote = (member: TestMember, choice: 'for' | 'against'): string =>
      signed(member, { kind: 'vote', state: 0, proposal: proposed, number: 1, choice });
    const votes = [vote(beta, 'against'), vote(alpha, 'for'), vote(exchange, 'for')];
    for (const note of votes) {
      const { status, body } = await call('/notes', { note });
      expect(status).toBe(202);
      ballots.push(String(body['id']));
    }
    served.add('note', ...votes);
    const seen = await replayed();
    expect(seen).toMatchObject({
      version: 1,
      members: [{ id: 'alpha' }, { id: 'beta', status: 'suspended' }, { id: 'exchange' }],
    });
    const { state } = replay(null, served.entries, nodePrimitives);
    expect(seen['digest']).toBe(stateDigest(state!, sha256));
    const accepted = await call('/proposals?status=accepted');
    expect(accepted.body['proposals']).toMatchObject([
      { id: proposed, tally: { for: ['alpha', 'exchange'], against: ['beta'], outstanding: [] } },
    ]);
    const { body: closed } = await call(`/proposals/${proposed}`);
    expect(closed).toMatchObject({
      votes: [
        { member: 'alpha', note: ballots[1] },
        { member: 'beta', note: ballots[0] },
        { member: 'exchange', note: ballots[2] },
      ],
      pending: [],
    });
    expect((await call('/proposals?status=open')).body['proposals']).toEqual([]);
    expect((await call('/proposals/none')).status).toBe(404);
    const charter = await apiFetch(`${service.httpUrl}/v1/charter`);
    expect(parseCharter(await charter.text())).toEqual(state!.charter);
  });

  it('reads the history, and why something changed nothing', async () => {
    const { body } = await call('/history?from=1');
    expect(body['next']).toBeNull();
    expect(body['entries']).toMatchObject([
      {
        index: 1,
        kind: 'note',
        outcome: { did: 'proposed', id: proposed },
        note: proposed,
        signed: served.carried[0],
      },
      { index: 2, outcome: { refused: 'malformed' }, note: null, signed: 'no note at all' },
      { outcome: { did: 'voted', id: proposed }, note: ballots[0] },
      { outcome: { did: 'voted' } },
      { outcome: { did: 'voted' } },
    ]);
    expect((await call('/history?from=7')).body).toEqual({ entries: [], next: null });
  });

  it('hands out the trust file that it all comes to, the same text each time', async () => {
    const get = (): Promise<Response> => apiFetch(`${service.httpUrl}/v1/trust`);
    const [first, again] = await Promise.all([get(), get()]);
    expect(first.headers.get('content-type')).toMatch(/^application\/json/);
    const file = await first.text();
    expect(file).toBe(await again.text());
    const { state } = replay(null, served.entries, nodePrimitives);
    expect(openTrust(file, nodePrimitives)).toMatchObject({
      network: state!.network,
      charter: state!.charter,
    });
  });

  it('hands out the newest one: the hub has signed the same log anew', async () => {
    const trust = async () => (await apiFetch(`${service.httpUrl}/v1/trust`)).text();
    const before = await trust();
    const { confirmedAt: first } = openTrust(before, nodePrimitives);
    expect(first).toBe(served.signedAt);
    served.signedAt += 86_400;
    const after = await waitUntil({ what: 'a newer trust file' }, async () => {
      const file = await trust();
      return file === before ? undefined : file;
    });
    expect(openTrust(after, nodePrimitives)).toEqual({
      ...openTrust(before, nodePrimitives),
      confirmedAt: served.signedAt,
    });
    // What shows the older signature again takes nothing back.
    served.signedAt = first!;
    const asked = served.asked;
    await waitUntil({ what: 'looks' }, () => (served.asked > asked + 1 ? true : undefined));
    expect(await trust()).toBe(after);
  });

  it('alarms where nobody signs it any more, until somebody does', async () => {
    const quiet = await ServedRights.start(network);
    cleanups.push(() => quiet.stop());
    quiet.signedAt = Math.floor(Date.now() / 1000) - 172_860;
    quiet.add('charter', formatCharter(network.charter));
    const beside = await startRights({
      http: { port: 0 },
      logLevel: 'error',
      charter: network.charter,
      ledgerWriterUrl: quiet.url,
      webhooks: { urls: [], secret: null },
      bus: { url: nats.url, credentialsFile: undefined },
    });
    cleanups.push(() => beside.stop());
    const untilAlarm = (value: number): Promise<true> =>
      waitUntil({ what: `alarm ${value}` }, async () =>
        new RegExp(`besure_alarms\\{.*kind="trust-old".*\\} ${value}`).test(await metricsOf(beside))
          ? true
          : undefined,
      );
    await untilAlarm(1);
    quiet.signedAt += 3600;
    await untilAlarm(0);
    const file = await (await apiFetch(`${beside.httpUrl}/v1/trust`)).text();
    expect(openTrust(file, nodePrimitives).confirmedAt).toBe(quiet.signedAt);
  });

  it('is told of what needs its vote and of what was decided, by a feed', async () => {
    const feed = async (query = ''): Promise<string> => {
      const response = await apiFetch(`${service.httpUrl}/v1/rights/feed${query}`);
      expect(response.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
      return response.text();
    };
    const titles = (text: string): string[] =>
      [...text.matchAll(/^    <title>(.*)<\/title>$/gm)].map(([, title]) => title!);
    expect(titles(await feed())).toEqual(['suspend-organisation: accepted', 'suspend-organisation: open']);
    expect(await feed()).toContain(`<link rel="self" href="${service.httpUrl}/v1/rights/feed"/>`);
    expect(await feed()).toContain(`<link href="${service.httpUrl}/v1/rights/proposals/${proposed}"/>`);
    const [alpha] = network.members;
    const change: Change = { kind: 'reinstate-organisation', organisation: 'beta' };
    const content = { kind: 'proposal', state: 1, expires: 500, minute: null, change };
    served.add('note', signed(alpha, content));
    await replayed();
    expect(titles(await feed('?member=alpha'))).toEqual(['reinstate-organisation: open']);
    expect(await feed('?member=alpha')).toContain('Waits for alpha, exchange, until height 500.');
    expect(titles(await feed('?member=beta'))).toEqual([]);
    expect(titles(await feed('?member=%3Cb%3E'))).toEqual([]);
    expect(await feed('?member=%3Cb%3E')).not.toContain('<b>');
    expect((await call('/feed?member=alpha&member=beta')).status).toBe(400);
  });

  it('is told of them by a webhook, signed, once each, in order, until it is taken', async () => {
    const [first] = await receiver.taken(3);
    expect(receiver.refusedFirst).toBe(true);
    expect(first!.body).toMatchObject({
      specversion: '1.0',
      id: `${proposed}:open`,
      source: `urn:besure:rights:${networkOf(network.charter, sha256)}`,
      type: 'be.besure.rights.proposal.open.v1',
      subject: proposed,
      data: { proposal: proposed, member: 'alpha', change: 'suspend-organisation', expires: 500 },
    });
    const ids = receiver.all.map(({ body }) => body['id']);
    expect(ids.slice(0, 2)).toEqual([`${proposed}:open`, `${proposed}:accepted`]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { headers, text, body } of receiver.all) {
      const id = String(headers['webhook-id']);
      expect([id, headers['content-type']]).toEqual([body['id'], 'application/cloudevents+json']);
      const said = `${id}.${String(headers['webhook-timestamp'])}.${text}`;
      const mac = createHmac('sha256', receiver.secret).update(said).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${mac}`);
    }
  });

  it('believes no checkpoint that the charter’s quorum has not signed', async () => {
    const before = served.entries.length;
    served.signAs(makeNetwork());
    served.add('note', 'one more');
    await waitUntil({ what: 'a failure' }, async () => {
      const ready = await apiFetch(`${service.httpUrl}/health/ready`);
      const { shown } = (await ready.json()) as { shown: { name: string; ok: boolean }[] };
      return shown.some(({ name, ok }) => name === 'log of rights' && !ok) ? true : undefined;
    });
    expect((await call('')).body['size']).toBe(before);
  });
});
