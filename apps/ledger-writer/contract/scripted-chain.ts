import {
  inputScript,
  keyOutputOf,
  NO_END,
  p2pkhScript,
  parseTransaction,
  PERMISSION_BITS,
  permissionScript,
  type PermissionName,
  serialiseBlock,
  serialiseTransaction,
  streamCreationOf,
  streamCreationScript,
  streamEntity,
  streamItemScript,
  toHex,
  txidOf,
  parseHex,
  decodeAddress,
  encodeAddress,
  hash160,
  type AddressFormat,
} from '@besure/ledger-tx';
import { nodePrimitives } from '@besure/keys';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import {
  LedgerError,
  type BlockchainParams,
  type LedgerNode,
  type NodeInfo,
  type Permission,
  type SendResult,
  type StreamInfo,
  type UnspentOutput,
} from '@besure/multichain';

interface ScriptedBlock {
  readonly hash: string;
  readonly raw: Uint8Array;
  readonly transactions: readonly Uint8Array[];
}

/**
 * A ledger node whose blocks a test decides about, with forks at will. It keeps to the shapes and error codes that a real node was seen to
 * have, as far as the ledger-writer uses them; it checks no signatures.
 */
export class ScriptedChain implements LedgerNode {
  readonly chain = 'scripted';
  readonly addressFormat: AddressFormat = {
    version: Uint8Array.of(0, 90, 3, 201),
    checksum: Uint8Array.of(1, 2, 3, 4),
  };
  /** Set to make every call fail as if the node were away. */
  down = false;
  readonly locked: (string | null)[] = [];
  readonly imported = new Set<string>();
  /** All that were ever made. */
  readonly grants: string[] = [];
  readonly revoked: string[] = [];
  waiting: Uint8Array[] = [];
  #blocks: ScriptedBlock[] = [];
  readonly #granted: string[] = [];
  readonly #keys = new Map<string, Uint8Array>();
  #made = randomInt(2 ** 31);

  constructor() {
    this.mine();
  }

  get height(): number {
    return this.#blocks.length - 1;
  }

  hash(height: number): string {
    const block = this.#blocks[height];
    if (block === undefined)
      throw new LedgerError('unknown-block', 'Block height out of range', { rpcCode: -711 });
    return block.hash;
  }

  rawAt(height: number): Uint8Array {
    return this.#blocks[height]?.raw ?? new Uint8Array();
  }

  /** Adds a block with what waits and with these transactions; its time in seconds may be given. */
  mine(transactions: readonly Uint8Array[] = [], time = Math.floor(Date.now() / 1000)): string {
    const all = [this.#coinbase(), ...this.waiting, ...transactions];
    this.waiting = [];
    const previous = this.#blocks.at(-1)?.hash ?? '0'.repeat(64);
    const raw = serialiseBlock({
      version: 3,
      previous,
      time,
      bits: 0x2000ffff,
      nonce: this.#made,
      transactions: all,
    });
    const hash = createHash('sha256')
      .update(createHash('sha256').update(raw.subarray(0, 80)).digest())
      .digest();
    this.#blocks.push({ hash: Buffer.from(hash).reverse().toString('hex'), raw, transactions: all });
    return this.hash(this.height);
  }

  mineEmpty(count: number): void {
    for (let i = 0; i < count; i += 1) this.mine();
  }

  /** Forgets all blocks above a height; what is mined then differs from what was there. */
  rewind(height: number): void {
    this.#blocks = this.#blocks.slice(0, height + 1);
  }

  /** All blocks as they are, to come back to. */
  snapshot(): () => void {
    const blocks = [...this.#blocks];
    return () => {
      this.#blocks = blocks;
    };
  }

  /** The name of a stream in scripts. */
  entity(stream: string): Uint8Array {
    const [found] = this.#streams().filter((one) => one.name === stream);
    if (found === undefined) throw new Error(`no stream ${stream}`);
    return streamEntity(found.creationTxid);
  }

  async getInfo(): Promise<NodeInfo> {
    this.#answer();
    return {
      version: '0',
      chain: this.chain,
      description: 'scripted',
      protocolVersion: 20013,
      blocks: this.height,
      connections: 0,
      nodeAddress: `${this.chain}@127.0.0.1:1`,
    };
  }

  async getBlockchainParams(): Promise<BlockchainParams> {
    this.#answer();
    return {
      chain: this.chain,
      description: 'scripted',
      addressVersion: toHex(this.addressFormat.version),
      addressChecksum: toHex(this.addressFormat.checksum),
      genesisHash: this.hash(0),
      setupBlocks: 0,
      all: {},
    };
  }

  async getBlockCount(): Promise<number> {
    this.#answer();
    return this.height;
  }

  async getBlockHash(height: number): Promise<string> {
    this.#answer();
    return this.hash(height);
  }

  async getRawBlock(hash: string): Promise<Uint8Array> {
    this.#answer();
    const block = this.#blocks.find((one) => one.hash === hash);
    if (block === undefined) throw new LedgerError('unknown-block', 'Block not found', { rpcCode: -711 });
    return block.raw;
  }

  async createStream(name: string): Promise<string> {
    this.#answer();
    if (this.#streams().some((stream) => stream.name === name)) {
      throw new LedgerError('name-taken', 'Entity with this name already exists', { rpcCode: -705 });
    }
    return this.#send([{ value: 0n, script: streamCreationScript(name) }]);
  }

  /** An address of the node's own: what it publishes for it is always by the same key. */
  newAddress(): string {
    const key = newKey();
    const address = encodeAddress(hash160(key, nodePrimitives.sha256), this.addressFormat);
    this.#keys.set(address, key);
    return address;
  }

  async publish(address: string, stream: string, data: Uint8Array): Promise<string> {
    this.#answer();
    // A key's input as a wallet makes it, as far as its form goes.
    const signature = Uint8Array.of(...randomBytes(70), 1);
    const key = this.#keys.get(address) ?? newKey();
    return this.#send(
      [{ value: 0n, script: streamItemScript(this.entity(stream), [new Uint8Array(0)], data) }],
      inputScript(signature, key),
    );
  }

  async listStreams(name?: string): Promise<StreamInfo[]> {
    this.#answer();
    return this.#streams().filter((stream) => name === undefined || stream.name === name);
  }

  async grant(address: string, permissions: string): Promise<string> {
    this.#answer();
    this.grants.push(`${address} ${permissions}`);
    this.#granted.push(`${address} ${permissions}`);
    return this.#send([{ value: 0n, script: this.#permission(address, permissions, NO_END) }]);
  }

  #permission(address: string, permissions: string, to: number): Uint8Array {
    const [stream, types] = permissions.includes('.') ? permissions.split('.') : [null, permissions];
    const entity = stream === null || stream === undefined ? null : this.entity(stream);
    const bits = (types ?? '')
      .split(',')
      .reduce((sum, type) => sum | PERMISSION_BITS[type as PermissionName], 0);
    return permissionScript(decodeAddress(address, this.addressFormat), [
      { entity, bits, from: 0, to, timestamp: 1 },
    ]);
  }

  /** Of a member's rights, as they were granted together. */
  async revoke(address: string, permissions: string): Promise<string> {
    this.#answer();
    this.revoked.push(`${address} ${permissions}`);
    const place = this.#granted.indexOf(`${address} ${permissions}`);
    if (place < 0) throw new Error(`not granted together: ${permissions}`);
    this.#granted.splice(place, 1);
    return this.#send([{ value: 0n, script: this.#permission(address, permissions, 0) }]);
  }

  async listPermissions(spec: string): Promise<Permission[]> {
    this.#answer();
    const [stream, type] = spec === '*' ? [null, null] : (spec.split('.') as [string, string]);
    if (stream !== null && !this.#streams().some((one) => one.name === stream)) {
      throw new LedgerError('unknown-stream', 'Entity with this name not found', { rpcCode: -708 });
    }
    return this.#granted.flatMap((grant) => {
      const [address = '', rights = ''] = grant.split(' ');
      const [of, types = ''] = rights.includes('.') ? rights.split('.') : [null, rights];
      if ((of ?? null) !== stream) return [];
      return types
        .split(',')
        .filter((one) => type === null || one === type)
        .map((one) => ({ address, stream, type: one, startBlock: 0, endBlock: NO_END }));
    });
  }

  async importAddress(address: string): Promise<void> {
    this.#answer();
    this.imported.add(address);
  }

  async listUnspent(addresses: readonly string[]): Promise<UnspentOutput[]> {
    this.#answer();
    const all = this.#all();
    const spent = new Set(
      all.flatMap(({ raw }) => parseTransaction(raw).inputs.map((input) => `${input.txid}:${input.vout}`)),
    );
    return addresses.flatMap((address) => {
      const keyHash = toHex(decodeAddress(address, this.addressFormat));
      return all.flatMap(({ raw, confirmations }) => {
        const txid = txidOf(raw);
        return parseTransaction(raw).outputs.flatMap((output, vout) => {
          const owner = keyOutputOf(output.script)?.keyHash;
          if (owner === undefined || toHex(owner) !== keyHash || spent.has(`${txid}:${vout}`)) return [];
          return [{ txid, vout, address, script: toHex(output.script), confirmations }];
        });
      });
    });
  }

  async getRawTransaction(txid: string): Promise<string> {
    const [raw] = await this.getRawTransactions([txid]);
    if (raw === null || raw === undefined)
      throw new LedgerError('unknown-transaction', 'unknown', { rpcCode: -710 });
    return raw;
  }

  async getRawTransactions(txids: readonly string[]): Promise<(string | null)[]> {
    this.#answer();
    const all = new Map(this.#all().map(({ raw }) => [txidOf(raw), raw]));
    return txids.map((txid) => {
      const raw = all.get(txid);
      return raw === undefined ? null : toHex(raw);
    });
  }

  /** Takes whatever can be parsed and spends something that is there. */
  async sendRawTransactions(transactions: readonly string[]): Promise<SendResult[]> {
    this.#answer();
    return transactions.map((hex): SendResult => {
      const raw = parseHex(hex);
      const txid = txidOf(raw);
      const all = new Map(this.#all().map((one) => [txidOf(one.raw), parseTransaction(one.raw)]));
      if (all.has(txid)) return { ok: true, txid };
      const [input] = parseTransaction(raw).inputs;
      if (input === undefined || all.get(input.txid)?.outputs[input.vout] === undefined) {
        return { ok: false, error: new LedgerError('missing-inputs', 'missing inputs', { rpcCode: -27 }) };
      }
      this.waiting.push(raw);
      return { ok: true, txid };
    });
  }

  async lockBlock(hash: string | null): Promise<void> {
    this.#answer();
    this.locked.push(hash);
  }

  close(): void {}

  #answer(): void {
    if (this.down) throw new LedgerError('unreachable', 'the node is away');
  }

  #all(): { raw: Uint8Array; confirmations: number }[] {
    return [
      ...this.#blocks.flatMap(({ transactions }, height) =>
        transactions.map((raw) => ({ raw, confirmations: this.height - height + 1 })),
      ),
      ...this.waiting.map((raw) => ({ raw, confirmations: 0 })),
    ];
  }

  #streams(): StreamInfo[] {
    return this.#all().flatMap(({ raw, confirmations }) =>
      parseTransaction(raw).outputs.flatMap(({ script }) => {
        const created = streamCreationOf(script);
        if (created === undefined) return [];
        return [
          {
            name: created.name,
            creationTxid: txidOf(raw),
            confirmed: confirmations > 0,
            restrictsWrite: created.restrictsWrite,
          },
        ];
      }),
    );
  }

  #send(outputs: Parameters<typeof serialiseTransaction>[0]['outputs'], script?: Uint8Array): string {
    const raw = this.#transaction(
      { txid: toHex(nodePrimitives.sha256(Uint8Array.of(this.#made & 255))), vout: 0 },
      outputs,
      script,
    );
    this.waiting.push(raw);
    return txidOf(raw);
  }

  #coinbase(): Uint8Array {
    return this.#transaction({ txid: '0'.repeat(64), vout: 0xffff_ffff }, [
      { value: 0n, script: p2pkhScript(new Uint8Array(20)) },
    ]);
  }

  /** Every transaction differs from all others by its input script. */
  #transaction(
    input: { txid: string; vout: number },
    outputs: Parameters<typeof serialiseTransaction>[0]['outputs'],
    script = this.#nextScript(),
  ): Uint8Array {
    return serialiseTransaction({
      version: 1,
      inputs: [{ ...input, script, sequence: 0xffff_ffff }],
      outputs,
      lockTime: 0,
    });
  }

  #nextScript(): Uint8Array {
    this.#made += 1;
    const script = new Uint8Array(8);
    new DataView(script.buffer).setUint32(0, this.#made);
    return script;
  }
}

function newKey(): Uint8Array {
  return Uint8Array.of(2, ...randomBytes(32));
}
