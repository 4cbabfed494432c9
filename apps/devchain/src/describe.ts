import {
  encodeAddress,
  hash160,
  isCoinbaseInput,
  keyInputOf,
  keyOutputOf,
  parseHex,
  permissionsOf,
  streamCreationOf,
  streamItemOf,
  toHex,
  type Grant,
  type Transaction,
} from '@besure/ledger-tx';
import { assembly } from './assembly.js';
import type { Chain } from './chain.js';
import { namesOf } from './permissions.js';
import type { Stream } from './streams.js';
import { sha256 } from './transaction-rules.js';

type Json = Record<string, unknown>;

const GLOBAL = ['connect', 'send', 'receive', 'create', 'issue', 'mine', 'admin', 'activate'] as const;
const OF_STREAM = ['write', 'read', 'admin', 'activate'] as const;

/** Things of the chain as a real node describes them in JSON. */
export class Describer {
  constructor(private readonly chain: Chain) {}

  address(keyHash: Uint8Array): string {
    return encodeAddress(keyHash, this.chain.format, sha256);
  }

  addressOf(keyHash: string): string {
    return this.address(parseHex(keyHash));
  }

  /** The rights that an output's script grants; none for most. */
  permissions(script: Uint8Array): Json[] {
    return (permissionsOf(script)?.grants ?? []).map((grant) => this.grant(grant));
  }

  streamName({ name, reference }: Stream): Json {
    return { type: 'stream', name, streamref: reference };
  }

  stream(stream: Stream): Json {
    return {
      name: stream.name,
      createtxid: stream.txid,
      streamref: stream.reference,
      restrict: { write: stream.restrictsWrite, read: false, onchain: false, offchain: false },
      details: {},
      subscribed: false,
    };
  }

  transaction(txid: string, raw: Uint8Array, transaction: Transaction, height: number | null): Json {
    const { version, lockTime: locktime } = transaction;
    const vout = transaction.outputs.map(({ script }, n) => this.output(script, n, transaction));
    const vin = transaction.inputs.map((input) => {
      const script = { asm: assembly(input.script), hex: toHex(input.script) };
      if (isCoinbaseInput(input)) return { coinbase: toHex(input.script), sequence: input.sequence };
      return { txid: input.txid, vout: input.vout, scriptSig: script, sequence: input.sequence };
    });
    return { hex: toHex(raw), txid, version, locktime, vin, vout, ...this.confirmation(height) };
  }

  private confirmation(height: number | null): Json {
    const block = height === null ? undefined : this.chain.blockAt(height);
    if (block === undefined) return {};
    const { hash: blockhash, time } = block.header;
    const confirmations = this.chain.blocks.length - block.height;
    return { blockhash, confirmations, time, blocktime: time };
  }

  private output(script: Uint8Array, n: number, transaction: Transaction): Json {
    const shown = { asm: assembly(script), hex: toHex(script) };
    const paid = keyOutputOf(script);
    if (paid !== undefined) {
      const addresses = [this.address(paid.keyHash)];
      const permissions = this.permissions(script);
      return {
        value: 0,
        n,
        scriptPubKey: { ...shown, reqSigs: 1, type: 'pubkeyhash', addresses },
        ...(permissions.length > 0 ? { permissions } : {}),
      };
    }
    const items = this.items(script, transaction);
    const create = streamCreationOf(script);
    return {
      value: 0,
      n,
      scriptPubKey: { ...shown, type: 'nulldata' },
      ...(items.length > 0 ? { items } : {}),
      ...(create === undefined ? {} : { create: this.creation(create.name) }),
    };
  }

  private creation(name: string): Json {
    const stream = this.chain.ledger.streams.named(name);
    const { streamref = null, restrict = {} } = stream === undefined ? {} : this.stream(stream);
    return { type: 'stream', name, streamref, restrict, salted: false, details: {} };
  }

  private items(script: Uint8Array, { inputs }: Transaction): Json[] {
    const item = streamItemOf(script);
    const stream = item && this.chain.ledger.streams.byEntity(toHex(item.entity));
    if (item === undefined || stream === undefined) return [];
    const publishers = inputs.flatMap((input) => {
      const shown = keyInputOf(input.script);
      return shown === undefined ? [] : [this.address(hash160(shown.publicKey, sha256))];
    });
    return [
      {
        type: 'stream',
        name: stream.name,
        createtxid: stream.txid,
        streamref: stream.reference,
        publishers,
        keys: item.keys.map((key) => Buffer.from(key).toString('latin1')),
        offchain: false,
        data: toHex(item.data),
      },
    ];
  }

  private grant({ entity, bits, from, to, timestamp }: Grant): Json {
    const stream = entity === null ? undefined : this.chain.ledger.streams.byEntity(toHex(entity));
    const given: readonly string[] = namesOf(bits);
    const types: readonly string[] = entity === null ? GLOBAL : OF_STREAM;
    return {
      for: stream === undefined ? null : this.streamName(stream),
      ...Object.fromEntries(types.map((type) => [type, given.includes(type)])),
      custom: [],
      startblock: from,
      endblock: to,
      timestamp,
    };
  }
}
