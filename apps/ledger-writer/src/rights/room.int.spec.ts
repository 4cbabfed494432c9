import { parseNote, type RightsState } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { PUBLISHER_ROOM } from '@besure/ledger-log';
import { decodeAddress, toHex } from '@besure/ledger-tx';
import { encodeRightsItem, utf8Encode } from '@besure/protocol';
import { waitUntil } from '@besure/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeHubs, follow, type Hub, openHub, untilTaken, votesOf } from '../../contract/following-hub.js';
import { makeNetwork, type TestMember, type TestNetwork } from '../../contract/scripted-network.js';
import { signedNote } from '../../contract/signed-note.js';
import { readChainState, writeChainState } from '../chain-rows.js';
import { readSkipped } from '../skipped-items/rows.js';
import { crowdedIn } from './crowded.js';
import { MEMBER_ROOM } from './door.js';
import { RightsPublisher } from './publisher.js';
import { readRightsState } from './rows.js';

const { sha256 } = nodePrimitives;
const LONGEST = 65_000;
/** Entries of the longest items for which there is room. */
const MOST = Math.floor(PUBLISHER_ROOM.bytes / (LONGEST + 36));
let network: TestNetwork;
let alpha: TestMember;
let beta: TestMember;
let hub: Hub;
let publisher: RightsPublisher;
/** Of the publisher. */
let rounds: number;

beforeEach(async () => {
  network = makeNetwork({ hubs: 2 });
  [alpha, beta] = network.members;
  for (const stream of ['proofs', 'rights']) await network.chain.createStream(stream);
  network.chain.mineEmpty(3);
  rounds = 0;
  hub = await openHub(network);
  const follower = follow(network, hub);
  publisher = new RightsPublisher({
    dataSource: hub.dataSource,
    node: network.chain,
    charter: network.charter,
    nodeAddress: () => node(0),
    sha256,
    votes: votesOf(network, hub),
    chain() {
      rounds += 1;
      return follower.status();
    },
    isAwaited: () => false,
    pollMillis: 10,
    onFailure: () => {},
  });
  publisher.start();
  await publisher.found();
  await settled(1);
});

afterEach(async () => {
  await publisher.stop();
  await closeHubs();
});

function node(index: number): string {
  return network.hubs[index]!.hub.nodeAddress;
}

function keyHashOf(address: string): string {
  return toHex(decodeAddress(address, network.chain.addressFormat));
}

/** Waits for so many items at the node, makes their block final, and waits until the hub has taken it in. */
async function settled(count: number, blocks = 0): Promise<void> {
  await waitUntil({ what: `${count} items at the node` }, () =>
    network.chain.waiting.length >= count ? true : undefined,
  );
  network.chain.mineEmpty(1 + network.charter.ledger.finalDepth + blocks);
  await untilTaken(hub, network.chain.height - network.charter.ledger.finalDepth);
}

/** A change of the board to one in which one of some decides, who need be nobody: as long a note as anybody likes. */
function proposal(by: TestMember, names = 0): { jws: string; id: string } {
  const organisations = ['alpha', ...Array.from({ length: names }, (_, i) => `${i}`.padStart(60, 'n'))];
  const jws = signedNote(network, by, {
    ...{ kind: 'proposal', state: 0, expires: 200, minute: null },
    change: {
      kind: 'change-terms',
      ...{ limits: null, quorum: null, leastAssurance: null, algorithms: null },
      board: {
        ...network.charter.board,
        rule: { mode: 'hybrid', organisations, atLeast: 1, including: [] },
      },
    },
  });
  return { jws, id: parseNote(jws, sha256).id };
}

function size(): Promise<number> {
  return hub.rights.head(hub.dataSource).then((head) => head.size);
}

async function state(): Promise<RightsState> {
  return (await readRightsState(hub.dataSource))!;
}

/** The node of the first hub has used all but so many bytes of its room. */
async function useAllBut(bytes: number): Promise<void> {
  const { dataSource } = hub;
  await dataSource.transaction(async (tx) => {
    const before = await readChainState(tx, 'FOR UPDATE');
    const used = { bytes: PUBLISHER_ROOM.bytes - bytes, height: before.height };
    await writeChainState(tx, { ...before, rightsRooms: new Map([[keyHashOf(node(0)), used]]) });
  });
}

describe('what somebody writes into the stream of rights to make its log long', () => {
  const longest = encodeRightsItem({ kind: 'note', content: new Uint8Array(LONGEST - 4).fill(0x21) });

  it('is no entry beyond the room of all who are no hub’s node, is listed, and takes none from hubs', async () => {
    // The first charter stands there already: before it nobody was a hub's node.
    const most = MOST - 1;
    for (let i = 0; i < most + 3; i += 1) await network.chain.publish('', 'rights', longest);
    await settled(most + 3);
    expect(await size()).toBe(1 + most);
    const skipped = await readSkipped(hub.dataSource);
    expect(skipped).toHaveLength(3);
    expect(new Set(skipped.map(({ reason }) => reason))).toEqual(new Set(['room']));
    expect(new Set(skipped.map(({ txid }) => txid)).size).toBe(3);
    const { rightsRooms, height } = await readChainState(hub.dataSource);
    expect(crowdedIn(rightsRooms, height)).toBe(1);
    await network.chain.publish(node(1), 'rights', longest);
    await settled(1);
    expect(await size()).toBe(2 + most);
  });

  it('is the same to a hub that reads all of it at once', async () => {
    const items = Array.from({ length: MOST + 2 }, () => longest);
    for (const item of items) {
      await network.chain.publish(node(1), 'rights', item);
      network.chain.mineEmpty(1);
    }
    await settled(0);
    const other = await openHub(network);
    follow(network, other, {}, 1);
    await untilTaken(other, network.chain.height - network.charter.ledger.finalDepth);
    expect(await other.rights.head(other.dataSource)).toEqual(await hub.rights.head(hub.dataSource));
    expect(await readSkipped(other.dataSource)).toEqual(await readSkipped(hub.dataSource));
    expect(await readSkipped(hub.dataSource)).toHaveLength(2);
  });

  it('is listed where it is no item at all', async () => {
    const txid = await network.chain.publish(node(1), 'rights', utf8Encode('neither charter nor note'));
    await settled(1);
    expect(await size()).toBe(1);
    const { height } = (await readSkipped(hub.dataSource))[0]!;
    expect(await readSkipped(hub.dataSource)).toEqual([
      { height, txid, publisher: keyHashOf(node(1)), reason: 'item' },
    ]);
    expect(height).toBe(network.chain.height - network.charter.ledger.finalDepth);
  });
});

describe('a hub', () => {
  it('publishes a note when it has room for it, and not before', async () => {
    const { jws, id } = proposal(alpha);
    const bytes = 36 + 4 + jws.length;
    await useAllBut(bytes - 100 * PUBLISHER_ROOM.perBlock);
    await publisher.carry(jws);
    const before = rounds;
    await waitUntil({ what: 'two looks at what waits' }, () => (rounds > before + 2 ? true : undefined));
    expect(network.chain.waiting).toEqual([]);
    network.chain.mineEmpty(100);
    await settled(1);
    expect((await state()).proposals.map((one) => one.id)).toEqual([id]);
    expect(await readSkipped(hub.dataSource)).toEqual([]);
  });

  it('carries for a member what is its part, and for another one still', async () => {
    const names = 500;
    const { jws } = proposal(alpha, names);
    const fit = Math.floor(MEMBER_ROOM.bytes / (40 + jws.length));
    for (let i = 0; i < fit; i += 1) await publisher.carry(proposal(alpha, names - i).jws);
    await expect(publisher.carry(proposal(alpha, names + 1).jws)).rejects.toMatchObject({ code: 'too-much' });
    // Nothing of it is kept; what was taken before is no more by being handed in again.
    await publisher.carry(jws);
    await publisher.carry(proposal(beta, names + 1).jws);
    await settled(fit + 1);
    expect(await size()).toBe(1 + fit + 1);
  });
});
