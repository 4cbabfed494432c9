import { openDataSource, runTransaction } from '@besure/event-store';
import { nodePrimitives } from '@besure/keys';
import { addSignatures, encodeHex, parseCheckpoint, parseItem, parseLogEntry } from '@besure/protocol';
import { waitUntil } from '@besure/testing';
import { judgeCheckpoint } from '@besure/verification';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  itemBy,
  makeNetwork,
  rootOf,
  type TestMember,
  type TestNetwork,
} from '../contract/scripted-network.js';
import { closeHubs, follow, type Hub, openHub, untilTaken } from '../contract/following-hub.js';
import { readChainState } from './chain-rows.js';
import type { Taken } from './final-blocks.js';
import { SCHEMA } from './migrations.js';

let network: TestNetwork;
let alpha: TestMember;
let beta: TestMember;
let entity: Uint8Array;

/** The leaves of a hub's log as `member slot height`. */
async function leaves(hub: Hub): Promise<string[]> {
  const names = new Map(network.members.map(({ id, keyHash }) => [encodeHex(keyHash), id]));
  const entries = await hub.log.readEntries(hub.dataSource, 0, 10_000);
  return entries.map((bytes) => {
    const { publisher, height, item } = parseLogEntry(bytes);
    return `${names.get(encodeHex(publisher))} ${parseItem(item).slot} ${height}`;
  });
}

/** The sizes at which the hub has checkpoints. */
async function checkpointSizes(hub: Hub): Promise<number[]> {
  const rows = await hub.dataSource.query<{ size: string }[]>(
    'SELECT size FROM log_checkpoint ORDER BY size',
  );
  return rows.map((row) => Number(row.size));
}

async function found(options: Parameters<typeof makeNetwork>[0] = {}): Promise<void> {
  network = makeNetwork(options);
  [alpha, beta] = network.members;
  await network.chain.createStream('proofs');
  await network.chain.createStream('rights');
  network.chain.mine();
  entity = network.chain.entity('proofs');
}

beforeEach(() => found());

afterEach(async () => {
  await closeHubs();
});

describe('deriving the log', () => {
  it('takes in what is final and no more, from genesis and as it grows', async () => {
    const { chain } = network;
    chain.mine([itemBy(alpha, entity, 1_001).raw, itemBy(beta, entity, 1_001).raw]);
    chain.mine([itemBy(alpha, entity, 1_002).raw]);
    chain.mineEmpty(1);
    const hub = await openHub(network);
    const follower = follow(network, hub);
    await untilTaken(hub, 2);
    expect(await leaves(hub)).toEqual(['alpha 1001 2', 'beta 1001 2']);
    chain.mineEmpty(1);
    await untilTaken(hub, 3);
    expect(await leaves(hub)).toEqual(['alpha 1001 2', 'beta 1001 2', 'alpha 1002 3']);
    await waitUntil({ what: 'the tip' }, () => (follower.status().tip === 5 ? true : undefined));
    expect(follower.status()).toMatchObject({ state: 'following', halted: null, height: 3 });
  });

  it('one leaf per member and slot, also over blocks and restarts; strangers have none', async () => {
    const { chain } = network;
    const again = itemBy(alpha, entity, 1_001, rootOf('another root'));
    chain.mine([itemBy(alpha, entity, 1_001).raw, again.raw, itemBy(network.stranger, entity, 1_001).raw]);
    chain.mine([itemBy(alpha, entity, 1_001).raw]);
    chain.mineEmpty(2);
    const hub = await openHub(network);
    const skipped: Taken['skipped'][] = [];
    const first = follow(network, hub, { onTaken: (taken) => skipped.push(taken.skipped) });
    await untilTaken(hub, 3);
    await first.stop();
    expect(Object.fromEntries(skipped[0] ?? [])).toMatchObject({ 'slot-taken': 2, publisher: 1 });
    chain.mine([itemBy(alpha, entity, 1_001).raw, itemBy(alpha, entity, 1_002).raw]);
    chain.mineEmpty(2);
    follow(network, hub);
    await untilTaken(hub, 4);
    expect(await leaves(hub)).toEqual(['alpha 1001 2', 'alpha 1002 6']);
    const [entry] = await hub.log.readEntries(hub.dataSource, 0, 1);
    const { root } = parseItem(parseLogEntry(entry ?? new Uint8Array()).item);
    expect(encodeHex(root)).toBe(encodeHex(rootOf('alpha 1001')));
  });

  it('two hubs derive the same log and sign the same notes, whenever they look', async () => {
    await found({ hubs: 2, checkpointEvery: 2 });
    const { chain } = network;
    const [early, late] = [await openHub(network), await openHub(network)];
    follow(network, early, {}, 0);
    for (let slot = 1_001; slot < 1_009; slot += 1) {
      chain.mine([itemBy(alpha, entity, slot).raw, itemBy(beta, entity, slot).raw]);
      await untilTaken(early, chain.height - 2);
    }
    chain.mineEmpty(3);
    follow(network, late, {}, 1);
    await Promise.all([untilTaken(early, chain.height - 2), untilTaken(late, chain.height - 2)]);
    expect(await late.log.head(late.dataSource)).toEqual(await early.log.head(early.dataSource));
    expect(await checkpointSizes(late)).toEqual(await checkpointSizes(early));
    const mine = await early.log.latestCheckpoint(early.dataSource);
    const theirs = await late.log.latestCheckpoint(late.dataSource);
    expect(judgeCheckpoint(mine ?? '', network.charter, nodePrimitives).recordedTime).toBeNull();
    const merged = await runTransaction(early.dataSource, (tx) => early.log.saveCheckpoint(tx, theirs ?? ''));
    const judged = judgeCheckpoint(merged.note, network.charter, nodePrimitives);
    expect(judged).toMatchObject({ signedByLog: true, hubs: ['hub-0', 'hub-1'] });
    expect(judged.recordedTime).not.toBeNull();
  });

  it('two instances of one hub take in each block once', async () => {
    const { chain } = network;
    const hub = await openHub(network);
    const other = await openHub(network, hub.url);
    follow(network, hub);
    follow(network, other);
    for (let slot = 1_001; slot < 1_031; slot += 1) chain.mine([itemBy(alpha, entity, slot).raw]);
    chain.mineEmpty(2);
    await untilTaken(hub, 31);
    expect((await leaves(hub)).map((leaf) => leaf.split(' ')[1])).toEqual(
      Array.from({ length: 30 }, (_, i) => String(1_001 + i)),
    );
  });
});

describe('checkpoints', () => {
  it('stand where K divides the height and leaves were added since the last such height', async () => {
    await found({ checkpointEvery: 3 });
    const { chain } = network;
    const hub = await openHub(network);
    // Heights 2 to 12; due are 3, 6, 9, 12.
    const slotsAt: Record<number, number[]> = {
      2: [1_001],
      4: [1_002, 1_003],
      5: [1_004],
      11: [1_005],
      12: [1_006],
    };
    for (let height = 2; height <= 12; height += 1) {
      chain.mine((slotsAt[height] ?? []).map((slot) => itemBy(alpha, entity, slot).raw));
    }
    chain.mineEmpty(2);
    follow(network, hub);
    await untilTaken(hub, 12);
    expect(await checkpointSizes(hub)).toEqual([1, 4, 6]);
    expect(chain.locked.at(-1)).toBe(chain.hash(12));
  });

  it('are signed as log and as witness, with both algorithms, and reach a quorum of one', async () => {
    const { chain, charter } = network;
    chain.mine([itemBy(alpha, entity, 1_001).raw]);
    chain.mineEmpty(2);
    const hub = await openHub(network);
    const at = 1_800_000_000_123;
    follow(network, hub, { now: () => at });
    await untilTaken(hub, 2);
    const note = (await hub.log.latestCheckpoint(hub.dataSource)) ?? '';
    expect(parseCheckpoint(note).signatures).toHaveLength(4);
    const judged = judgeCheckpoint(note, charter, nodePrimitives);
    expect(judged).toMatchObject({ signedByLog: true, hubs: ['hub-0'], recordedTime: 1_800_000_000 });
    const counting = parseCheckpoint(judged.forEvidence ?? '').signatures.map(({ name }) => name);
    expect(counting).toEqual([charter.log.origin, 'hub-0.example']);
    expect(judged.checkpoint).toMatchObject({ origin: charter.log.origin, size: 1 });
    await expect(hub.log.checkRoot(hub.dataSource, judged.checkpoint)).resolves.toBeUndefined();
  });

  it('never go back in time, whatever the clock does', async () => {
    const { chain, charter } = network;
    const hub = await openHub(network);
    let now = 1_800_000_000_000;
    follow(network, hub, { now: () => now });
    chain.mine([itemBy(alpha, entity, 1_001).raw]);
    chain.mineEmpty(2);
    await untilTaken(hub, 2);
    now -= 3_600_000;
    chain.mine([itemBy(alpha, entity, 1_002).raw]);
    chain.mineEmpty(2);
    await untilTaken(hub, 5);
    const note = (await hub.log.latestCheckpoint(hub.dataSource)) ?? '';
    expect(judgeCheckpoint(note, charter, nodePrimitives)).toMatchObject({
      checkpoint: { size: 2 },
      recordedTime: 1_800_000_000,
    });
  });

  it('that are old are signed sparsely, by all that catch up alike: a quorum with who is gone', async () => {
    await found({ hubs: 2 });
    const { chain, charter } = network;
    const mineItems = (from: number, to: number): void => {
      for (let slot = from; slot <= to; slot += 1) chain.mine([itemBy(alpha, entity, 1_000 + slot).raw]);
      chain.mineEmpty(2);
    };
    // This hub sees 66 items come in, and then is gone.
    const gone = await openHub(network);
    const following = follow(network, gone, {}, 0);
    for (let slot = 1; slot <= 66; slot += 11) {
      mineItems(slot, slot + 10);
      await untilTaken(gone, chain.height - 2);
    }
    await following.stop();
    const newestOfGone = (await checkpointSizes(gone)).at(-1);
    mineItems(67, 400);
    const late = await openHub(network);
    follow(network, late, {}, 1);
    await untilTaken(late, chain.height - 2);
    const head = await late.log.head(late.dataSource);
    expect([newestOfGone, head.size]).toEqual([66, 400]);
    const sizes = await checkpointSizes(late);
    // The first of all, the first ones at or above heights 64 and 128, and the newest 256.
    const recent = Array.from({ length: 256 }, (_, i) => 145 + i);
    expect(sizes).toEqual([1, expect.any(Number), expect.any(Number), ...recent]);
    const common = sizes[1] ?? 0;
    const notes = await Promise.all(
      [gone, late].map((hub) =>
        hub.dataSource.query<{ note: string }[]>('SELECT note FROM log_checkpoint WHERE size = $1', [common]),
      ),
    );
    const [mine, theirs] = notes.map(([row]) => parseCheckpoint(row?.note ?? ''));
    expect(theirs?.text).toBe(mine?.text);
    const lines = theirs?.signatures.map(({ line }) => line) ?? [];
    const judged = judgeCheckpoint(addSignatures(notes[0]?.[0]?.note ?? '', lines), charter, nodePrimitives);
    expect(judged.hubs).toEqual(['hub-0', 'hub-1']);
    expect(judged.recordedTime).not.toBeNull();
  });

  it('lock the node, again after it was away', async () => {
    const { chain } = network;
    chain.mine([itemBy(alpha, entity, 1_001).raw]);
    chain.mineEmpty(2);
    const hub = await openHub(network);
    const follower = follow(network, hub);
    await waitUntil({ what: 'the lock' }, () => (chain.locked.length === 1 ? true : undefined));
    expect(chain.locked).toEqual([chain.hash(2)]);
    chain.down = true;
    await waitUntil({ what: 'the outage to be noticed' }, () =>
      follower.status().state === 'waiting-for-node' ? true : undefined,
    );
    chain.down = false;
    await waitUntil({ what: 'the second lock' }, () => (chain.locked.length === 2 ? true : undefined));
    expect(chain.locked[1]).toBe(chain.hash(2));
    expect(follower.status().state).not.toBe('halted');
  });
});

describe('forks', () => {
  it('above the final depth change nothing: the log has what became final', async () => {
    const { chain } = network;
    const hub = await openHub(network);
    follow(network, hub);
    chain.mineEmpty(3);
    await untilTaken(hub, 2);
    const fork = chain.height;
    chain.mine([itemBy(alpha, entity, 1_001, rootOf('lost branch')).raw]);
    chain.mine([itemBy(beta, entity, 1_001).raw]);
    await untilTaken(hub, fork);
    chain.rewind(fork);
    chain.mine([itemBy(beta, entity, 1_001, rootOf('winning branch')).raw]);
    chain.mine([itemBy(alpha, entity, 1_002).raw]);
    chain.mineEmpty(2);
    await untilTaken(hub, chain.height - 2);
    expect(await leaves(hub)).toEqual([`beta 1001 ${fork + 1}`, `alpha 1002 ${fork + 2}`]);
  });

  it('below it halt the log, visibly, until the node is back on the history', async () => {
    const { chain } = network;
    const hub = await openHub(network);
    const codes = new Set<unknown>();
    const follower = follow(network, hub, {
      onFailure: (error) => codes.add(error instanceof Error && 'code' in error ? error.code : error),
    });
    chain.mine([itemBy(alpha, entity, 1_001).raw]);
    chain.mineEmpty(4);
    await untilTaken(hub, 4);
    const before = await hub.log.head(hub.dataSource);
    const comeBack = chain.snapshot();
    chain.rewind(3);
    chain.mine([itemBy(beta, entity, 1_001).raw]);
    chain.mineEmpty(5);
    await waitUntil({ what: 'the log to halt' }, () =>
      follower.status().state === 'halted' ? true : undefined,
    );
    expect(follower.status().halted).toBe('deep-fork');
    expect([...codes]).toContain('deep-fork');
    expect(await hub.log.head(hub.dataSource)).toEqual(before);

    const restarted = follow(network, hub);
    await waitUntil({ what: 'a restart to halt too' }, () =>
      restarted.status().state === 'halted' ? true : undefined,
    );

    comeBack();
    chain.mine([itemBy(beta, entity, 1_002).raw]);
    chain.mineEmpty(2);
    await untilTaken(hub, chain.height - 2);
    expect(await leaves(hub)).toEqual(['alpha 1001 2', `beta 1002 ${chain.height - 2}`]);
    await waitUntil({ what: 'it to follow again' }, () =>
      follower.status().state === 'following' ? true : undefined,
    );
  });

  it('a node that is behind is waited for', async () => {
    const { chain } = network;
    const hub = await openHub(network);
    const follower = follow(network, hub);
    chain.mine([itemBy(alpha, entity, 1_001).raw]);
    chain.mineEmpty(3);
    await untilTaken(hub, 3);
    const comeBack = chain.snapshot();
    chain.rewind(1);
    await waitUntil({ what: 'the lower tip' }, () => (follower.status().tip === 1 ? true : undefined));
    expect(follower.status().halted).toBeNull();
    comeBack();
    chain.mineEmpty(1);
    await untilTaken(hub, 4);
    expect(await leaves(hub)).toEqual(['alpha 1001 2']);
  });
});

describe('a wrong node', () => {
  it('of another chain is not followed', async () => {
    const hub = await openHub(network);
    const other = makeNetwork();
    const follower = follow(network, hub, { node: other.chain });
    await waitUntil({ what: 'the halt' }, () =>
      follower.status().halted === 'wrong-chain' ? true : undefined,
    );
    expect((await readChainState(hub.dataSource)).height).toBe(-1);
    expect(other.chain.imported.size).toBe(0);
  });

  it('that gives another block than was asked for is not believed', async () => {
    const { chain } = network;
    chain.mineEmpty(3);
    const hub = await openHub(network);
    const failed = Promise.withResolvers<unknown>();
    const lying = Object.create(chain) as typeof chain;
    lying.getRawBlock = async () => chain.rawAt(1);
    // Private members are looked up on the real one.
    for (const name of [
      'getBlockCount',
      'getBlockHash',
      'getBlockchainParams',
      'importAddress',
      'lockBlock',
    ] as const) {
      Object.assign(lying, { [name]: chain[name].bind(chain) });
    }
    follow(network, hub, { node: lying, onFailure: (error) => failed.resolve(error) });
    expect(await failed.promise).toMatchObject({ code: 'bad-block' });
    expect((await readChainState(hub.dataSource)).height).toBe(-1);
  });

  it('is told our members’ addresses before anything else', async () => {
    const hub = await openHub(network);
    follow(network, hub);
    await untilTaken(hub, -1);
    await waitUntil({ what: 'the addresses' }, () => (network.chain.imported.size === 3 ? true : undefined));
    expect([...network.chain.imported]).toEqual(network.members.map((member) => member.address));
  });
});

describe('faults', () => {
  it('a failure while signing leaves nothing behind, and the next attempt does it all', async () => {
    const { chain } = network;
    for (let slot = 1_001; slot < 1_006; slot += 1) chain.mine([itemBy(alpha, entity, slot).raw]);
    chain.mineEmpty(2);
    const hub = await openHub(network);
    let failures = 3;
    const sizesSeen: number[] = [];
    const follower = follow(network, hub, {
      now: () => {
        if (failures > 0) {
          failures -= 1;
          throw new Error('no signature today');
        }
        return Date.now();
      },
      onFailure: () => {
        void hub.log.head(hub.dataSource).then((head) => sizesSeen.push(head.size));
      },
    });
    await untilTaken(hub, 6);
    await follower.stop();
    expect(await leaves(hub)).toHaveLength(5);
    expect(sizesSeen[0]).toBe(0);
    expect(failures).toBe(0);
  });

  it('connections that are cut in the middle, again and again: each leaf once, each checkpoint right', async () => {
    const { chain, charter } = network;
    const hub = await openHub(network);
    const admin = await openDataSource({ url: hub.url, schema: 'public', poolSize: 1 });
    onTestFinished(() => admin.destroy());
    follow(network, hub);
    for (let slot = 1_001; slot < 1_041; slot += 1) {
      chain.mine([itemBy(alpha, entity, slot).raw, itemBy(beta, entity, slot).raw]);
      if (slot % 4 === 0) {
        await admin.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${SCHEMA}'`,
        );
      }
    }
    chain.mineEmpty(2);
    await waitUntil({ what: 'all blocks' }, async () => {
      const height = await readChainState(hub.dataSource).then(
        (state) => state.height,
        () => -1,
      );
      return height >= chain.height - 2 ? true : undefined;
    });
    const expected = Array.from({ length: 40 }, (_, i) => [
      `alpha ${1_001 + i} ${2 + i}`,
      `beta ${1_001 + i} ${2 + i}`,
    ]);
    expect(await leaves(hub)).toEqual(expected.flat());
    const rows = await hub.dataSource.query<{ note: string }[]>(
      'SELECT note FROM log_checkpoint ORDER BY size',
    );
    for (const { note } of rows) {
      const judged = judgeCheckpoint(note, charter, nodePrimitives);
      expect(judged.hubs).toEqual(['hub-0']);
      await expect(hub.log.checkRoot(hub.dataSource, judged.checkpoint)).resolves.toBeUndefined();
    }
  });
});
