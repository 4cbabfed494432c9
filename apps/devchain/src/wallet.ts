import { createLedgerSigner, type LedgerSigner } from '@besure/keys';
import {
  encodeSignature,
  hash160,
  inputScript,
  p2pkhScript,
  parseHex,
  serialiseTransaction,
  signatureHash,
  toHex,
  type Transaction,
} from '@besure/ledger-tx';
import { z } from 'zod';
import type { Coin } from './coins.js';
import { RpcFailure } from './rejection.js';
import { readText, writeText } from './storage.js';
import { sha256 } from './transaction-rules.js';

/** An address that the wallet follows without having its key. */
export interface Followed {
  readonly keyHash: string;
  /** Height of the last block when it was imported, -1 with a rescan: outputs up to there stay unknown, as on a real node. */
  readonly height: number;
}

const walletFile = z.strictObject({
  format: z.literal('besure-devchain-wallet-v0'),
  followed: z.array(z.strictObject({ keyHash: z.string().regex(/^[0-9a-f]{40}$/), height: z.int() })),
});

/** The wallet: one key that signs what the node does itself, and addresses that it follows. */
export class Wallet {
  readonly keyHash: Uint8Array;
  readonly followed: Followed[];
  private readonly signer: LedgerSigner;

  constructor(
    privateKey: string,
    private readonly path: string,
  ) {
    this.signer = createLedgerSigner(parseHex(privateKey), 'the wallet of the chain');
    this.keyHash = hash160(this.signer.publicKey, sha256);
    const text = readText(path);
    this.followed = text === undefined ? [] : walletFile.parse(JSON.parse(text)).followed;
  }

  get publicKey(): Uint8Array {
    return this.signer.publicKey;
  }

  /** Follows an address with its outputs above a height. Importing it again can only bring outputs from further below. */
  follow(keyHash: string, height: number): void {
    const at = this.followed.findIndex((each) => each.keyHash === keyHash);
    if (at < 0) this.followed.push({ keyHash, height });
    else if (height < (this.followed[at]?.height ?? height)) this.followed[at] = { keyHash, height };
    else return;
    const file = { format: 'besure-devchain-wallet-v0', followed: this.followed };
    writeText(this.path, `${JSON.stringify(file, null, 2)}\n`);
  }

  /** True if the wallet knows of the output: it came after its address was imported, or its block did. */
  knows(coin: Coin, height: number | null): boolean {
    if (coin.keyHash === toHex(this.keyHash)) return true;
    const i = this.followed.findIndex(({ keyHash }) => keyHash === coin.keyHash);
    const followed = this.followed[i];
    if (followed === undefined) return false;
    return height === null ? coin.followers > i : height > followed.height;
  }

  /** A transaction with this output, signed by the wallet; its change comes back. */
  pay(coin: Coin | undefined, script: Uint8Array): Uint8Array {
    if (coin === undefined) throw new RpcFailure(-716, 'No unspent output of the wallet');
    const { txid, vout } = coin;
    const unsigned: Transaction = {
      version: 1,
      inputs: [{ txid, vout, script: new Uint8Array(0), sequence: 0xffff_ffff }],
      outputs: [
        { value: 0n, script },
        { value: 0n, script: p2pkhScript(this.keyHash) },
      ],
      lockTime: 0,
    };
    const signature = encodeSignature(this.signer.sign(signatureHash(unsigned, 0, coin.script, sha256)));
    const signed = inputScript(signature, this.signer.publicKey);
    return serialiseTransaction({
      ...unsigned,
      inputs: unsigned.inputs.map((input) => ({ ...input, script: signed })),
    });
  }
}
