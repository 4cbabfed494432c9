import { GroupCommit } from '@besure/event-store';
import { type Charter, ledgerAddressesOf, memberByKeyHash, organisation } from '@besure/governance';
import { LedgerTxError, parseTransaction, proofItemOf, streamEntity, toHex } from '@besure/ledger-tx';
import { LedgerError, type LedgerNode, type SendResult } from '@besure/multichain';
import {
  ITEM_LENGTH,
  ITEM_MAGIC,
  MAX_TRANSACTIONS,
  ProtocolError,
  parseItem,
  type Sha256,
  type SubmitResult,
} from '@besure/protocol';
import type { ChainFollowerStatus } from './chain-follower.js';
import { LedgerWriterError } from './error.js';

/** What carrying needs. */
export interface CarrierOptions {
  /** In force in the next block. */
  readonly charter: () => Charter;
  readonly node: LedgerNode;
  readonly sha256: Sha256;
  /** This hub's clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** How the chain follower stands now. */
  readonly chain: () => Pick<ChainFollowerStatus, 'state' | 'tip' | 'streams'>;
}

/** An output as it goes over the wire: see `parseOutputsAnswer`. */
export interface OutputsReply {
  readonly outputs: readonly {
    readonly txid: string;
    readonly vout: number;
    readonly raw: string;
    readonly confirmations: number;
  }[];
  readonly streams: { readonly proofs: { readonly raw: string } };
}

/** The largest transaction that is carried. An item's has about 330 bytes. */
const MOST_BYTES = 1000;

/** Codes that say nothing about the transaction: the whole request fails, and the sender asks again, here or at another hub. */
const NODE_TROUBLE: ReadonlySet<string> = new Set([
  'starting',
  'busy',
  'unreachable',
  'interrupted',
  'timeout',
  'unauthorised',
  'not-json',
  'too-large',
  'unexpected-answer',
  'wrong-chain',
  'unknown-method',
  'bad-request',
  'closed',
  'settings',
]);

/**
 * Carries members' signed transactions to the node and tells members what they can spend. It can refuse and delay, not forge: it holds no key of
 * a member. Transactions of several requests go to the node in common batches, in the order in which they came.
 */
export class Carrier {
  readonly #options: CarrierOptions;
  readonly #batches: GroupCommit<string, SendResult>;

  constructor(options: CarrierOptions) {
    this.#options = options;
    this.#batches = new GroupCommit({
      work: (transactions) => options.node.sendRawTransactions(transactions),
      maxGroup: 100,
      maxWaiting: 5_000,
    });
  }

  /** Sends a member's transactions, in order; a result each. Throws where the ledger is not to be reached: send the same again. */
  async submit(member: string, transactions: readonly Uint8Array[]): Promise<SubmitResult[]> {
    const entity = this.#proofsEntity();
    const results = await withNode(
      Promise.all(
        transactions.map(async (raw): Promise<SubmitResult> => {
          const refusal = this.#refusal(member, raw, entity);
          return refusal ?? resultOf(await this.#batches.submit(toHex(raw)));
        }),
      ),
    );
    return results;
  }

  /** What the member's address can spend, the oldest first, and the stream to write to. */
  async outputs(member: string, address: string): Promise<OutputsReply> {
    const { charter, node, chain } = this.#options;
    const known = organisation(charter(), member);
    if (known === undefined || !ledgerAddressesOf(known).includes(address)) {
      throw new LedgerWriterError(
        'forbidden',
        'this is not the address that the charter gives the organisation',
      );
    }
    const { proofs } = chain().streams;
    if (proofs === null) throw new LedgerWriterError('not-founded', 'the stream of proofs is not final yet');
    return withNode(
      (async () => {
        const unspent = (await node.listUnspent([address]))
          .toSorted(
            (a, b) => b.confirmations - a.confirmations || (a.txid < b.txid ? -1 : 1) || a.vout - b.vout,
          )
          .slice(0, MAX_TRANSACTIONS);
        const [creation, ...raws] = await node.getRawTransactions([
          proofs,
          ...unspent.map((one) => one.txid),
        ]);
        if (creation === null || creation === undefined) {
          throw new LedgerWriterError(
            'ledger-unavailable',
            'the node does not have the creation of the stream',
          );
        }
        const outputs = unspent.flatMap(({ txid, vout, confirmations }, i) => {
          const raw = raws[i];
          return raw === null || raw === undefined ? [] : [{ txid, vout, raw, confirmations }];
        });
        return { outputs, streams: { proofs: { raw: creation } } };
      })(),
    );
  }

  /** Takes no more; resolves when what was taken is done. */
  close(): Promise<void> {
    return this.#batches.close();
  }

  #proofsEntity(): Uint8Array {
    const { state, streams } = this.#options.chain();
    if (state === 'halted')
      throw new LedgerWriterError('halted', 'this hub has left the ledger that it knew');
    if (streams.proofs === null) {
      throw new LedgerWriterError('not-founded', 'the stream of proofs is not final yet');
    }
    return streamEntity(streams.proofs);
  }

  /**
   * Whether an item's slot begins so late that evidence of it could be refused for ever: recorded before its slot, by the clocks of others. Half of what is
   * tolerated there is for this hub's own clock.
   */
  #isAhead(item: Uint8Array): boolean {
    const { charter, now } = this.#options;
    const { limits, slots } = charter();
    const latest = now() + (limits.agreementToleranceSeconds * 1000) / 2;
    const { base, startMillis, lengthMillis } = slots;
    return startMillis + (parseItem(item).slot - base) * lengthMillis > latest;
  }

  /** A hub carries items of the member that asks, nothing else: the ledger is not a place for other things. */
  #refusal(member: string, raw: Uint8Array, entity: Uint8Array): SubmitResult | null {
    const { charter, sha256, chain } = this.#options;
    if (raw.length > MOST_BYTES) return refused('too-large', `a transaction has at most ${MOST_BYTES} bytes`);
    try {
      const item = proofItemOf(parseTransaction(raw), entity, ITEM_LENGTH, ITEM_MAGIC, sha256);
      if ('skip' in item) return refused('not-an-item', `not an item transaction: ${item.skip}`);
      // The height of its block is for the log to judge; here it is that of the next one.
      const publisher = memberByKeyHash(charter(), item.keyHash, chain().tip + 1);
      if (publisher?.id !== member)
        return refused('publisher', 'signed by another key than the charter gives the organisation');
      if (this.#isAhead(item.data)) {
        return refused(
          'slot-not-begun',
          'its slot has not begun: the clock of the organisation is far ahead',
        );
      }
      return null;
    } catch (error) {
      if (error instanceof LedgerTxError) return refused('undecodable', 'not a transaction');
      if (error instanceof ProtocolError) return refused('not-an-item', 'not the item of a slot');
      throw error;
    }
  }
}

function refused(code: string, message: string): SubmitResult {
  return { code, message };
}

function resultOf(result: SendResult): SubmitResult {
  if (result.ok) return { txid: result.txid };
  if (NODE_TROUBLE.has(result.error.code)) throw result.error;
  return { code: result.error.code, message: result.error.message.slice(0, 200) };
}

/** What the node cannot do now is said as one thing, whatever its cause. */
async function withNode<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    throw new LedgerWriterError('ledger-unavailable', 'the ledger node cannot be asked now', {
      cause: error,
    });
  }
}
