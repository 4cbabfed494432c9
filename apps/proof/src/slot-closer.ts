import { randomBytes } from 'node:crypto';
import { type EventStore, type NewEvent, type Tx, eventType } from '@besure/event-store';
import type { LedgerSigner } from '@besure/keys';
import { buildItemTransaction, p2pkhScript } from '@besure/ledger-tx';
import {
  type SlotTree,
  buildSlotTree,
  encodeRecording,
  encodeHex,
  encodeItem,
  decodeHex,
} from '@besure/protocol';
import { splitAttached } from './attachments.js';
import { ProofError } from './error.js';
import { renewLate } from './recorded-too-late.js';
import { type ReadyStatement, type TakingContext, readTaken, takeReady } from './ready-statements.js';
import {
  type PendingSlot,
  type SlotSigned,
  type Spendable,
  evolveSlotChain,
  mayClose,
} from './slot-chain.js';
import { type ChainAtHand, databaseMillis, readSlotChain, writeSlotEvent } from './slot-rows.js';

/** What closing slots needs. */
export interface ClosingContext extends TakingContext {
  readonly organisation: string;
  readonly store: EventStore;
  readonly ledgerSigner: LedgerSigner;
  /** hash160 of the ledger key: what the charter's address stands for. */
  readonly keyHash: Uint8Array;
  /** The `iat` of what is signed in a slot. */
  readonly iatOf: (slot: number) => number;
  /** The `proofs` stream, once a hub has told it; 16 bytes. */
  readonly streamEntity: () => Uint8Array | null;
  /** So far may the start of a slot lie ahead of the database's clock. */
  readonly mostAheadMillis: number;
  /** Since which height the ledger key publishes without a break; null where it does not, and nothing is signed with it. */
  readonly publishesSince: () => number | null;
}

/**
 * Closes a slot: puts whatever is countersigned or one-sided under one root, or a random root where there is nothing, and signs
 * the one transaction that carries it. All of it is one commit; only what is committed is ever sent. What is more than a slot takes stands in
 * the next ones.
 *
 * Where the ledger key is another one than before, or did not count for a while, the chain begins anew, and all that is not final is signed again for it.
 *
 * @param firstInput the output to begin the chain with, used only where it begins, or begins anew
 * @throws ProofError `clock-ahead` where the database's clock says that the slot has not begun: no earlier slot could be closed after it, so one look at
 *   a clock that is a year ahead would silence the member for a year
 * @returns how many statements the slot holds, or null where the slot was closed before, nothing can be spent yet, or the ledger key is not in force
 */
export async function closeSlot(
  context: ClosingContext,
  slot: number,
  firstInput: Spendable | null,
): Promise<number | null> {
  const { store } = context;
  const streamEntity = context.streamEntity();
  const since = context.publishesSince();
  if (streamEntity === null || since === null) return null;
  return store.transaction(async (tx) => {
    const found = await readSlotChain(tx);
    const goesOn = isOfKey(context, found.chain.tip?.script ?? null, found.since);
    const input = goesOn ? found.chain.tip : firstInput;
    if (!mayClose(found.chain, slot) || input === null) return null;
    if (context.iatOf(slot) * 1000 > (await databaseMillis(tx)) + context.mostAheadMillis)
      throw new ProofError('clock-ahead', `slot ${slot} has not begun by the clock of the database`);
    const { fresh, sha256 } = context;
    const before: ChainAtHand = goesOn
      ? { ...found, since }
      : await signAgain(context, tx, streamEntity, { ...found, since }, found.chain.pending, input);
    const endedKeys = context.renewal?.ended().length ?? 0;
    if (context.renewal !== null) await renewLate(context.renewal, tx);
    const { first, others, leaves } = await takeReady(tx, context, slot, context.iatOf(slot));
    const tree = buildSlotTree(leaves, (length) => randomBytes(length), sha256);
    const signed = signSlot(context, streamEntity, {
      type: 'SlotSigned',
      slot,
      root: tree.root,
      input: before.chain.tip ?? input,
    });
    const recording = new RecordedEvents(context.organisation, slot, tree);
    // Made before the first event is appended: from then on all other writers of the schema wait.
    const recorded = recording.of(first);
    await writeSlotEvent(store, tx, after(before, signed), signed, endedKeys);
    await store.append(tx, recorded);
    for (const ids of others) await store.append(tx, recording.of(await readTaken(tx, fresh, ids)));
    return leaves.length;
  });
}

/** Whether the chain can go on from its tip: with the key that it pays to, which has published all the time since the chain was signed with it. */
export function isOfKey(
  { keyHash, publishesSince }: Pick<ClosingContext, 'keyHash' | 'publishesSince'>,
  script: string | null,
  since: number | null,
): boolean {
  const isSince = since === null || since === publishesSince();
  return isSince && script === encodeHex(p2pkhScript(keyHash));
}

/**
 * Signs slots again, the same roots, one after the other from another input on. Should a transaction of before come into the ledger as well, both are the
 * item of the same slot with the same root, and the log takes the first that counts.
 */
export async function signAgain(
  context: Pick<ClosingContext, 'store' | 'ledgerSigner' | 'keyHash' | 'sha256'>,
  tx: Tx,
  streamEntity: Uint8Array,
  from: ChainAtHand,
  slots: readonly PendingSlot[],
  input: Spendable,
): Promise<ChainAtHand> {
  let at: ChainAtHand = { ...from, chain: { ...from.chain, tip: input } };
  for (const { slot, root } of slots) {
    const signed = signSlot(context, streamEntity, {
      type: 'SlotSignedAgain',
      slot,
      root: decodeHex(root),
      input: at.chain.tip ?? input,
    });
    at = after(at, signed);
    await writeSlotEvent(context.store, tx, at, signed);
  }
  return at;
}

function after({ chain, version, since }: ChainAtHand, signed: SlotSigned): ChainAtHand {
  return { chain: evolveSlotChain(chain, signed), version: version + 1, since };
}

/** Signs the item of a slot on an input. Pure but for the signer. */
export function signSlot(
  context: Pick<ClosingContext, 'ledgerSigner' | 'keyHash' | 'sha256'>,
  streamEntity: Uint8Array,
  request: {
    readonly type: SlotSigned['type'];
    readonly slot: number;
    readonly root: Uint8Array;
    readonly input: Spendable;
  },
): SlotSigned {
  const { type, slot, root, input } = request;
  const built = buildItemTransaction(
    {
      input: { txid: input.txid, vout: input.vout, script: decodeHex(input.script) },
      streamEntity,
      item: encodeItem({ slot, root }),
      keyHash: context.keyHash,
    },
    context.ledgerSigner,
    context.sha256,
  );
  return {
    type,
    slot,
    root: encodeHex(root),
    input: { txid: input.txid, vout: input.vout },
    txid: built.txid,
    raw: encodeHex(built.raw),
    change: { txid: built.txid, vout: built.change.vout, script: encodeHex(built.change.script) },
  };
}

/** Makes the events that tell what stands in a slot, from its statements in the order of the tree's leaves, some at a time. */
class RecordedEvents {
  readonly #by: string;
  readonly #slot: number;
  readonly #tree: SlotTree;
  #leaf = 0;
  #event = 0;

  constructor(by: string, slot: number, tree: SlotTree) {
    this.#by = by;
    this.#slot = slot;
    this.#tree = tree;
  }

  of(statements: readonly ReadyStatement[]): NewEvent[] {
    const slot = this.#slot;
    const groups = splitAttached(
      statements.map((row) => {
        const { index, path } = this.#tree.leaves[this.#leaf++]!;
        const attached = encodeRecording({ ...row, path });
        const { event, id: statement, issuer, counterpart } = row;
        return { entry: { event, statement, issuer, counterpart, index }, attached };
      }),
    );
    return groups.map(({ entries, attachment }) => ({
      stream: `recorded-${slot}-${this.#event++}`,
      expectedVersion: 0,
      type: eventType('StatementsRecorded', 2),
      data: { by: this.#by, slot, root: encodeHex(this.#tree.root), entries },
      attachment,
    }));
  }
}
