import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatCharter, networkOf, parseNote } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { start as startRights } from '@besure/rights';
import type { RunningService } from '@besure/service';
import { apiFetch, startNats, waitUntil } from '@besure/testing';
import { openDecision } from '@besure/verification';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../apps/cli/src/run.js';
import { makeNetwork, type TestNetwork } from '../../apps/ledger-writer/contract/scripted-network.js';
import { signedNote } from '../../apps/ledger-writer/contract/signed-note.js';
import { ServedRights } from './served-rights.js';

const folder = mkdtempSync(join(tmpdir(), 'besure-decision-'));
const file = join(folder, 'decision.json');
let network: TestNetwork;
let served: ServedRights;
let decided = '';
let open = '';

async function besure(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  const status = await run(['rights', ...args], { ...io, coloured: false, width: null });
  return { status, out, err };
}

function idOf(note: string): string {
  return parseNote(note, nodePrimitives.sha256).id;
}

function genesis(): string {
  return networkOf(network.charter, nodePrimitives.sha256);
}

beforeAll(async () => {
  network = makeNetwork();
  served = await ServedRights.start(network);
  const [alpha, beta, exchange] = network.members;
  const propose = (kind: string): string =>
    signedNote(network, alpha, {
      ...{ kind: 'proposal', state: 0, expires: 500, minute: null },
      change: { kind, organisation: 'beta' },
    });
  const proposals = [propose('suspend-organisation'), propose('remove-organisation')] as const;
  [decided, open] = proposals.map(idOf) as [string, string];
  // A stranger wrote a charter first, and somebody what is no note.
  served.add('charter', formatCharter(makeNetwork().charter));
  served.add('charter', formatCharter(network.charter));
  served.add('note', 'no note', proposals[0]);
  const vote = { kind: 'vote', state: 0, proposal: decided, number: 1 };
  served.add('note', signedNote(network, beta, { ...vote, choice: 'against' }));
  for (const member of [alpha, exchange])
    served.add('note', signedNote(network, member, { ...vote, choice: 'for' }));
  const later = signedNote(network, alpha, {
    ...{ kind: 'proposal', state: 1, expires: 500, minute: null },
    change: { kind: 'remove-organisation', organisation: 'beta' },
  });
  open = idOf(later);
  served.add('note', later);
});
afterAll(async () => {
  for (const stop of services) await stop();
  await served.stop();
  rmSync(folder, { recursive: true });
});

const services: (() => Promise<unknown>)[] = [];

/** A rights service on a log. */
async function rightsOn({ charter }: TestNetwork, { url }: ServedRights): Promise<RunningService> {
  const nats = await startNats();
  services.unshift(() => nats.stop());
  const service = await startRights({
    http: { port: 0 },
    logLevel: 'error',
    charter,
    ledgerWriterUrl: url,
    webhooks: { urls: [], secret: null },
    bus: { url: nats.url, credentialsFile: undefined },
  });
  services.unshift(() => service.stop());
  return service;
}

async function replayed({ httpUrl }: RunningService, { entries }: ServedRights): Promise<void> {
  await waitUntil({ what: 'the replay' }, async () => {
    const answer = await apiFetch(`${httpUrl}/v1/rights`);
    return answer.ok && ((await answer.json()) as { size: number }).size === entries.length
      ? true
      : undefined;
  });
}

function decisionAt({ httpUrl }: RunningService, id: string): Promise<Response> {
  return apiFetch(`${httpUrl}/v1/rights/proposals/${id}/decision`);
}

function check(path: string, network_ = genesis()): ReturnType<typeof besure> {
  return besure('check', path, '--genesis', network_, '--json');
}

describe('./besure rights export and check', () => {
  it('writes a decision to a file that says by itself what was decided, and by whose votes', async () => {
    const exported = await besure('export', decided.slice(0, 10), '--out', file, '--log', served.url);
    expect(exported).toMatchObject({ status: 0, err: '' });
    expect(exported.out).toContain(`of the network ${genesis()}`);
    const checked = await check(file);
    expect(checked).toMatchObject({ status: 0, err: '' });
    expect(JSON.parse(checked.out)).toMatchObject({
      ...{ network: genesis(), proposal: decided, status: 'accepted' },
      note: { member: 'alpha', change: { kind: 'suspend-organisation', organisation: 'beta' } },
      votes: [
        { member: 'alpha', choice: 'for' },
        { member: 'beta', choice: 'against' },
        { member: 'exchange', choice: 'for' },
      ],
      log: { size: served.entries.length },
    });
    expect((await besure('check', file, '--genesis', genesis())).out).toContain('exchange: for, at height');
  });

  it('writes what a hub hands out, the same bytes as from its log, when it has been checked', async () => {
    const hub = await rightsOn(network, served);
    await replayed(hub, served);
    const answer = await decisionAt(hub, decided);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    const text = await answer.text();
    // Not by toBe: the difference would be pages of base64.
    expect(text === readFileSync(file, 'utf8')).toBe(true);
    expect(openDecision(text, genesis(), nodePrimitives).proposal).toMatchObject({
      ...{ id: decided, status: 'accepted' },
    });
    const copy = join(folder, 'from-hub.json');
    const exported = await besure('export', decided.slice(0, 10), '--out', copy, '--url', hub.httpUrl);
    expect(exported).toMatchObject({ status: 0, err: '' });
    expect(readFileSync(copy, 'utf8') === text).toBe(true);
    expect((await decisionAt(hub, 'none')).status).toBe(404);
    expect(await (await decisionAt(hub, open)).text()).toContain(open);
    const undecided = await besure('export', open, '--out', join(folder, 'no'), '--url', hub.httpUrl);
    expect([undecided.status, undecided.err]).toEqual([1, expect.stringContaining('is open')]);
  });

  it('has none from a hub as long as no quorum has signed the log with the proposal', async () => {
    const young = makeNetwork();
    const log = await ServedRights.start(young);
    services.push(() => log.stop());
    const hub = await rightsOn(young, log);
    const [alpha, , exchange] = young.members;
    const { id: hubId, keys } = makeNetwork().charter.hubs[0]!;
    const { log: logKeys, witness } = keys[0]!;
    const proposal = signedNote(young, alpha, {
      ...{ kind: 'proposal', state: 0, expires: 500, minute: null },
      change: { kind: 'rotate-hub-keys', hub: hubId, log: logKeys, witness },
    });
    const isAway = async (id: string): Promise<void> => {
      const answer = await decisionAt(hub, id);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    };
    await isAway(idOf(proposal));
    log.add('charter', formatCharter(young.charter));
    await replayed(hub, log);
    // It is decided in the block that has it: the one hub has other keys now, and signs with those of before.
    const vote = { kind: 'vote', state: 0, proposal: idOf(proposal), number: 1, choice: 'for' };
    log.signedAt += 3600;
    log.add('note', proposal, ...[alpha, exchange].map((member) => signedNote(young, member, vote)));
    await replayed(hub, log);
    await isAway(idOf(proposal));
  });

  it('exports nothing that is not decided, or not there', async () => {
    for (const [id, why] of [
      [open, 'is open'],
      ['?', 'has no proposal'],
    ] as const) {
      const { status, err } = await besure('export', id, '--out', join(folder, 'no'), '--log', served.url);
      expect([status, err]).toEqual([1, expect.stringContaining(why)]);
    }
    const away = await besure('export', decided, '--out', join(folder, 'no'), '--log', 'http://127.0.0.1:1');
    expect(away.status).toBe(66);
  });

  it('believes no file that was changed, shortened, or signed by nobody of the network', async () => {
    const text = readFileSync(file, 'utf8');
    const value = JSON.parse(text) as { checkpoint: string; entries: string[]; proposal: string };
    const without = (at: number): string[] => value.entries.toSpliced(at, 1);
    const refuses = async (changed: object | string, why: string): Promise<void> => {
      const path = join(folder, 'changed.json');
      const written = typeof changed === 'string' ? changed : { ...value, ...changed };
      writeFileSync(path, typeof written === 'string' ? written : `${JSON.stringify(written, null, 2)}\n`);
      const { status, err } = await check(path);
      expect([status, err]).toEqual([1, expect.stringContaining(why)]);
    };
    await refuses({ entries: without(value.entries.length - 1) }, 'do not have the root');
    await refuses({ entries: [...without(4), value.entries[5]!] }, 'do not have the root');
    await refuses({ entries: [...value.entries, value.entries[0]!] }, 'do not have the root');
    await refuses({ proposal: open.replace(/^./, (one) => (one === 'A' ? 'B' : 'A')) }, 'has no proposal');
    await refuses({ checkpoint: value.checkpoint.replace(/\n\n[^]*$/, '\n\n— a.b AAAAAAAA\n') }, 'quorum');
    await refuses(text.replace('\n', ' '), 'is not the one of what it says');
    const other = await check(file, '0'.repeat(64));
    expect([other.status, other.err]).toEqual([1, expect.stringContaining('no charter of the network')]);
    served.signAs(makeNetwork());
    const forged = await besure('export', decided, '--out', join(folder, 'no'), '--log', served.url);
    expect([forged.status, forged.err]).toEqual([1, expect.stringContaining('no quorum has signed')]);
  });
});
