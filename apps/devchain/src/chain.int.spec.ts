import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  hash160,
  parseBlock,
  parseTransaction,
  permissionBits,
  streamCreationOf,
  toHex,
} from '@besure/ledger-tx';
import { createLedgerSigner } from '@besure/keys';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Chain } from './chain.js';

let directory = '';
let opened: Chain[] = [];
let clock = 1_800_000_000_000;
const alice = hash160(createLedgerSigner(new Uint8Array(32).fill(1), 'a test key').publicKey);
const SEND = [{ entity: null, bits: permissionBits(['send']), from: 0, to: 0xffff_ffff }];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'besure-devchain-'));
  clock = 1_800_000_000_000;
});

afterEach(() => {
  for (const chain of opened) chain.close();
  opened = [];
  rmSync(directory, { recursive: true });
});

function open(name = 'besure'): Chain {
  const chain = new Chain(directory, name, () => clock);
  opened.push(chain);
  return chain;
}

/** Stops the chain as a process that ends does: nothing is said, files stay as they are. */
function stop(chain: Chain): void {
  chain.close();
  opened = opened.filter((each) => each !== chain);
}

/** What a chain says about itself, in a form that can be compared. */
function stateOf(chain: Chain): unknown {
  const { ledger } = chain;
  const key = toHex(alice);
  return {
    blocks: chain.blocks.map(({ header, offset, length }) => ({ hash: header.hash, offset, length })),
    waiting: [...ledger.waiting.keys()],
    streams: ledger.streams.all(),
    rights: ledger.permissions.list(null, ['send', 'receive', 'admin'], ledger.height),
    unspent: ledger.coins.unspentOf(key).map(({ txid, vout }) => ({ txid, vout })),
    followed: chain.wallet.followed,
  };
}

describe('a new chain', () => {
  it('has a first block as a real chain has it, and one more with an output for the wallet', () => {
    const chain = open();
    expect(chain.tip.height).toBe(1);
    const [genesis, first] = chain.blocks.map((block) => parseBlock(chain.rawBlock(block)));
    expect(genesis?.header).toMatchObject({ version: 1, previous: '0'.repeat(64), time: 1_800_000_000 });
    expect(first?.header).toMatchObject({ version: 3, previous: genesis?.header.hash });
    const root = genesis?.transactions[0]?.transaction.outputs[1]?.script;
    expect(root && streamCreationOf(root)).toEqual({ name: 'root', restrictsWrite: true });
    expect(chain.ledger.coins.unspentOf(toHex(chain.wallet.keyHash))).toHaveLength(1);
  });

  it('is another one each time, also in how it writes addresses', () => {
    const first = open();
    const { file } = first;
    stop(first);
    rmSync(directory, { recursive: true });
    const second = open();
    expect(second.file.addressVersion).not.toBe(file.addressVersion);
    expect(second.file.privateKey).not.toBe(file.privateKey);
    expect(second.blocks[0]?.header.hash).not.toBe(first.blocks[0]?.header.hash);
  });

  it('keeps its key to itself', () => {
    open();
    expect(statSync(join(directory, 'chain.json')).mode & 0o077).toBe(0);
  });

  it('marks every block as made by a simulation', () => {
    const chain = open();
    chain.mine();
    for (const block of chain.blocks) {
      const raw = Buffer.from(chain.rawBlock(block)).toString('latin1');
      expect(raw).toContain('a simulation for development and tests, never for production');
    }
  });
});

describe('blocks', () => {
  it('are also made of nothing, and never go back in time', () => {
    const chain = open();
    clock -= 60_000;
    const block = chain.mine();
    expect(block.transactions).toBe(1);
    expect(block.header.time).toBe(1_800_000_000);
    clock += 120_000;
    expect(chain.mine().header.time).toBe(1_800_000_060);
  });

  it('hold what waits, in the order in which it came, and can be read again', () => {
    const chain = open();
    const txids = [chain.createStream('proofs'), chain.grant(alice, SEND), chain.createStream('rights')];
    expect(chain.heightOf(txids[0]!)).toBeNull();
    const { transactions } = parseBlock(chain.rawBlock(chain.mine()));
    expect(transactions.slice(1).map(({ txid }) => txid)).toEqual(txids);
    for (const { txid, raw } of transactions) {
      expect(chain.transaction(txid)).toEqual({ raw: Buffer.from(raw), height: 2 });
    }
    expect(chain.transaction('ab'.repeat(32))).toBeUndefined();
  });

  it('name a stream by its place', () => {
    const chain = open();
    const txid = chain.createStream('proofs');
    const block = parseBlock(chain.rawBlock(chain.mine()));
    const offset = 80 + 1 + block.transactions[0]!.raw.length;
    const prefix = Buffer.from(txid, 'hex').readUInt16LE(0);
    expect(chain.ledger.streams.named('proofs')?.reference).toBe(`2-${offset}-${prefix}`);
  });
});

describe('a restart', () => {
  it('leads to the same chain, waiting transactions and followed addresses included', () => {
    const chain = open();
    chain.createStream('proofs');
    chain.wallet.follow(toHex(alice), chain.tip.height);
    chain.mine();
    chain.grant(alice, SEND);
    chain.mine();
    chain.mine();
    chain.grant(alice, SEND);
    chain.createStream('rights');
    const before = stateOf(chain);
    stop(chain);
    const after = open();
    expect(stateOf(after)).toEqual(before);
    expect(after.mine().transactions).toBe(3);
    stop(after);
    expect(open().ledger.waiting.size).toBe(0);
  });

  it('is not possible under another name', () => {
    stop(open());
    expect(() => open('other')).toThrow('this directory holds the chain besure, not other');
  });

  it('is not possible while another process uses the directory', () => {
    stop(open());
    // The parent of this process lives.
    writeFileSync(join(directory, 'pid'), `${process.ppid}\n`);
    expect(() => open()).toThrow(`process ${process.ppid} uses ${directory}`);
    // Nobody has this number.
    writeFileSync(join(directory, 'pid'), '999999999\n');
    expect(open().tip.height).toBe(1);
  });

  it('cuts off a block that was not written to its end, and makes it again', () => {
    const chain = open();
    chain.createStream('proofs');
    const before = readFileSync(join(directory, 'blocks'));
    const waiting = readFileSync(join(directory, 'mempool'));
    chain.mine();
    stop(chain);
    const whole = readFileSync(join(directory, 'blocks'));
    for (const length of [before.length + 1, before.length + 4, before.length + 90, whole.length - 1]) {
      writeFileSync(join(directory, 'blocks'), whole.subarray(0, length));
      writeFileSync(join(directory, 'mempool'), waiting);
      const again = open();
      expect(again.tip.height).toBe(1);
      expect(again.ledger.waiting.size).toBe(1);
      expect(readFileSync(join(directory, 'blocks'))).toEqual(before);
      expect(again.mine().transactions).toBe(2);
      stop(again);
    }
  });

  it('forgets transactions as waiting that a block has, whatever the file of waiting ones says', () => {
    const chain = open();
    const txid = chain.createStream('proofs');
    const waiting = readFileSync(join(directory, 'mempool'));
    chain.mine();
    stop(chain);
    // The process ended after the block was written, before that file was emptied.
    writeFileSync(join(directory, 'mempool'), waiting);
    const again = open();
    expect(again.ledger.waiting.size).toBe(0);
    expect(again.heightOf(txid)).toBe(2);
  });

  it('loses a waiting transaction that was not written to its end, and no other', () => {
    const chain = open();
    const first = chain.createStream('proofs');
    chain.createStream('rights');
    stop(chain);
    const path = join(directory, 'mempool');
    truncateSync(path, statSync(path).size - 1);
    const again = open();
    expect([...again.ledger.waiting.keys()]).toEqual([first]);
    const next = again.createStream('rights');
    stop(again);
    expect([...open().ledger.waiting.keys()]).toEqual([first, next]);
  });

  it('does not accept a chain that somebody has changed', () => {
    const chain = open();
    chain.createStream('proofs');
    chain.mine();
    stop(chain);
    const path = join(directory, 'blocks');
    const bytes = readFileSync(path);
    const changed = Buffer.from(bytes);
    changed[bytes.length - 10]! ^= 1;
    writeFileSync(path, changed);
    expect(() => open()).toThrow(expect.objectContaining({ name: 'LedgerTxError', code: 'merkle-root' }));
    writeFileSync(path, bytes);
    rmSync(join(directory, 'pid'), { force: true });
    const good = open();
    const foreign = good.rawBlock(good.blocks[1]!);
    stop(good);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(foreign.length);
    appendFileSync(path, Buffer.concat([length, foreign]));
    expect(() => open()).toThrow('block 3 does not follow the one before');
  });

  it('checks signatures again', () => {
    const chain = open();
    const txid = chain.createStream('proofs');
    const raw = chain.transaction(txid)!.raw;
    stop(chain);
    const { script } = parseTransaction(raw).inputs[0]!;
    const path = join(directory, 'mempool');
    const bytes = readFileSync(path);
    bytes[4 + 42 + script.length - 40]! ^= 1;
    writeFileSync(path, bytes);
    expect(open().ledger.waiting.size).toBe(0);
  });
});

describe('the wallet', () => {
  const known = (chain: Chain): string[] =>
    chain.ledger.coins
      .unspentOf(toHex(alice))
      .filter((coin) => chain.wallet.knows(coin, chain.heightOf(coin.txid)))
      .map(({ txid }) => txid);

  it('knows outputs that came after the import, and those whose block did', () => {
    const chain = open();
    const early = chain.grant(alice, SEND);
    chain.mine();
    const waiting = chain.grant(alice, SEND);
    chain.wallet.follow(toHex(alice), chain.tip.height);
    const late = chain.grant(alice, SEND);
    expect(known(chain)).toEqual([late]);
    chain.mine();
    expect(known(chain)).toEqual([waiting, late]);
    expect(known(chain)).not.toContain(early);
    stop(chain);
    expect(known(open())).toEqual([waiting, late]);
  });

  it('can go on for long', () => {
    const chain = open();
    for (let i = 0; i < 300; i++) {
      chain.grant(alice, SEND);
      if (i % 7 === 0) chain.mine();
    }
    expect(chain.ledger.coins.unspentOf(toHex(chain.wallet.keyHash))).toHaveLength(1);
    expect(chain.ledger.coins.unspentOf(toHex(alice))).toHaveLength(300);
  });
});
