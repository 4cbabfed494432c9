import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  buildItemTransaction,
  decodeAddress,
  encodeAddress,
  hash160,
  p2pkhScript,
  parseAddressFormat,
  parseBlock,
  parseHex,
  proofItemOf,
  publishedItemOf,
  streamCreationOf,
  parseTransaction,
  streamEntity,
  toHex,
  type AddressFormat,
  type SpendableOutput,
} from '@besure/ledger-tx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectNode, LedgerError, type LedgerNode, type NodeSettings, type SendResult } from './index.js';

/** A node to run against, and how to be rid of it. */
interface Started {
  readonly settings: NodeSettings;
  stop(): Promise<void>;
}

const main = new URL('../../../apps/devchain/dist/main.js', import.meta.url).pathname;

/** devchain as a process of its own: a library must not import an app. */
async function startDevchain(): Promise<Started> {
  const directory = mkdtempSync(join(tmpdir(), 'besure-multichain-'));
  writeFileSync(join(directory, 'password'), 'secret\n');
  const child: ChildProcess = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      BESURE_HTTP_PORT: '0',
      BESURE_HTTP_HOST: '127.0.0.1',
      DEVCHAIN_DATA_DIR: join(directory, 'chain'),
      DEVCHAIN_PASSWORD_FILE: join(directory, 'password'),
      DEVCHAIN_BLOCK_MILLIS: '200',
    },
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(directory, { recursive: true });
  };
  for await (const line of createInterface(child.stdout!)) {
    const { message, url } = JSON.parse(line) as { message: string; url: string };
    if (message === 'started') {
      return { settings: { url, user: 'multichainrpc', password: 'secret', chain: 'besure' }, stop };
    }
  }
  throw new Error('devchain did not start');
}

function realNode(): Started {
  const { MULTICHAIN_URL: url, MULTICHAIN_USER: user, MULTICHAIN_PASSWORD_FILE: file } = process.env;
  const { MULTICHAIN_CHAIN: chain } = process.env;
  if (!url || !user || !file || !chain) throw new Error('all MULTICHAIN_ variables, or none');
  const password = readFileSync(file, 'utf8').trim();
  return { settings: { url, user, password, chain }, stop: () => Promise.resolve() };
}

const nodes: [string, () => Promise<Started>][] = [['devchain', startDevchain]];
if (process.env['MULTICHAIN_URL'] !== undefined)
  nodes.push(['a real node', () => Promise.resolve(realNode())]);

/** A member: a key that signs, and what it can spend next. */
class Member {
  private readonly secret = secp256k1.utils.randomSecretKey();
  readonly publicKey = secp256k1.getPublicKey(this.secret);
  readonly keyHash = hash160(this.publicKey);
  next: SpendableOutput | undefined;

  address(format: AddressFormat): string {
    return encodeAddress(this.keyHash, format);
  }

  sign(digest: Uint8Array): Uint8Array {
    return secp256k1.sign(digest, this.secret, { prehash: false });
  }

  /** An item transaction that spends the next output; its change is the next output then, if wanted. */
  item(entity: Uint8Array, item: Uint8Array, goOn = true): { raw: string; txid: string } {
    if (this.next === undefined) throw new Error('nothing to spend');
    const input = this.next;
    const built = buildItemTransaction({ input, streamEntity: entity, item, keyHash: this.keyHash }, this);
    if (goOn) this.next = { txid: built.txid, vout: built.change.vout, script: built.change.script };
    return { raw: toHex(built.raw), txid: built.txid };
  }
}

const newItem = (): Uint8Array => Uint8Array.from([0x42, 0x53, 0x49, 1, ...randomBytes(40)]);
const failed = (code: string): SendResult => ({
  ok: false,
  error: expect.objectContaining({ name: 'LedgerError', code }) as never,
});

describe.each(nodes)('a ledger node: %s', (_, startNode) => {
  const name = `test-${randomBytes(6).toString('hex')}`;
  const alice = new Member();
  const bob = new Member();
  let started: Started;
  let node: LedgerNode;
  let format: AddressFormat;
  let entity: Uint8Array;

  beforeAll(async () => {
    started = await startNode();
    node = connectNode(started.settings);
    const params = await node.getBlockchainParams();
    format = parseAddressFormat(params.addressVersion, params.addressChecksum);
    entity = streamEntity(await node.createStream(name));
    for (const member of [alice, bob]) {
      await node.importAddress(member.address(format));
      await node.grant(member.address(format), 'send,receive');
    }
    await node.grant(alice.address(format), `${name}.write`);
  });

  afterAll(async () => {
    node.close();
    await started.stop();
  });

  /** Waits until a block holds the transaction. */
  async function confirmed(txid: string): Promise<void> {
    for (let height = await node.getBlockCount(); ;) {
      const now = await node.getBlockCount();
      for (; height <= now; height++) {
        const { transactions } = parseBlock(await node.getRawBlock(await node.getBlockHash(height)));
        if (transactions.some((each) => each.txid === txid)) return;
      }
    }
  }

  async function outputOf(member: Member): Promise<SpendableOutput> {
    const [output] = await node.listUnspent([member.address(format)]);
    if (output === undefined) throw new Error('no output');
    return { ...output, script: parseHex(output.script) };
  }

  it('says who it is', async () => {
    const info = await node.getInfo();
    const params = await node.getBlockchainParams();
    expect(info).toMatchObject({
      chain: started.settings.chain,
      protocolVersion: 20_013,
      description: params.description,
    });
    expect(params).toMatchObject({ chain: info.chain, genesisHash: await node.getBlockHash(0) });
    expect(params.all['chain-name']).toBe(info.chain);
    expect(info.blocks).toBeLessThanOrEqual(await node.getBlockCount());
  });

  it('gives blocks that hang together', async () => {
    let previous = '0'.repeat(64);
    for (let height = 0; height <= 1; height++) {
      const hash = await node.getBlockHash(height);
      const { header } = parseBlock(await node.getRawBlock(hash));
      expect(header).toMatchObject({ hash, previous });
      previous = hash;
    }
  });

  it('creates a stream, once', async () => {
    const [stream, ...others] = await node.listStreams(name);
    expect(others).toEqual([]);
    expect(stream).toMatchObject({ name, restrictsWrite: true });
    const creation = parseTransaction(parseHex(await node.getRawTransaction(stream?.creationTxid ?? '')));
    expect(creation.outputs.map(({ script }) => streamCreationOf(script))).toContainEqual({
      name,
      restrictsWrite: true,
    });
    await expect(node.createStream(name)).rejects.toMatchObject({ code: 'name-taken', rpcCode: -705 });
    expect(await node.listStreams(`${name}-not`)).toEqual([]);
    expect((await node.listStreams()).map((each) => each.name)).toEqual(
      expect.arrayContaining(['root', name]),
    );
  });

  it('grants rights, which can be seen at once', async () => {
    const address = alice.address(format);
    expect(await node.listPermissions(`${name}.write`)).toContainEqual({
      address,
      stream: name,
      type: 'write',
      startBlock: 0,
      endBlock: 0xffff_ffff,
    });
    const types = (await node.listPermissions('*')).filter((each) => each.address === address);
    expect(types.map(({ type, stream }) => [type, stream])).toEqual([
      ['send', null],
      ['receive', null],
    ]);
    // Each grant made an output, and they are listed by txid.
    const outputs = await node.listUnspent([address]);
    expect(outputs).toHaveLength(2);
    expect(outputs.map(({ txid }) => txid)).toEqual(outputs.map(({ txid }) => txid).sort());
  });

  it('publishes from its own wallet, each item as the leaf rules ask for', async () => {
    const [right] = await node.listPermissions('mine');
    const own = right!.address;
    const items = [Uint8Array.of(1), randomBytes(65_000)];
    const before = await node.getBlockCount();
    const txids: string[] = [];
    for (const item of items) txids.push(await node.publish(own, name, item));
    await confirmed(txids.at(-1)!);
    const found: Uint8Array[] = [];
    for (let height = before; height <= (await node.getBlockCount()); height++) {
      const { transactions } = parseBlock(await node.getRawBlock(await node.getBlockHash(height)));
      for (const { transaction } of transactions) {
        const item = publishedItemOf(transaction, entity);
        if (!('skip' in item)) {
          expect(toHex(item.keyHash)).toBe(toHex(decodeAddress(own, format)));
          found.push(item.data);
        }
      }
    }
    expect(found.map(toHex)).toEqual(items.map(toHex));
    await expect(node.publish(alice.address(format), name, Uint8Array.of(1))).rejects.toThrow(LedgerError);
  });

  it('takes chains of item transactions in batches, and puts them into blocks in that order', async () => {
    alice.next = await outputOf(alice);
    const items = Array.from({ length: 150 }, newItem);
    const before = await node.getBlockCount();
    const made = items.map((item) => alice.item(entity, item));
    const raws = made.map(({ raw }) => raw);
    const taken = made.map(({ txid }) => ({ ok: true, txid }));
    expect(await node.sendRawTransactions(raws)).toEqual(taken);
    expect(Math.max(...raws.map((raw) => raw.length / 2))).toBeLessThanOrEqual(275);
    expect(await node.getRawTransactions([made[0]!.txid, 'ab'.repeat(32)])).toEqual([raws[0], null]);
    // Sending again is a success while they wait, when they are in a block, and later.
    expect(await node.sendRawTransactions(raws.slice(-3))).toEqual(taken.slice(-3));
    await confirmed(made.at(-1)!.txid);
    expect(await node.sendRawTransactions(raws)).toEqual(taken);

    const found: Uint8Array[] = [];
    for (let height = before; height <= (await node.getBlockCount()); height++) {
      const { transactions } = parseBlock(await node.getRawBlock(await node.getBlockHash(height)));
      for (const { transaction } of transactions) {
        const item = proofItemOf(transaction, entity, 44, Uint8Array.of(0x42, 0x53, 0x49, 1));
        if (!('skip' in item)) {
          expect(toHex(item.keyHash)).toBe(toHex(alice.keyHash));
          found.push(item.data);
        }
      }
    }
    expect(found.map(toHex)).toEqual(items.map(toHex));
  });

  it('says why it refuses a transaction, and takes the good ones beside it', async () => {
    alice.next = await outputOf(alice);
    const first = alice.item(entity, newItem(), false);
    const second = alice.item(entity, newItem(), false);
    const orphan = new Member();
    orphan.next = { txid: 'ab'.repeat(32), vout: 0, script: p2pkhScript(orphan.keyHash) };
    bob.next = await outputOf(bob);
    const foreign = bob.item(entity, newItem(), false);
    expect(
      await node.sendRawTransactions([
        first.raw,
        second.raw,
        orphan.item(entity, newItem()).raw,
        foreign.raw,
        '00ff',
        first.raw,
      ]),
    ).toEqual([
      { ok: true, txid: first.txid },
      failed('inputs-spent'),
      failed('missing-inputs'),
      failed('no-permission'),
      failed('undecodable'),
      { ok: true, txid: first.txid },
    ]);
    bob.next = await outputOf(bob);
    const good = bob.item(entity, newItem(), false).raw;
    const signature = good.indexOf('02', 84 + 8) + 20;
    const broken =
      good.slice(0, signature) + (good[signature] === '1' ? '2' : '1') + good.slice(signature + 1);
    expect(await node.sendRawTransactions([broken])).toEqual([failed('bad-signature')]);
  });

  it('takes rights away', async () => {
    const address = alice.address(format);
    await node.revoke(address, `${name}.write`);
    expect((await node.listPermissions(`${name}.write`)).map((each) => each.address)).not.toContain(address);
    alice.next = await outputOf(alice);
    expect(await node.sendRawTransactions([alice.item(entity, newItem(), false).raw])).toEqual([
      failed('no-permission'),
    ]);
    const now = await node.getBlockCount();
    await node.grant(address, `${name}.write`, now);
    const granted = (await node.listPermissions(`${name}.write`)).find((each) => each.address === address);
    expect(granted?.startBlock).toBe(now);
    const back = alice.item(entity, newItem(), false);
    expect(await node.sendRawTransactions([back.raw])).toEqual([{ ok: true, txid: back.txid }]);
  });

  it('lists no outputs of strangers, and those from before the import of an address, too', async () => {
    const carol = new Member();
    const address = carol.address(format);
    const txids = [await node.grant(address, 'send,receive')];
    await confirmed(txids[0] ?? '');
    expect(await node.listUnspent([address])).toEqual([]);
    // Twice: what is followed already costs no second reading of the chain.
    for (let times = 0; times < 2; times += 1) await node.importAddress(address);
    expect((await node.listUnspent([address])).map((each) => each.txid)).toEqual(txids);
    txids.push(await node.grant(address, 'receive'));
    const found = (await node.listUnspent([address])).map((each) => each.txid);
    expect(found.toSorted()).toEqual(txids.toSorted());
  });

  it('is locked to a block, and freed', async () => {
    await expect(node.lockBlock(await node.getBlockHash(1))).resolves.toBeUndefined();
    await expect(node.lockBlock(null)).resolves.toBeUndefined();
    await expect(node.lockBlock('xyz')).rejects.toMatchObject({ code: 'invalid-parameter', rpcCode: -8 });
  });

  it.each<[string, (node: LedgerNode) => Promise<unknown>, string]>([
    ['a height to come', (each) => each.getBlockHash(99_999_999), 'unknown-block'],
    ['an unknown block', (each) => each.getRawBlock('ab'.repeat(32)), 'unknown-block'],
    ['an unknown transaction', (each) => each.getRawTransaction('ab'.repeat(32)), 'unknown-transaction'],
    ['a wrong address', (each) => each.grant('1bad', 'send'), 'invalid-address'],
    ['a wrong address to import', (each) => each.importAddress('xyz'), 'invalid-address'],
    ['a wrong address to list', (each) => each.listUnspent(['1bad']), 'invalid-address'],
    ['a right that does not exist', (each) => each.listPermissions('nonsense'), 'invalid-parameter'],
    [
      'rights on a stream that does not exist',
      (each) => each.listPermissions('no-such.write'),
      'unknown-stream',
    ],
  ])('names %s', async (_case, call, code) => {
    await expect(call(node)).rejects.toMatchObject({ name: 'LedgerError', code, retryable: false });
  });

  it('lets nobody in with a wrong password, and nobody who means another chain', async () => {
    for (const [change, code] of [
      [{ password: 'wrong' }, 'unauthorised'],
      [{ chain: 'other' }, 'wrong-chain'],
    ] as const) {
      const other = connectNode({ ...started.settings, ...change });
      await expect(other.getBlockCount()).rejects.toMatchObject({ code });
      await expect(other.getInfo()).rejects.toMatchObject({ code });
      const { raw } = alice.item(entity, newItem(), false);
      await expect(other.sendRawTransactions([raw])).rejects.toMatchObject({ code });
      other.close();
    }
  });
});
