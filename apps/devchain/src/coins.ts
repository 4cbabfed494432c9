/** An output that a key can spend. */
export interface Coin {
  readonly txid: string;
  readonly vout: number;
  readonly script: Uint8Array;
  /** Hexadecimal. */
  readonly keyHash: string;
  /** How many addresses the wallet followed when this output came: those, in that order, know of it. */
  readonly followers: number;
}

/**
 * The outputs that can be spent. Those that a waiting transaction spends are told apart from those that a block has spent:
 * a node forgets the latter, so a second spender of those is told of "missing inputs" instead of "inputs spent".
 */
export class Coins {
  private readonly byTxid = new Map<string, Map<number, Coin>>();
  private readonly byKeyHash = new Map<string, Map<string, Coin>>();
  private readonly spentInMempool = new Set<string>();

  add(coin: Coin): void {
    entry(this.byTxid, coin.txid).set(coin.vout, coin);
    entry(this.byKeyHash, coin.keyHash).set(outpoint(coin), coin);
  }

  /** The output, spent by a waiting transaction or not. */
  find(txid: string, vout: number): Coin | undefined {
    return this.byTxid.get(txid)?.get(vout);
  }

  isSpent(txid: string, vout: number): boolean {
    return this.spentInMempool.has(outpoint({ txid, vout }));
  }

  /** True while a transaction has an output that no block has spent. */
  hasAny(txid: string): boolean {
    return this.byTxid.has(txid);
  }

  /** A waiting transaction spends it. */
  spend(coin: Coin): void {
    this.spentInMempool.add(outpoint(coin));
  }

  /** A block holds the transaction that spends it. */
  forget(coin: Coin): void {
    this.spentInMempool.delete(outpoint(coin));
    this.byKeyHash.get(coin.keyHash)?.delete(outpoint(coin));
    const siblings = this.byTxid.get(coin.txid);
    siblings?.delete(coin.vout);
    if (siblings?.size === 0) this.byTxid.delete(coin.txid);
  }

  /** Unspent outputs of a key, oldest first. */
  unspentOf(keyHash: string): Coin[] {
    return [...(this.byKeyHash.get(keyHash)?.values() ?? [])].filter(
      (coin) => !this.isSpent(coin.txid, coin.vout),
    );
  }
}

function entry<K, V>(map: Map<string, Map<K, V>>, key: string): Map<K, V> {
  const found = map.get(key) ?? new Map<K, V>();
  map.set(key, found);
  return found;
}

function outpoint({ txid, vout }: { txid: string; vout: number }): string {
  return `${txid}:${vout}`;
}
