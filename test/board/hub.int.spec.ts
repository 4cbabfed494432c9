import { type Change, networkOf, parseNote, replay, rightsLogOf, type RightsState } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { type Bus, connectBus, inboxPrefixOf, type Json, MessagingError, request } from '@besure/messaging';
import { parseEntryBundle, SUBJECTS } from '@besure/protocol';
import { connectNode, type LedgerNode } from '@besure/multichain';
import type { RunningService } from '@besure/service';
import { apiFetch, type Nats, startNats, waitUntil } from '@besure/testing';
import { judgeCheckpoint } from '@besure/verification';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  makeCharter,
  type TestCharter,
  type TestHub,
} from '../../apps/ledger-writer/contract/scripted-network.js';
import { devchain, type Ledger, parametersOf, startHub } from './hubs-on-a-ledger.js';
import { signedNote } from '../../apps/ledger-writer/contract/signed-note.js';

const cleanups: (() => unknown)[] = [];
let ledger: Ledger;
/** Of whoever administers the chain. */
let node: LedgerNode;
/** A right that nobody decided on, given before the network was founded. */
let early: string;
/** Its first charter has the first hub only. */
let network: TestCharter;
let newcomer: TestHub;
/** Each hub has a bus of its own. */
let buses: Bus[];
let first: RunningService;
let second: RunningService;

beforeAll(async () => {
  ledger = await devchain(200);
  const made = makeCharter({
    ...(await parametersOf(ledger)),
    hubs: 2,
    quorum: { hubs: 1, witnesses: 0 },
  });
  const [founder, other] = made.hubs;
  newcomer = other!;
  network = { ...made, charter: { ...made.charter, hubs: [founder!.hub] } };
  const servers = await Promise.all([startNats(), startNats()]);
  buses = servers.map(({ url }) => connectBus({ url, name: 'alpha', inboxPrefix: inboxPrefixOf('alpha') }));
  const start = async (hub: TestHub, nats: Nats): Promise<RunningService> => {
    const running = await startHub(network.charter, hub.signer, ledger, nats);
    cleanups.push(() => running.stop());
    return running;
  };
  first = await start(founder!, servers[0]);
  node = connectNode(ledger.settings);
  early = await node.grant(network.stranger.address, 'receive');
  await node.grant(network.stranger.address, 'mine');
  await node.revoke(network.stranger.address, 'mine');
  await ask(0, SUBJECTS.found, {});
  await rights(1);
  second = await start(newcomer, servers[1]);
  cleanups.unshift(
    () => ledger.stop(),
    () => node.close(),
    ...servers.map((nats) => () => nats.stop()),
    ...buses.map((bus) => () => bus.close()),
  );
});

afterAll(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
});

/** Asks a hub until it answers: all of it may be asked twice. */
async function ask(hub: 0 | 1, subject: string, payload: Json): Promise<Record<string, unknown>> {
  return waitUntil({ what: `an answer on ${subject}` }, async () => {
    try {
      return await request(buses[hub]!, subject, payload, { timeoutMillis: 10_000 });
    } catch (error) {
      if (error instanceof MessagingError && error.refusal === null) return undefined;
      throw error;
    }
  });
}

/** What the log of rights of a hub comes to, once it has so many entries. */
async function rights(size: number, hub = first): Promise<RightsState> {
  const entries = await waitUntil({ what: `${size} entries of rights` }, async () => {
    const answer = await apiFetch(`${hub.httpUrl}/log/rights/tile/entries/000.p/${size}`);
    return answer.ok ? parseEntryBundle(new Uint8Array(await answer.arrayBuffer()), size) : undefined;
  });
  return replay(null, entries, nodePrimitives).state!;
}

interface Status {
  readonly hub: string | null;
  readonly signs: boolean;
  readonly height: number;
}

async function statusOf({ httpUrl }: RunningService): Promise<Status> {
  return (await (await apiFetch(`${httpUrl}/v1/status`)).json()) as Status;
}

/** Whether a hub's readiness shows that the charter has it, and whether it is ready. */
async function readinessOf({ httpUrl }: RunningService): Promise<[ready: boolean, inCharter: boolean]> {
  const answer = await apiFetch(`${httpUrl}/health/ready`);
  const { shown } = (await answer.json()) as { shown: { name: string; ok: boolean }[] };
  return [answer.ok, shown.some(({ name, ok }) => name === 'charter' && ok)];
}

function checkpointAt(size: number, { httpUrl }: RunningService): Promise<Response> {
  return apiFetch(`${httpUrl}/log/rights/checkpoint-at/${size}`);
}

/** What the log comes to, and its size, as soon as that holds, from a size on. Other entries may come between: what a hub was asked twice may be there twice. */
async function rightsWhen(
  from: number,
  holds: (state: RightsState) => boolean,
): Promise<{ readonly state: RightsState; readonly size: number }> {
  let size = from;
  return waitUntil({ what: 'the log of rights to come to it' }, async () => {
    const next = await apiFetch(`${first.httpUrl}/log/rights/tile/entries/000.p/${size + 1}`);
    await next.arrayBuffer();
    if (next.ok) {
      size += 1;
      return undefined;
    }
    const state = await rights(size);
    return holds(state) ? { state, size } : undefined;
  });
}

/** The board decides on a change in entries of the log after the first `from`; answers the size then. */
async function decide(change: Change, from: number): Promise<number> {
  const { version } = (await rightsWhen(from, () => true)).state;
  const [alpha, , exchange] = network.members;
  const proposal = signedNote(network, alpha, {
    ...{ kind: 'proposal', state: version, expires: 90_000, minute: null },
    change,
  });
  await ask(0, SUBJECTS.carry, { note: proposal });
  const { id } = parseNote(proposal, nodePrimitives.sha256);
  const { size } = await rightsWhen(from, ({ proposals }) => proposals.some((one) => one.id === id));
  for (const member of [alpha, exchange]) {
    const vote = { kind: 'vote', state: version, proposal: id, number: 1, choice: 'for' };
    await ask(0, SUBJECTS.carry, { note: signedNote(network, member, vote) });
  }
  return (await rightsWhen(size, (state) => state.version === version + 1)).size;
}

interface Undecided {
  readonly txid: string;
  readonly address: string;
  readonly stream: string | null;
  readonly type: string;
  readonly change: string;
}

/** What both hubs say of rights without a decision, once they have taken in all that is in the ledger now. */
async function undecided(): Promise<Undecided[]> {
  // What was just sent stands in the next block at the latest but one.
  const height = (await node.getBlockCount()) + 2;
  const lists = await Promise.all(
    [first, second].map(async (hub) => {
      await waitUntil({ what: 'the blocks' }, async () =>
        (await statusOf(hub)).height >= height ? true : undefined,
      );
      const answer = await apiFetch(`${hub.httpUrl}/v1/undecided-rights`);
      return ((await answer.json()) as { rights: Undecided[] }).rights;
    }),
  );
  expect(lists[1]).toEqual(lists[0]);
  return lists[0]!;
}

async function sendersInclude(address: string): Promise<boolean> {
  return (await node.listPermissions('send')).some((one) => one.address === address);
}

describe('a hub that the first charter does not have', { timeout: 60_000 }, () => {
  it('runs, derives and serves the log, says that it does not sign, and takes nothing to carry', async () => {
    expect((await rights(1, second)).network).toBe(networkOf(network.charter, nodePrimitives.sha256));
    expect(await statusOf(second)).toMatchObject({ hub: null, signs: false, state: 'following' });
    expect(await readinessOf(second)).toEqual([true, false]);
    const metrics = await (await apiFetch(`${second.httpUrl}/metrics`)).text();
    expect(metrics).toMatch(/besure_alarms\{.*kind="not-signing".*\} 1/);
    expect((await checkpointAt(1, second)).status).toBe(404);
    const refused = { code: 'refused', refusal: 'not-a-hub' };
    await expect(ask(1, SUBJECTS.carry, { note: 'a.b.c' })).rejects.toMatchObject(refused);
    await expect(ask(1, SUBJECTS.found, {})).rejects.toMatchObject(refused);
  });

  it('signs from the decision on that admits it, and its signatures count', async () => {
    const { keys, id: hub, ...of } = newcomer.hub;
    const { log, witness } = keys[0]!;
    const size = await decide({ kind: 'admit-hub', hub, ...of, log, witness }, 1);
    const { charter } = await rights(size, second);
    const note = await waitUntil({ what: 'its checkpoint' }, async () => {
      const answer = await checkpointAt(size, second);
      return answer.ok ? await answer.text() : undefined;
    });
    const judge = (text: string) => judgeCheckpoint(text, rightsLogOf(charter), nodePrimitives);
    expect(judge(note)).toMatchObject({ signedByLog: true, hubs: [hub] });
    expect(judge(note).recordedTime).not.toBeNull();
    expect(await statusOf(second)).toMatchObject({ hub, signs: true });
    expect(await readinessOf(second)).toEqual([true, true]);
    // It had nothing to count for before.
    expect((await checkpointAt(1, second)).status).toBe(404);
    await ask(0, SUBJECTS.cosign('alpha'), { checkpoints: [note] });
    const both = await (await checkpointAt(size, first)).text();
    expect(judge(both).hubs).toEqual([network.hubs[0]!.hub.id, hub]);
  });

  it('stops signing with the decision that removes it, and goes on to serve', async () => {
    const { charter } = await rights(4);
    const { from } = charter.hubs.find(({ id }) => id === newcomer.hub.id)!.keys[0]!;
    // Keys of hubs count by seconds, and none has an empty period: in the second in which it was admitted it cannot be removed.
    await waitUntil({ what: 'a later second' }, () => (Date.now() >= (from + 1) * 1000 ? true : undefined));
    const size = await decide({ kind: 'remove-hub', hub: newcomer.hub.id }, 4);
    await rights(size, second);
    expect(await statusOf(second)).toMatchObject({ hub: newcomer.hub.id, signs: false });
    expect(await readinessOf(second)).toEqual([true, false]);
    expect((await checkpointAt(size, first)).status).toBe(200);
    expect((await checkpointAt(size, second)).status).toBe(404);
    await expect(ask(1, SUBJECTS.carry, { note: 'a.b.c' })).rejects.toMatchObject({ refusal: 'not-a-hub' });
  });
});

describe('rights on the chain itself, since its first block', { timeout: 60_000 }, () => {
  const given = (txid: string, type: string) => ({
    txid,
    address: network.stranger.address,
    stream: null,
    type,
    change: 'given',
  });

  it('are no alarm where a hub enacts what was decided, or what was given at set-up was taken back in time', async () => {
    const { address } = network.members[1];
    const size = await decide({ kind: 'suspend-organisation', organisation: 'beta' }, 7);
    await waitUntil({ what: 'the suspension on the chain' }, async () =>
      (await sendersInclude(address)) ? undefined : true,
    );
    await decide({ kind: 'reinstate-organisation', organisation: 'beta' }, size);
    await waitUntil({ what: 'the reinstatement on the chain' }, async () =>
      (await sendersInclude(address)) ? true : undefined,
    );
    expect(await undecided()).toMatchObject([given(early, 'receive')]);
  });

  it('are one for good with their transaction, at every hub, where nobody decided on them', async () => {
    const { stranger, members } = network;
    const mine = await node.grant(stranger.address, 'mine');
    await node.revoke(stranger.address, 'mine');
    const taken = await node.revoke(members[0].address, 'proofs.write');
    await node.grant(members[0].address, 'proofs.write');
    expect(await undecided()).toMatchObject([
      given(early, 'receive'),
      given(mine, 'mine'),
      { txid: taken, address: members[0].address, stream: 'proofs', type: 'write', change: 'taken' },
    ]);
    const metrics = await (await apiFetch(`${first.httpUrl}/metrics`)).text();
    expect(metrics).toMatch(/besure_alarms\{.*kind="undecided-right".*\} 3/);
  });
});
