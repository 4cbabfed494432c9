import type { Charter, LedgerRight } from '@besure/governance';
import type { LedgerNode, Permission } from '@besure/multichain';
import { describe, expect, it } from 'vitest';
import { makeNetwork } from '../contract/scripted-network.js';
import { Founder } from './founder.js';
import type { CharterNow } from './rights/charter-now.js';
import { Enactor } from './rights/enactor.js';

const HEIGHT = 100;
const { charter: first, members } = makeNetwork({ hubs: 2 });
const [alpha, beta] = members;
const [hub, other] = first.hubs;
const STRANGER = makeNetwork().members[0].address;

/** A node that does what it is told to its list of rights. */
class Node implements Pick<
  LedgerNode,
  'getBlockCount' | 'listStreams' | 'listPermissions' | 'importAddress'
> {
  rights: LedgerRight[] = [];
  readonly calls: string[] = [];
  /** From which heights on rights were granted. */
  readonly beginnings = new Set<number>();

  getBlockCount = (): Promise<number> => Promise.resolve(HEIGHT);
  importAddress = (): Promise<void> => Promise.resolve();

  listStreams(name: string): ReturnType<LedgerNode['listStreams']> {
    return Promise.resolve([{ name, txid: 'ab'.repeat(32), restrictsWrite: true }] as never);
  }

  listPermissions(spec: string): Promise<Permission[]> {
    const [stream, type] = spec === '*' ? [null, null] : spec.split('.');
    const rows = this.rights.filter((one) => one.stream === stream && (type === null || one.type === type));
    return Promise.resolve(rows.map((one) => ({ ...one, startBlock: 0, endBlock: 0xffff_ffff }) as never));
  }

  grant(address: string, spec: string, from = 0): Promise<string> {
    this.beginnings.add(from);
    return this.#change('grant', address, spec, (rights) => this.rights.push(...rights));
  }

  revoke(address: string, spec: string): Promise<string> {
    return this.#change('revoke', address, spec, (rights) => {
      const gone = new Set(rights.map((right) => JSON.stringify(right)));
      this.rights = this.rights.filter((right) => !gone.has(JSON.stringify(right)));
    });
  }

  async #change(
    what: string,
    address: string,
    spec: string,
    change: (rights: LedgerRight[]) => void,
  ): Promise<string> {
    this.calls.push(`${what} ${address} ${spec}`);
    const [stream, types = ''] = spec.includes('.') ? spec.split('.') : [null, spec];
    change(types.split(',').map((type) => ({ address, stream: stream ?? null, type })));
    return 'cd'.repeat(32);
  }
}

function enacted(
  node: Node,
  charter: Charter,
  decidedAt = 0,
  awaited: readonly string[] = [],
): ReturnType<Founder['enact']> {
  return new Founder({ charter, decidedAt, awaited }, node as unknown as LedgerNode).enact();
}

function withMember(id: string, change: Partial<Charter['organisations'][number]>): Charter {
  return {
    ...first,
    organisations: first.organisations.map((one) => (one.id === id ? { ...one, ...change } : one)),
  };
}

describe('enacting a charter', () => {
  it('gives what is missing, and then nothing', async () => {
    const node = new Node();
    await enacted(node, first);
    expect(node.calls).toContain(`grant ${alpha.address} send,receive`);
    expect(node.calls).toContain(`grant ${alpha.address} proofs.write`);
    expect(node.calls).toContain(`grant ${hub!.nodeAddress} connect,send,receive,mine,admin`);
    expect(await enacted(node, first)).toEqual({ granted: [], revoked: [] });
  });

  it('takes everything from a member that is suspended, and gives it back', async () => {
    const node = new Node();
    await enacted(node, first);
    node.calls.length = 0;
    await enacted(node, withMember('beta', { suspensions: [{ from: 50, until: null }] }));
    expect(node.calls).toEqual([
      `revoke ${beta.address} send,receive`,
      `revoke ${beta.address} proofs.write`,
    ]);
    node.calls.length = 0;
    await enacted(node, withMember('beta', { suspensions: [{ from: 50, until: 90 }] }));
    expect(node.calls).toEqual([`grant ${beta.address} send,receive`, `grant ${beta.address} proofs.write`]);
  });

  it('takes everything from a member and from a hub that were removed', async () => {
    const node = new Node();
    await enacted(node, first);
    node.calls.length = 0;
    const ended = { ...other!, keys: other!.keys.map((keys) => ({ ...keys, until: 1_800_000_000 })) };
    await enacted(node, { ...withMember('beta', { until: 60 }), hubs: [hub!, ended] });
    expect(new Set(node.rights.map(({ address }) => address))).not.toContain(beta.address);
    expect(new Set(node.rights.map(({ address }) => address))).not.toContain(other!.nodeAddress);
    expect(new Set(node.rights.map(({ address }) => address))).toContain(hub!.nodeAddress);
  });

  it('begins what it gives with the newest decision, so that what was begun for one of before is not completed', async () => {
    const node = new Node();
    await enacted(node, first, 87);
    expect([...node.beginnings]).toEqual([87]);
  });

  it('gives the node of a new hub what others could wait for only when it has shown itself', async () => {
    const node = new Node();
    await enacted(node, first, 87, [hub!.nodeAddress]);
    expect(node.calls).toContain(`grant ${hub!.nodeAddress} connect,send,receive`);
    expect(node.calls).toContain(`grant ${hub!.nodeAddress} rights.write`);
    expect(node.calls).toContain(`grant ${other!.nodeAddress} connect,send,receive,mine,admin`);
    node.calls.length = 0;
    await enacted(node, first, 87);
    expect(node.calls).toEqual([`grant ${hub!.nodeAddress} mine,admin`]);
  });

  it('leaves alone what the node of a hub holds beyond its rights, and what strangers hold: that is an alarm', async () => {
    const node = new Node();
    await enacted(node, first);
    const more: LedgerRight[] = [
      { address: hub!.nodeAddress, stream: null, type: 'issue' },
      { address: STRANGER, stream: 'proofs', type: 'write' },
    ];
    node.rights.push(...more);
    expect(await enacted(node, first)).toEqual({ granted: [], revoked: [] });
    expect(node.rights).toEqual(expect.arrayContaining(more));
  });
});

describe('the enactor', () => {
  it('enacts each version once, when the node is ready', async () => {
    const node = new Node();
    const done: number[] = [];
    const now = { charter: first, decidedAt: 0, awaited: [] as string[], version: null as number | null };
    let isReady = false;
    let looked: () => void = () => {};
    const enactor = new Enactor({
      now: now as unknown as CharterNow,
      founder: new Founder(now, node as unknown as LedgerNode),
      isReady() {
        looked();
        return isReady;
      },
      pollMillis: 10_000,
      onEnacted: (version) => void done.push(version),
      onFailure: (error) => {
        throw error;
      },
    });
    const look = async (): Promise<void> => {
      const asked = new Promise<void>((resolve) => (looked = resolve));
      enactor.wake();
      await asked;
    };
    enactor.start();
    now.version = 0;
    await look();
    expect([done, node.calls]).toEqual([[], []]);
    isReady = true;
    enactor.wake();
    await expect.poll(() => done).toEqual([0]);
    now.charter = withMember('beta', { suspensions: [{ from: 50, until: null }] });
    now.version = 1;
    enactor.wake();
    await expect.poll(() => done).toEqual([0, 1]);
    enactor.wake();
    await enactor.stop();
    expect(done).toEqual([0, 1]);
    expect(node.calls.filter((call) => call.includes(beta.address))).toEqual([
      `grant ${beta.address} send,receive`,
      `grant ${beta.address} proofs.write`,
      `revoke ${beta.address} send,receive`,
      `revoke ${beta.address} proofs.write`,
    ]);
  });
});
