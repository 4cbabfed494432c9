import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressFormatOf, type Change } from '@besure/governance';
import { encodeAddress } from '@besure/ledger-tx';
import { encodeBase64url } from '@besure/protocol';
import { testKey } from '@besure/protocol/test-material';
import { waitUntil } from '@besure/testing';
import { describe, expect, it } from 'vitest';
import { ProcessHost } from './host.js';
import { networkForTests } from './network-for-tests.js';
import { hubLogOf } from './run-file.js';

const CLI = join(import.meta.dirname, '../../../apps/cli/dist/main.js');
const HUBS = ['hub', 'hub-2'] as const;

const running = networkForTests('board', {
  hubs: HUBS.length,
  // Slots have nothing to do with boards, and many of them leave the command line little of the machine.
  profile: 'demo',
  host: (logs) => new ProcessHost(logs),
});

interface Rights {
  readonly version: number;
  readonly size: number;
  readonly digest: string;
  readonly network: string;
  readonly members: readonly { readonly id: string; readonly status: string }[];
}
interface Proposal {
  readonly id: string;
  readonly status: string;
  readonly tally: { readonly for: readonly string[] };
}

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function besure(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [CLI, ...args], (_error, out, err) =>
      resolve({ status: child.exitCode, out, err }),
    );
  });
}

function urlOf(hub: string): string {
  const { services } = running.network;
  return services.find(({ name, organisation }) => name === 'rights' && organisation === hub)!.http;
}

/** `./besure rights` at a hub. */
function board(hub: string, ...args: string[]): Promise<Ended> {
  return besure('rights', ...args, '--url', urlOf(hub), '--json');
}

/** What both hubs answer once it satisfies at each. */
async function atBoth<T>(what: string, path: string, holds: (answer: T) => boolean): Promise<T[]> {
  const look = async (hub: string): Promise<T | undefined> => {
    const response = await fetch(`${urlOf(hub)}/v1/rights${path}`);
    const answer = (await response.json()) as T;
    return response.ok && holds(answer) ? answer : undefined;
  };
  return Promise.all(
    HUBS.map((hub) => waitUntil({ what: `${what} at ${hub}`, timeoutMillis: 100_000 }, () => look(hub))),
  );
}

function proposalAtBoth(
  what: string,
  id: string,
  holds: (proposal: Proposal) => boolean,
): Promise<Proposal[]> {
  return atBoth(what, `/proposals/${id}`, holds);
}

async function answerOf(ended: Promise<Ended> | Ended): Promise<unknown> {
  const { status, out, err } = await ended;
  expect([status, err]).toEqual([0, expect.any(String)]);
  return JSON.parse(out);
}

/** The options of somebody who speaks for a member. */
function as(member: string): string[] {
  const keys = join(running.folder, 'keys', member);
  return ['--seat', join(keys, 'seat-key.age'), '--passphrase-file', join(keys, 'seat-passphrase'), '--yes'];
}

function changeFile(change: Change): string {
  const file = join(running.folder, `${change.kind}.json`);
  writeFileSync(file, JSON.stringify(change));
  return file;
}

function admission(): string {
  return changeFile({
    kind: 'admit-organisation',
    organisation: 'gamma',
    name: 'Gamma',
    signingKey: encodeBase64url(testKey('gamma signing').publicKey),
    ledgerAddress: encodeAddress(randomBytes(20), addressFormatOf(running.network.charter)),
    seats: [encodeBase64url(testKey('gamma seat').publicKey)],
  });
}

const [first, second] = HUBS;
let proposal = '';

describe('a board on a whole network, by its command line', { timeout: 170_000 }, () => {
  it('admits a fourth organisation by two votes of three, through whichever hub', async () => {
    const [rights] = await atBoth<Rights>('the first charter', '', ({ version }) => version === 0);
    const change = admission();
    const preview = await answerOf(board(second, 'preview', change));
    expect(preview).toMatchObject([{ path: 'organisations.gamma', before: null, after: { id: 'gamma' } }]);
    const proposed = await board(first, 'propose', change, ...as('alpha'), '--genesis', rights!.network);
    expect(proposed.err).toContain('"organisation": "gamma"');
    ({ id: proposal } = (await answerOf(proposed)) as { id: string });
    await proposalAtBoth('the proposal', proposal, ({ status }) => status === 'open');
    for (const [hub, voter] of [
      [second, 'alpha'],
      [first, 'beta'],
    ] as const) {
      const voted = await board(hub, 'vote', proposal, 'for', ...as(voter));
      expect(voted.err).toContain(`to be signed by ${voter}:`);
      expect(await answerOf(voted)).toMatchObject({ note: { kind: 'vote', number: 1, proposal } });
    }
    const [one, other] = await atBoth<Rights>('the decision', '', ({ version }) => version === 1);
    expect(one!.members.at(-1)).toMatchObject({ id: 'gamma', status: 'member' });
    expect([other!.size, other!.digest]).toEqual([one!.size, one!.digest]);
    const accepted = await answerOf(board(second, 'proposals', '--status', 'accepted'));
    expect(accepted).toMatchObject([{ id: proposal, tally: { for: ['alpha', 'beta'] } }]);
    const history = (await answerOf(board(second, 'history', '--from', '1'))) as { outcome: object }[];
    expect(history.map(({ outcome }) => outcome)).toEqual(
      ['proposed', 'voted', 'voted'].map((did) => ({ did, id: proposal })),
    );
  });

  it('takes a vote and a proposal back', async () => {
    const asked = await board(first, 'propose', 'suspend-organisation', 'gamma', ...as('beta'));
    const { id } = (await answerOf(asked)) as { id: string };
    await proposalAtBoth('the proposal', id, ({ status }) => status === 'open');
    await answerOf(board(first, 'vote', id, 'for', ...as('exchange')));
    await proposalAtBoth('the vote', id, ({ tally }) => tally.for.length === 1);
    const again = await board(second, 'vote', id, 'against', ...as('exchange'));
    expect(await answerOf(again)).toMatchObject({ note: { number: 2, choice: 'against' } });
    await answerOf(board(second, 'withdraw', id, ...as('beta')));
    await proposalAtBoth('the withdrawal', id, ({ status }) => status === 'withdrawn');
  });

  it('is told why something cannot be, before it is signed or at the latest by the hub', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { status, out, err } = await board(first, ...args);
      expect([status, out]).toEqual([1, '']);
      return err;
    };
    const exchange = await refused('propose', 'suspend-organisation', 'exchange', ...as('alpha'));
    expect(exchange).toContain('(rights-change)\n  field: change.organisation\n  rule: ');
    expect(exchange).not.toContain('to be signed');
    expect(await refused('vote', proposal, 'for', ...as('exchange'))).toContain('(rights-closed)');
    const life = await refused(
      'propose',
      'suspend-organisation',
      'gamma',
      '--life',
      '2000000',
      ...as('alpha'),
    );
    expect(life).toContain('(rights-expires)');
  });

  it('is replayed from a mirror to the state of both hubs', async () => {
    const [rights, other] = await atBoth<Rights>('what came last', '', ({ size }) => size === 8);
    const folder = join(running.folder, 'mirror');
    const hub = new URL(hubLogOf(running.network.services, second)).origin;
    expect(await besure('mirror', folder, '--log', 'rights', '--url', hub)).toMatchObject({ status: 0 });
    const replayed = await besure(
      'rights',
      'verify',
      '--log',
      folder,
      '--genesis',
      rights!.network,
      '--json',
    );
    expect(replayed).toMatchObject({ status: 0, err: '' });
    expect(other!.digest).toBe(rights!.digest);
    expect(JSON.parse(replayed.out)).toMatchObject({
      version: 1,
      digest: rights!.digest,
      members: [{ id: 'alpha' }, { id: 'beta' }, { id: 'exchange' }, { id: 'gamma', until: null }],
      proposals: { accepted: 1, withdrawn: 1 },
    });
    const file = join(running.folder, 'decision.json');
    const exported = await besure('rights', 'export', proposal, '--out', file, '--log', folder);
    expect(exported).toMatchObject({ status: 0, err: '' });
    const checked = await besure('rights', 'check', file, '--genesis', rights!.network, '--json');
    expect(await answerOf(checked)).toMatchObject({
      proposal,
      status: 'accepted',
      note: { member: 'alpha' },
    });
    const elsewhere = await besure('rights', 'verify', '--log', folder, '--genesis', '0'.repeat(64));
    expect(elsewhere.status).toBe(1);
    expect(elsewhere.err).toContain(`has no charter of the network`);
  });
});
