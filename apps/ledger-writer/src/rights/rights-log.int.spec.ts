import {
  type Change,
  formatCharter,
  formatState,
  networkOf,
  parseNote,
  type RightsState,
} from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import {
  encodeBase64url,
  encodeHex,
  encodeRightsItem,
  parseLogEntry,
  parseItem,
  utf8Encode,
} from '@besure/protocol';
import { waitUntil } from '@besure/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeHubs, follow, type Hub, openHub, untilTaken, votesOf } from '../../contract/following-hub.js';
import { itemBy, makeNetwork, type TestMember, type TestNetwork } from '../../contract/scripted-network.js';
import { signedNote } from '../../contract/signed-note.js';
import { RightsPublisher } from './publisher.js';
import { outgoingToPublish, readRightsState } from './rows.js';

const { sha256 } = nodePrimitives;
let network: TestNetwork;
let alpha: TestMember;
let beta: TestMember;
let publishers: RightsPublisher[];

beforeEach(async () => {
  network = makeNetwork({ hubs: 2 });
  [alpha, beta] = network.members;
  publishers = [];
  for (const stream of ['proofs', 'rights']) await network.chain.createStream(stream);
  network.chain.mineEmpty(3);
});

afterEach(async () => {
  for (const publisher of publishers) await publisher.stop();
  await closeHubs();
});

/** A hub that follows and publishes. */
async function runHub(index = 0): Promise<{ hub: Hub; publisher: RightsPublisher }> {
  const hub = await openHub(network);
  const follower = follow(network, hub, {}, index);
  const publisher = new RightsPublisher({
    dataSource: hub.dataSource,
    node: network.chain,
    charter: network.charter,
    nodeAddress: () => network.hubs[index]!.hub.nodeAddress,
    sha256,
    votes: votesOf(network, hub),
    chain: () => follower.status(),
    isAwaited: () => false,
    pollMillis: 10,
    patienceMillis: 0,
    onFailure: () => {},
  });
  publishers.push(publisher);
  publisher.start();
  return { hub, publisher };
}

function note(member: TestMember, content: object): { jws: string; id: string } {
  const jws = signedNote(network, member, content);
  return { jws, id: parseNote(jws, sha256).id };
}

function proposal(change: Change, state = 0): { jws: string; id: string } {
  return note(alpha, { kind: 'proposal', state, expires: 200, minute: null, change });
}

function vote(member: TestMember, proposed: { id: string }, state = 0): { jws: string } {
  return note(member, { kind: 'vote', state, proposal: proposed.id, number: 1, choice: 'for' });
}

/** Waits until the node has something for a block, and makes blocks until it is final. */
async function settle(count: number): Promise<void> {
  await waitUntil({ what: `${count} items at the node` }, () =>
    network.chain.waiting.length >= count ? true : undefined,
  );
  network.chain.mineEmpty(1 + network.charter.ledger.finalDepth);
}

async function stateOf(hub: Hub, holds: (state: RightsState) => boolean): Promise<RightsState> {
  return waitUntil({ what: 'the state of rights' }, async () => {
    const state = await readRightsState(hub.dataSource);
    return state !== null && holds(state) ? state : undefined;
  });
}

async function leaves(hub: Hub): Promise<string[]> {
  const all = [...network.members, network.stranger];
  return (await hub.log.readEntries(hub.dataSource, 0, 1_000)).map((bytes) => {
    const { publisher, height, item } = parseLogEntry(bytes);
    const member = all.find(({ keyHash }) => encodeHex(keyHash) === encodeHex(publisher));
    return `${member?.id ?? '?'} ${parseItem(item).slot} ${height}`;
  });
}

const admission = (): Change => ({
  kind: 'admit-organisation',
  organisation: 'stranger',
  name: 'No stranger any more',
  signingKey: encodeBase64url(Uint8Array.of(4, ...new Uint8Array(64).fill(7))),
  ledgerAddress: network.stranger.address,
  seats: [encodeBase64url(network.stranger.seat.publicKey)],
});

describe('the log of rights', () => {
  it('admits a member whose items count from the next block on, the same at two hubs that carried different notes', async () => {
    const [one, other] = [await runHub(0), await runHub(1)];
    await one.publisher.found();
    await settle(1);
    await stateOf(other.hub, () => true);
    const proposed = proposal(admission());
    await one.publisher.carry(proposed.jws);
    await settle(1);
    await stateOf(other.hub, ({ proposals }) => proposals.length === 1);
    await one.publisher.carry(vote(alpha, proposed).jws);
    await other.publisher.carry(vote(beta, proposed).jws);
    await waitUntil({ what: 'both votes at the node' }, () =>
      network.chain.waiting.length === 2 ? true : undefined,
    );
    const entity = network.chain.entity('proofs');
    const decided = network.chain.height + 1;
    network.chain.mine([itemBy(network.stranger, entity, 1_001).raw]);
    network.chain.mine([itemBy(network.stranger, entity, 1_002).raw, itemBy(alpha, entity, 1_002).raw]);
    network.chain.mineEmpty(2);
    for (const { hub } of [one, other]) {
      await untilTaken(hub, decided + 1);
      expect(await leaves(hub)).toEqual([`stranger 1002 ${decided + 1}`, `alpha 1002 ${decided + 1}`]);
    }
    const states = await Promise.all(
      [one, other].map(({ hub }) => stateOf(hub, ({ version }) => version === 1)),
    );
    expect(formatState(states[0]!)).toBe(formatState(states[1]!));
    const heads = await Promise.all([one, other].map(({ hub }) => hub.rights.head(hub.dataSource)));
    expect(heads[0]).toEqual(heads[1]);
    expect(heads[0]!.size).toBe(4);
  });

  it('passes over the items of a suspended member from the next block on', async () => {
    const { hub, publisher } = await runHub();
    await publisher.found();
    await settle(1);
    await stateOf(hub, () => true);
    const proposed = proposal({ kind: 'suspend-organisation', organisation: 'beta' });
    await publisher.carry(proposed.jws);
    await settle(1);
    await stateOf(hub, ({ proposals }) => proposals.length === 1);
    for (const member of [alpha, network.members[2]]) await publisher.carry(vote(member, proposed).jws);
    await waitUntil({ what: 'both votes at the node' }, () =>
      network.chain.waiting.length === 2 ? true : undefined,
    );
    const entity = network.chain.entity('proofs');
    network.chain.mine([itemBy(beta, entity, 1_001).raw]);
    const decided = network.chain.height;
    network.chain.mine([itemBy(beta, entity, 1_002).raw]);
    network.chain.mineEmpty(2);
    await untilTaken(hub, decided + 1);
    expect(await leaves(hub)).toEqual([`beta 1001 ${decided}`]);
  });

  it('is signed under its own origin, at the heights at which it grew', async () => {
    const { hub, publisher } = await runHub();
    await publisher.found();
    await settle(1);
    await stateOf(hub, () => true);
    const note = await waitUntil(
      { what: 'a checkpoint' },
      async () => (await hub.rights.checkpointAt(hub.dataSource, 1)) ?? undefined,
    );
    expect(note.split('\n')[0]).toBe(`${network.charter.log.origin}/rights`);
    expect(await hub.log.checkpointAt(hub.dataSource, 1)).toBeNull();
  });

  it('is not begun by a charter that somebody else writes first', async () => {
    const { hub, publisher } = await runHub();
    const other = { ...network.charter, network: 'another' };
    const item = encodeRightsItem({ kind: 'charter', content: utf8Encode(formatCharter(other)) });
    await network.chain.publish('', 'rights', item);
    network.chain.mineEmpty(1);
    await publisher.found();
    await settle(1);
    const { network: founded } = await stateOf(hub, () => true);
    expect(founded).toBe(networkOf(network.charter, sha256));
    expect(await hub.rights.head(hub.dataSource)).toMatchObject({ size: 2 });
  });
});

describe('a note that a hub has taken', () => {
  it('is published when the stream is there, once, and forgotten when a final block holds it', async () => {
    const { hub, publisher } = await runHub();
    await publisher.found();
    await publisher.found();
    await settle(1);
    await stateOf(hub, () => true);
    await publisher.found();
    expect(await hub.rights.head(hub.dataSource)).toMatchObject({ size: 1 });
    expect(await outgoingToPublish(hub.dataSource, { height: 1_000_000, millis: 0 }, 10)).toEqual([]);
  });

  it('is published again when the block with it was lost', async () => {
    const { hub, publisher } = await runHub();
    await publisher.found();
    await waitUntil({ what: 'the charter at the node' }, () =>
      network.chain.waiting.length === 1 ? true : undefined,
    );
    network.chain.waiting = [];
    network.chain.mineEmpty(25);
    await settle(1);
    await stateOf(hub, () => true);
    expect(await hub.rights.head(hub.dataSource)).toMatchObject({ size: 1 });
  });
});
