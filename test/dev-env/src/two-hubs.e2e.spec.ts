import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { nodePrimitives } from '@besure/keys';
import { parseCheckpoint } from '@besure/protocol';
import { waitUntil } from '@besure/testing';
import { judgeCheckpoint, verify } from '@besure/verification';
import { describe, expect, it } from 'vitest';
import { ProcessHost } from './host.js';
import { networkForTests } from './network-for-tests.js';
import { hubLogOf } from './run-file.js';
import { assertProven, stateEvent } from './traffic.js';

const CLI = join(import.meta.dirname, '../../../apps/cli/dist/main.js');
/** Reads a mirror by the specifications of C2SP alone. */
const C2SP = join(import.meta.dirname, '../../conformance/c2sp/mirror.py');
const DEADLINE_MILLIS = 100_000;

const running = networkForTests('two-hubs', {
  profile: 'demo',
  hubs: 2,
  host: (logs) => new ProcessHost(logs),
});

function patiently<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  return waitUntil({ what, timeoutMillis: DEADLINE_MILLIS, everyMillis: 200 }, () =>
    look().catch(() => undefined),
  );
}

/** The newest checkpoint that a hub publishes. */
async function noteOf(hub: string): Promise<string> {
  const answer = await fetch(`${hubLogOf(running.network.services, hub)}/checkpoint`);
  if (!answer.ok) throw new Error(`${hub} answers ${answer.status}`);
  return answer.text();
}

function besure(...args: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
}

/** States an event of alpha and answers its evidence once it is complete. */
async function proven(): Promise<string> {
  const { network } = running;
  const sent = await stateEvent(network, 'sent', ['alpha', 'beta'], 'same');
  return network.backOffice('alpha').evidence(await assertProven(network, sent, 'same'));
}

/** How many slots of alpha a hub has in its log, by what it says is missing. */
async function newestItem(hub: string): Promise<number> {
  const base = new URL(hubLogOf(running.network.services, hub)).origin;
  const answer = await fetch(`${base}/v1/missing-items`);
  const items = (await answer.json()) as {
    due: number;
    missing: { member: string; from: number; to: number }[];
  };
  const owed = items.missing.find(({ member, to }) => member === 'alpha' && to === items.due);
  return owed === undefined ? items.due : owed.from - 1;
}

describe('two hubs on one ledger', { timeout: 400_000 }, () => {
  it('both sign what is recorded, and archives carry the signatures from one to the other', async () => {
    const text = await proven();
    const verdict = verify(text, running.network.trust, { primitives: nodePrimitives });
    expect(verdict).toMatchObject({ result: 'proven', assurance: 'recorded' });
    for (const hub of ['hub', 'hub-2']) {
      const judged = judgeCheckpoint(await noteOf(hub), running.network.charter, nodePrimitives);
      expect(judged.hubs).toEqual(['hub', 'hub-2']);
    }
  });

  it('members go on through the second when the first is killed, and what was recorded meanwhile is complete after it is back', async () => {
    await running.host.kill('hub-ledger-writer');
    const before = await newestItem('hub-2');
    await patiently('items through the second hub', async () =>
      (await newestItem('hub-2')) > before + 2 ? true : undefined,
    );
    const waiting = proven();
    await running.host.restart('hub-ledger-writer');
    const verdict = verify(await waiting, running.network.trust, { primitives: nodePrimitives });
    expect(verdict).toMatchObject({ result: 'proven', assurance: 'recorded' });
  });

  it('give the same files to everyone, but for signatures', async () => {
    // Blocks go on, but nobody adds an item any more: both come to the same last checkpoint, and get each other's signatures.
    for (const member of ['alpha', 'beta', 'exchange']) await running.host.kill(`${member}-proof`);
    const last = (await statusOf('hub-2')).tip + 1;
    const texts = await patiently('both hubs to publish the last checkpoint', async () => {
      const statuses = await Promise.all(['hub', 'hub-2'].map(statusOf));
      const found = await Promise.all(['hub', 'hub-2'].map(noteOf));
      const [one, other] = found.map((note) => parseCheckpoint(note).text);
      const pending = await Promise.all(['hub', 'hub-2'].map(pendingOf));
      const isLast = statuses.every(({ height }) => height >= last) && pending.every((notes) => notes <= 1);
      return isLast && one === other ? [one, other] : undefined;
    });
    expect(texts[0]).toBe(texts[1]);
    const { folder } = running;
    const trust = join(folder, 'trust.json');
    const [first, second] = ['hub', 'hub-2'].map((hub) => {
      const to = join(folder, `mirror-of-${hub}`);
      const { status, out, err } = besure(
        ...[
          'mirror',
          to,
          '--url',
          new URL(hubLogOf(running.network.services, hub)).origin,
          '--trust',
          trust,
          '--json',
        ],
      );
      expect(err).toBe('');
      expect(status).toBe(0);
      expect(JSON.parse(out)).toMatchObject({
        sizeBefore: 0,
        signatures: { hubs: ['hub', 'hub-2'], quorate: true },
        sources: [{ state: 'copied' }],
      });
      return to;
    }) as [string, string];
    const others = spawnSync('diff', ['-r', '--exclude=checkpoint', first, second], { encoding: 'utf8' });
    expect([others.status, others.stdout]).toEqual([0, '']);
    const all = spawnSync('diff', ['-r', first, second], { encoding: 'utf8' }).stdout.split('\n');
    expect(all.filter((line) => /^[<>]/.test(line)).every((line) => /^[<>] — /.test(line))).toBe(true);
    for (const mirror of [first, second]) {
      const read = spawnSync('python3', ['-B', C2SP, mirror], { encoding: 'utf8' });
      expect(read, read.stderr).toMatchObject({ status: 0 });
    }
    const both = besure(
      'mirror',
      first,
      ...['hub', 'hub-2'].flatMap((hub) => ['--url', hubLogOf(running.network.services, hub)]),
    );
    expect(both).toMatchObject({ status: 0, err: '' });
    expect(both.out).toContain(' 0 of them new');
  });
});

/** A hub's node and what it has taken in: an item that was sent before stands at most one block above the tip. */
async function statusOf(hub: string): Promise<{ readonly tip: number; readonly height: number }> {
  const answer = await fetch(`${new URL(hubLogOf(running.network.services, hub)).origin}/v1/status`);
  return (await answer.json()) as { tip: number; height: number };
}

/** How many checkpoints a hub shows to witnesses: the one it publishes, and those that still wait for a quorum. */
async function pendingOf(hub: string): Promise<number> {
  const answer = await fetch(`${hubLogOf(running.network.services, hub)}/pending`);
  return ((await answer.json()) as { checkpoints: readonly string[] }).checkpoints.length;
}
