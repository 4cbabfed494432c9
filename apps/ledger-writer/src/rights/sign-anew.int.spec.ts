import { formatCharter, rightsLogOf } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { encodeRightsItem, utf8Encode } from '@besure/protocol';
import { waitUntil } from '@besure/testing';
import { knownLines } from '@besure/verification';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeHubs, follow, type Hub, openHub, untilTaken } from '../../contract/following-hub.js';
import { makeNetwork, type TestNetwork } from '../../contract/scripted-network.js';
import { readChainState } from '../chain-rows.js';

const DAY = 86_400;
const START = 1_800_000_000;
let network: TestNetwork;
/** The hubs' clock. */
let seconds: number;
/** How often it was looked at. */
let looks: number;

beforeEach(() => {
  seconds = START;
  looks = 0;
});
afterEach(closeHubs);

const now = (): number => {
  looks += 1;
  return seconds * 1000;
};

/** Blocks with the time of now, until a block of this one is final. */
function mine(count = 1 + network.charter.ledger.finalDepth): void {
  for (let i = 0; i < count; i += 1) network.chain.mine([], seconds);
}

async function found(options: Parameters<typeof makeNetwork>[0] = {}): Promise<void> {
  network = makeNetwork({ hubs: 2, ...options });
  for (const stream of ['proofs', 'rights']) await network.chain.createStream(stream);
  mine();
  await note('charter', formatCharter(network.charter));
  mine();
}

async function note(kind: 'charter' | 'note', content: string): Promise<void> {
  await network.chain.publish('', 'rights', encodeRightsItem({ kind, content: utf8Encode(content) }));
}

interface Following {
  readonly hub: Hub;
  /** The sizes that it signed anew. */
  readonly signed: number[];
}

async function run(index = 0, url?: string): Promise<Following> {
  const hub = await openHub(network, url);
  const signed: number[] = [];
  follow(network, hub, { now, onSignedAnew: (size) => signed.push(size) }, index);
  await untilTaken(hub, network.chain.height - network.charter.ledger.finalDepth);
  return { hub, signed };
}

/** The times of the hubs' lines at a size, by hub. */
async function timesAt({ hub }: Following, size: number): Promise<Record<string, number>> {
  const stored = await hub.rights.checkpointAt(hub.dataSource, size);
  if (stored === null) return {};
  const lines = knownLines(stored, rightsLogOf(network.charter), nodePrimitives);
  return Object.fromEntries(
    lines.flatMap(({ role, by, time }) => (role === 'witness' ? [[by.id, time]] : [])),
  );
}

/** Waits until a follower has looked at all that there is by now: after its look at the clock come others. */
async function looked({ hub }: Following): Promise<void> {
  await untilTaken(hub, network.chain.height - network.charter.ledger.finalDepth);
  const before = looks;
  await waitUntil({ what: 'looks' }, () => (looks > before + 6 ? true : undefined));
}

async function untilSigned(following: Following, times: number): Promise<void> {
  await waitUntil({ what: `signature ${times}` }, () =>
    following.signed.length >= times ? true : undefined,
  );
}

describe('the head of the log of rights', () => {
  it('is signed anew once a day, with later times only, and again by nobody who starts in between', async () => {
    await found();
    const one = await run();
    expect(await timesAt(one, 1)).toEqual({ 'hub-0': START });
    seconds += DAY - 1;
    mine();
    await looked(one);
    expect(one.signed).toEqual([]);
    seconds += 61;
    await untilSigned(one, 1);
    const signedAt = seconds;
    expect(await timesAt(one, 1)).toEqual({ 'hub-0': signedAt });
    expect(await readChainState(one.hub.dataSource)).toMatchObject({ signedAt });
    const again = await run(0, one.hub.url);
    seconds -= 7200;
    mine();
    for (const following of [one, again]) await looked(following);
    expect([one.signed, again.signed]).toEqual([[1], []]);
    expect(await timesAt(again, 1)).toEqual({ 'hub-0': signedAt });
    seconds = signedAt + DAY;
    mine();
    await waitUntil({ what: 'one of both to sign' }, () =>
      one.signed.length + again.signed.length === 2 ? true : undefined,
    );
    for (const following of [one, again]) await looked(following);
    expect(one.signed.length + again.signed.length).toBe(2);
    expect(await timesAt(one, 1)).toEqual({ 'hub-0': signedAt + DAY });
  });

  it('is not signed anew by who is cut off: the newest block says of which day the log is', async () => {
    await found();
    const one = await run();
    seconds += 2 * DAY;
    await looked(one);
    expect(one.signed).toEqual([]);
    mine();
    seconds += 61;
    await untilSigned(one, 1);
    expect(await timesAt(one, 1)).toEqual({ 'hub-0': seconds });
  });

  it('is signed anew alone: nothing before it, and nothing while a checkpoint is to come', async () => {
    await found({ checkpointEvery: 8 });
    while ((network.chain.height - network.charter.ledger.finalDepth) % 8 > 0) mine(1);
    const one = await run();
    expect(await timesAt(one, 1)).toEqual({ 'hub-0': START });
    await note('note', 'of nobody');
    seconds += DAY;
    mine();
    await looked(one);
    expect(await one.hub.rights.head(one.hub.dataSource)).toMatchObject({ size: 2 });
    expect([one.signed, await timesAt(one, 2)]).toEqual([[], {}]);
    mine(8);
    await waitUntil({ what: 'the due checkpoint' }, async () =>
      (await timesAt(one, 2))['hub-0'] === undefined ? undefined : true,
    );
    seconds += 61;
    await looked(one);
    seconds += DAY;
    mine();
    await untilSigned(one, 1);
    expect(one.signed).toEqual([2]);
    expect(await timesAt(one, 1)).toEqual({ 'hub-0': START });
    expect(await timesAt(one, 2)).toEqual({ 'hub-0': seconds });
  });

  it('is signed at once by a hub that has no signature on it', async () => {
    await found();
    const one = await run();
    await looked(one);
    await one.hub.dataSource.query("DELETE FROM log_checkpoint WHERE log = 'rights'");
    seconds += 61;
    await untilSigned(one, 1);
    expect(await timesAt(one, 1)).toEqual({ 'hub-0': seconds });
    expect(await one.hub.rights.latestCheckpoint(one.hub.dataSource)).not.toBeNull();
  });
});
