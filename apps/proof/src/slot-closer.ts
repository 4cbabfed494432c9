import { randomBytes } from 'node:crypto';
import { type EventStore, type NewEvent, type Tx, eventType } from '@besure/event-store';
import type { LedgerSigner } from '@besure/keys';
import { buildItemTransaction } from '@besure/ledger-tx';
import {
  type SealedBytes,
  type Sha256,
  type SlotTree,
  buildSlotTree,
  encodeRecording,
  encodeHex,
  encodeItem,
  decodeHex,
  statementLeaf,
} from '@besure/protocol';
import { splitAttached } from './attachments.js';
import { type SlotSigned, type Spendable, evolveSlotChain, mayClose } from './slot-chain.js';
import { readSlotChain, writeSlotEvent } from './slot-rows.js';

/** What closing slots needs. */
export interface ClosingContext {
  readonly organisation: string;
  readonly store: EventStore;
  readonly ledgerSigner: LedgerSigner;
  /** hash160 of the ledger key: what the charter's address stands for. */
  readonly keyHash: Uint8Array;
  readonly sha256: Sha256;
  /** The `iat` of what is signed in a slot. */
  readonly iatOf: (slot: number) => number;
  /** The `proofs` stream, once a hub has told it; 16 bytes. */
  readonly streamEntity: () => Uint8Array | null;
}

interface ReadyRow {
  id: string;
  event: string | null;
  issuer: string;
  counterpart: string;
  state: string;
  jws: string;
  countersignature: string | null;
  openings: Buffer | null;
  openings_key: Buffer | null;
}

/**
 * Closes a slot: puts whatever is countersigned or one-sided under one root, or a random root where there is nothing, and signs
 * the one transaction that carries it. All of it is one commit; only what is committed is ever sent.
 *
 * @param firstInput the output to begin the chain with, used only where the member has not signed before
 * @returns how many statements the slot holds, or null where the slot was closed before or nothing can be spent yet
 */
export async function closeSlot(
  context: ClosingContext,
  slot: number,
  firstInput: Spendable | null,
): Promise<number | null> {
  const streamEntity = context.streamEntity();
  if (streamEntity === null) return null;
  return context.store.transaction(async (tx) => {
    const { chain, version } = await readSlotChain(tx);
    const input = chain.tip ?? firstInput;
    if (!mayClose(chain, slot) || input === null) return null;
    const ready = await takeReady(tx, slot, context.iatOf(slot));
    const tree = buildSlotTree(
      ready.map((row) => statementLeaf(row.jws, row.countersignature, context.sha256)),
      (length) => randomBytes(length),
      context.sha256,
    );
    const signed = signSlot(context, streamEntity, { type: 'SlotSigned', slot, root: tree.root, input });
    await writeSlotEvent(context.store, tx, evolveSlotChain(chain, signed), version, signed);
    await context.store.append(tx, recordedEvents(context.organisation, slot, ready, tree));
    return ready.length;
  });
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

/** Null where they were erased. */
function openingsOf({ openings, openings_key: key }: ReadyRow): SealedBytes | null {
  return openings === null || key === null ? null : { ciphertext: openings, key };
}

/** Closing may come late: what was signed in a later slot than this one waits for that one. */
async function takeReady(tx: Tx, slot: number, iat: number): Promise<ReadyRow[]> {
  const [rows] = await tx.query<[ReadyRow[], number]>(
    `UPDATE statement SET slot = $1
     WHERE id IN (
       SELECT id FROM statement
       WHERE slot IS NULL AND state IN ('countersigned', 'one-sided') AND iat <= $2
       ORDER BY id FOR UPDATE
     )
     RETURNING id, event, issuer, counterpart, state, jws, countersignature, openings, openings_key`,
    [slot, iat],
  );
  return rows;
}

function recordedEvents(by: string, slot: number, ready: readonly ReadyRow[], tree: SlotTree): NewEvent[] {
  const groups = splitAttached(
    ready.map((row, at) => {
      const { index, path } = tree.leaves[at]!;
      const attached = encodeRecording({ ...row, path, openings: openingsOf(row) });
      const { event, id: statement, issuer, counterpart } = row;
      return { entry: { event, statement, issuer, counterpart, index }, attached };
    }),
  );
  return groups.map(({ entries, attachment }, at) => ({
    stream: `recorded-${slot}-${at}`,
    expectedVersion: 0,
    type: eventType('StatementsRecorded', 2),
    data: { by, slot, root: encodeHex(tree.root), entries },
    attachment,
  }));
}
