import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLedgerSigner, type LedgerSigner } from '@besure/keys';
import {
  encodeSignature,
  hash160,
  inputScript,
  NO_END,
  p2pkhScript,
  parseHex,
  permissionBits,
  permissionScript,
  serialiseTransaction,
  signatureHash,
  streamCreationScript,
  streamEntity,
  streamItemScript,
  toHex,
  txidOf,
  type SpendableOutput,
  type Transaction,
  type TransactionInput,
} from '@besure/ledger-tx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Chain } from './chain.js';

const EMPTY: Uint8Array = new Uint8Array(0);
const FINAL = 0xffff_ffff;
let directory = '';
let chain: Chain;
let proofs: Uint8Array = EMPTY;
/** What Alice can spend next. */
let output: SpendableOutput;

const alice = keyOf(1);
const bob = keyOf(2);

function keyOf(number: number): LedgerSigner & { keyHash: Uint8Array } {
  const signer = createLedgerSigner(new Uint8Array(32).fill(number), 'a test key');
  return { ...signer, keyHash: hash160(signer.publicKey) };
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'besure-devchain-'));
  chain = new Chain(directory, 'besure', () => 1_800_000_000_000);
  proofs = streamEntity(chain.createStream('proofs'));
  const rights = permissionBits(['send', 'receive']);
  const txid = chain.grant(alice.keyHash, [{ entity: null, bits: rights, from: 0, to: NO_END }]);
  const script = chain.ledger.coins.find(txid, 0)!.script;
  output = { txid, vout: 0, script };
  grant(proofs, permissionBits(['write']), NO_END);
});

afterEach(() => {
  chain.close();
  rmSync(directory, { recursive: true });
});

function grant(entity: Uint8Array | null, bits: number, to: number): void {
  chain.grant(alice.keyHash, [{ entity, bits, from: 0, to }]);
}

interface Made {
  readonly outputs?: readonly Uint8Array[];
  readonly value?: bigint;
  readonly version?: number;
  readonly lockTime?: number;
  readonly inputs?: readonly Partial<TransactionInput>[];
  readonly signer?: LedgerSigner;
  /** Changes the DER signature. */
  readonly change?: (der: Uint8Array) => Uint8Array;
  readonly hashType?: number;
  /** Makes the whole script of the first input. */
  readonly script?: (der: Uint8Array, publicKey: Uint8Array) => Uint8Array;
  /** What the signature is over, instead of the spent script. */
  readonly signs?: Uint8Array;
}

const item = (keys: readonly Uint8Array[] = [EMPTY], entity = proofs): Uint8Array =>
  streamItemScript(entity, keys, new Uint8Array(44));
const change = (): Uint8Array => p2pkhScript(alice.keyHash);

/** A transaction of Alice's that is good, unless told otherwise. */
function make(made: Made = {}): Uint8Array {
  const signer = made.signer ?? alice;
  const spent = { txid: output.txid, vout: output.vout, script: EMPTY, sequence: FINAL };
  const unsigned: Transaction = {
    version: made.version ?? 1,
    inputs: (made.inputs ?? [{}]).map((input) => ({ ...spent, ...input })),
    outputs: (made.outputs ?? [item(), change()]).map((script) => ({ value: made.value ?? 0n, script })),
    lockTime: made.lockTime ?? 0,
  };
  const digest = signatureHash(unsigned, 0, made.signs ?? output.script);
  const der = (made.change ?? ((same) => same))(encodeSignature(signer.sign(digest)));
  const signed = (made.script ?? ((signature, key) => inputScript(signature, key)))(der, signer.publicKey);
  if (made.hashType !== undefined) signed[der.length + 1] = made.hashType;
  return serialiseTransaction({
    ...unsigned,
    inputs: unsigned.inputs.map((input, i) => ({ ...input, script: i === 0 ? signed : input.script })),
  });
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at]! ^= 1;
  return copy;
}

const push = (data: Uint8Array): number[] => [data.length, ...data];
const FAILED = '16: ConnectInputs failed: mandatory-script-verify-flag-failed';
const UNRECOGNISED =
  '64: Metadata script rejected - Unrecognized script, should be new entity or input script cache';
const NO_PUBLISHER = "64: Metadata script rejected - Inputs don't belong to valid publisher";

describe('transactions that are refused as a real node refuses them', () => {
  // Each answer was observed on MultiChain 2.3.3 for the same fault.
  const faults: [string, () => Uint8Array, number, string][] = [
    ['not a transaction', () => parseHex('00ff'), -22, 'TX decode failed'],
    ['one byte too many', () => Uint8Array.from([...make(), 0]), -22, 'TX decode failed'],
    ['no outputs', () => make({ outputs: [] }), -26, '16: bad-txns-vout-empty'],
    ['a value', () => make({ value: 1n }), -26, '16: bad-txns-vout-toolarge'],
    ['a negative value', () => make({ value: 1n << 63n }), -26, '16: bad-txns-vout-negative'],
    ['the same input twice', () => make({ inputs: [{}, {}] }), -26, '16: bad-txns-inputs-duplicate'],
    [
      'a coinbase',
      () => make({ inputs: [{ txid: '0'.repeat(64), vout: 0xffff_ffff }] }),
      -26,
      '16: bad-cb-length',
    ],
    ['version 0', () => make({ version: 0 }), -26, '64: version'],
    ['version 2', () => make({ version: 2 }), -26, '64: version'],
    [
      'a lock time to come',
      () => make({ lockTime: 1_000_000, inputs: [{ sequence: 0 }] }),
      -26,
      '64: non-final',
    ],
    [
      'an input that nobody knows',
      () => make({ inputs: [{ txid: 'ab'.repeat(32) }] }),
      -27,
      'missing inputs',
    ],
    [
      'an output number that is not there',
      () => make({ inputs: [{ vout: 7 }] }),
      -26,
      '18: bad-txns-inputs-spent',
    ],
    ['no script in the input', () => make({ script: () => EMPTY }), -26, '64: Nonstandard transaction input'],
    [
      'a surplus push in the input',
      () => make({ script: (der, key) => Uint8Array.from([0x51, ...inputScript(der, key)]) }),
      -26,
      '64: Nonstandard transaction input',
    ],
    [
      'the key of another',
      () => make({ signer: bob }),
      -26,
      `${FAILED} (Script failed an OP_EQUALVERIFY operation)`,
    ],
    [
      'a changed signature',
      () => make({ change: (der) => flipped(der, 20) }),
      -26,
      `${FAILED} (Script failed an OP_CHECKSIGVERIFY operation)`,
    ],
    [
      'a signature over the payment part alone',
      () => make({ signs: p2pkhScript(alice.keyHash) }),
      -26,
      `${FAILED} (Script failed an OP_CHECKSIGVERIFY operation)`,
    ],
    [
      'a signature that says it is over no output',
      () => make({ hashType: 2 }),
      -26,
      `${FAILED} (Script failed an OP_CHECKSIGVERIFY operation)`,
    ],
    [
      'an unknown kind of signature',
      () => make({ hashType: 0 }),
      -26,
      `${FAILED} (Signature hash type missing or not understood)`,
    ],
    [
      'a signature that is not DER',
      () => make({ change: (der) => flipped(der, 0) }),
      -26,
      `${FAILED} (Non-canonical DER signature)`,
    ],
    ['an item without key', () => make({ outputs: [item([]), change()] }), -26, UNRECOGNISED],
    [
      'an item with a key too long',
      () => make({ outputs: [item([new Uint8Array(257)]), change()] }),
      -26,
      '64: Metadata script rejected - wrong element, should be item key',
    ],
    [
      'an item of a stream that nobody knows',
      () => make({ outputs: [item([EMPTY], new Uint8Array(16)), change()] }),
      -26,
      '64: Metadata script rejected - entity not found',
    ],
    ['an operation as script', () => make({ outputs: [Uint8Array.of(0x51)] }), -26, '64: scriptpubkey'],
    [
      'a grant by one who may not',
      () => make({ outputs: [permissionScript(bob.keyHash, [rightToSend(null)])] }),
      -26,
      "64: Inputs don't belong to valid admin",
    ],
    [
      'a grant on a stream by one who may not',
      () => make({ outputs: [permissionScript(bob.keyHash, [rightToSend(proofs)])] }),
      -26,
      "64: Inputs don't belong to valid admin",
    ],
    [
      'a grant on a stream that nobody knows',
      () => make({ outputs: [permissionScript(bob.keyHash, [rightToSend(new Uint8Array(16))])] }),
      -26,
      '64: Script rejected - entity not found',
    ],
    [
      'a stream by one who may not create',
      () => make({ outputs: [streamCreationScript('other')] }),
      -26,
      "64: Metadata script rejected - Inputs don't belong to valid creator",
    ],
  ];

  it.each(faults)('%s', (_, raw, code, message) => {
    const before = chain.ledger.waiting.size;
    expect(() => chain.submit(raw())).toThrow(expect.objectContaining({ name: 'RpcFailure', code, message }));
    expect(chain.ledger.waiting.size).toBe(before);
    // Nothing has been changed by the attempt.
    expect(chain.submit(make())).toBe(txidOf(make()));
  });

  // Unlike a real node, which takes these: the first of them ends it.
  it.each([
    ['an empty script', () => EMPTY],
    ['a script hash', () => Uint8Array.from([0xa9, ...push(bob.keyHash), 0x87])],
    ['a bare key', () => Uint8Array.from([...push(bob.publicKey), 0xac])],
    [
      'a payment with something unknown behind it',
      () => Uint8Array.from([...change(), ...push(Uint8Array.of(1)), 0x75]),
    ],
  ])('more strictly than a real node: %s', (_, script) => {
    expect(() => chain.submit(make({ outputs: [script(), change()] }))).toThrow(
      expect.objectContaining({ code: -26, message: '64: scriptpubkey' }),
    );
  });
});

function rightToSend(entity: Uint8Array | null) {
  const bits = permissionBits([entity === null ? 'send' : 'write']);
  return { entity, bits, from: 0, to: NO_END, timestamp: 0 };
}

describe('transactions that are taken', () => {
  it.each([
    ['an item with one empty key', () => make()],
    ['several keys', () => make({ outputs: [item([Uint8Array.of(1), Uint8Array.of(1), EMPTY]), change()] })],
    ['two items', () => make({ outputs: [item(), item(), change()] })],
    ['data alone', () => make({ outputs: [Uint8Array.of(0x6a, 1, 1), change()] })],
    ['a payment to one who may not receive', () => make({ outputs: [p2pkhScript(bob.keyHash)] })],
    ['a lock time with a final input', () => make({ lockTime: 1_000_000 })],
  ])('%s', (_, raw) => {
    expect(chain.submit(raw())).toBe(txidOf(raw()));
  });

  it('again, while they wait; and are named as known once a block has them', () => {
    const raw = make();
    expect(chain.submit(raw)).toBe(txidOf(raw));
    expect(chain.submit(raw)).toBe(txidOf(raw));
    expect([...chain.ledger.waiting.keys()].filter((txid) => txid === txidOf(raw))).toHaveLength(1);
    chain.mine();
    expect(() => chain.submit(raw)).toThrow(
      expect.objectContaining({ code: -27, message: 'transaction already in block chain' }),
    );
  });

  it('in chains, thousands deep, without a block between', () => {
    for (let i = 0; i < 2000; i++) follow(chain.submit(make()));
    expect(chain.mine().transactions).toBe(2004);
    follow(chain.submit(make()));
    expect(chain.ledger.waiting.size).toBe(1);
  });
});

/** Alice's next output is the change of this transaction. */
function follow(txid: string): void {
  output = { txid, vout: 1, script: change() };
}

describe('spending twice', () => {
  it('is told while the first spender waits, and once a block has it', () => {
    const other = make({ outputs: [item([Uint8Array.of(9)]), change()] });
    chain.submit(make());
    const spent = { code: -26, message: '18: bad-txns-inputs-spent' };
    expect(() => chain.submit(other)).toThrow(expect.objectContaining(spent));
    chain.mine();
    // The grant that made the output has another one left: its change, which the wallet has spent too.
    expect(() => chain.submit(other)).toThrow(
      expect.objectContaining({ code: -27, message: 'missing inputs' }),
    );
  });

  it('is told apart from missing inputs as long as one output of that transaction is left', () => {
    const txid = chain.submit(make({ outputs: [change(), change()] }));
    chain.mine();
    output = { txid, vout: 0, script: change() };
    chain.submit(make());
    chain.mine();
    expect(() => chain.submit(make({ outputs: [change()] }))).toThrow(
      expect.objectContaining({ code: -26, message: '18: bad-txns-inputs-spent' }),
    );
  });
});

describe('rights', () => {
  it('to write end at once, and come back', () => {
    grant(proofs, permissionBits(['write']), 0);
    expect(() => chain.submit(make())).toThrow(expect.objectContaining({ code: -26, message: NO_PUBLISHER }));
    chain.mine();
    expect(() => chain.submit(make())).toThrow(expect.objectContaining({ code: -26, message: NO_PUBLISHER }));
    grant(proofs, permissionBits(['write']), NO_END);
    expect(chain.submit(make())).toBe(txidOf(make()));
  });

  it('to send end without a reason in the answer', () => {
    grant(null, permissionBits(['send']), 0);
    expect(() => chain.submit(make())).toThrow(
      expect.objectContaining({ code: -26, message: '16: ConnectInputs failed' }),
    );
  });

  it('begin and end at their blocks', () => {
    const { height } = chain.ledger;
    chain.grant(alice.keyHash, [
      { entity: proofs, bits: permissionBits(['write']), from: height + 1, to: height + 2 },
    ]);
    expect(() => chain.submit(make())).toThrow(expect.objectContaining({ message: NO_PUBLISHER }));
    chain.mine();
    follow(chain.submit(make()));
    chain.mine();
    expect(() => chain.submit(make())).toThrow(expect.objectContaining({ message: NO_PUBLISHER }));
  });

  it.each([
    ['write', 'activate', 'proofs', true],
    ['write', 'admin', 'proofs', true],
    ['activate', 'activate', 'proofs', false],
    ['send', 'activate', 'chain', true],
    ['create', 'activate', 'chain', false],
    ['create', 'admin', 'chain', true],
  ] as const)('%s may be granted with %s on the %s: %s', (right, with_, where, works) => {
    const entity = where === 'chain' ? null : proofs;
    grant(entity, permissionBits([with_]), NO_END);
    const given = { ...rightToSend(entity), bits: permissionBits([right]) };
    const attempt = (): string =>
      chain.submit(make({ outputs: [permissionScript(bob.keyHash, [given]), change()] }));
    if (works) expect(attempt()).toMatch(/^[0-9a-f]{64}$/);
    else
      expect(attempt).toThrow(expect.objectContaining({ message: "64: Inputs don't belong to valid admin" }));
  });

  it('on a new stream go to its creator', () => {
    grant(null, permissionBits(['create']), NO_END);
    const txid = chain.submit(make({ outputs: [streamCreationScript('mine'), change()] }));
    follow(txid);
    expect(chain.submit(make({ outputs: [item([EMPTY], streamEntity(txid)), change()] }))).toHaveLength(64);
    expect(chain.ledger.streams.named('mine')).toMatchObject({ txid, reference: null, restrictsWrite: true });
    chain.mine();
    expect(chain.ledger.streams.named('mine')?.reference).toMatch(/^\d+-\d+-\d+$/);
    expect(toHex(streamEntity(txid))).toBe(chain.ledger.streams.named('mine')?.entity);
  });

  it('to a name are given once', () => {
    grant(null, permissionBits(['create']), NO_END);
    expect(() => chain.submit(make({ outputs: [streamCreationScript('proofs'), change()] }))).toThrow(
      expect.objectContaining({ code: -26 }),
    );
    const two = [streamCreationScript('a'), streamCreationScript('b'), change()];
    expect(() => chain.submit(make({ outputs: two }))).toThrow(
      expect.objectContaining({ message: '64: Metadata script rejected - too many new entities' }),
    );
  });
});
