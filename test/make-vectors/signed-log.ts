import type { Exhibit, ExhibitEntry } from '@besure/audit';
import {
  CompactRange,
  encodeBase64,
  encodeItem,
  encodeLogEntry,
  formatCheckpoint,
  inclusionProof,
  leafHash,
} from '@besure/protocol';
import { sha256 } from '@noble/hashes/sha2.js';
import { seedOf } from '../../libs/verification/src/contract/keys.ts';
import { ledgerKeyHash, type Network } from '../../libs/verification/src/contract/network.ts';

/** What an entry of a log says; the root of its item follows from `mark`. */
export interface LoggedItem {
  readonly by: string;
  readonly slot: number;
  readonly height: number;
  readonly mark?: string;
}

/** A log of some items, which anyone may sign: the ledger's, or another one that somebody wants to pass off as it. */
export class SignedLog {
  readonly #network: Network;
  readonly entries: readonly Uint8Array[];

  /** `more`: what stands behind the items, an entry or not. */
  constructor(network: Network, items: readonly LoggedItem[], more: readonly Uint8Array[] = []) {
    this.#network = network;
    const entries = items.map(({ by, slot, height, mark = '' }) =>
      encodeLogEntry({
        publisher: ledgerKeyHash(by),
        height,
        item: encodeItem({ slot, root: seedOf(`item of ${by} for ${slot}${mark}`) }),
      }),
    );
    this.entries = [...entries, ...more];
  }

  /** The log at a size as cosigned by some at some times, and entries of it. */
  exhibit(
    times: Readonly<Record<string, number>>,
    { size = this.entries.length, entries = [] }: { size?: number; entries?: readonly number[] } = {},
  ): Exhibit {
    const range = new CompactRange(sha256);
    const nodes = new Map<string, Uint8Array>();
    for (const entry of this.entries.slice(0, size)) {
      for (const { level, index, hash } of range.append(leafHash(entry, sha256)))
        nodes.set(`${level}/${index}`, hash);
    }
    const body = { origin: this.#network.charter.log.origin, size, root: range.root() };
    const prove = (index: number): ExhibitEntry => ({
      index,
      entry: encodeBase64(this.entries[index]!),
      proof: inclusionProof(
        index,
        size,
        (ids) => ids.map(({ level, index: at }) => nodes.get(`${level}/${at}`)!),
        sha256,
      ).map(encodeBase64),
    });
    return {
      note: formatCheckpoint(body, this.#network.lines(times, body)),
      entries: entries.map(prove),
    };
  }
}
