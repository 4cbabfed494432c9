import { randomBytes } from 'node:crypto';
import { type EventStore, type NewEvent, type Tx, eventType } from '@besure/event-store';
import type { LedgerSigner } from '@besure/keys';
import { buildItemTransaction } from '@besure/ledger-tx';
import {
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
import type { FreshStatements, StatementBytes } from './fresh-statements.js';
import { type SlotSigned, type Spendable, evolveSlotChain, mayClose } from './slot-chain.js';
import { readSlotChain, writeSlotEvent } from './slot-rows.js';

/** What closing slots needs. */
export interface ClosingContext {
  readonly organisation: string;
  readonly store: EventStore;
  /** What was written here a moment ago. */
  readonly fresh: FreshStatements;
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
  countersignature: string | null;
  erased: boolean;
}

type ReadyStatement = Omit<ReadyRow, 'erased'> & StatementBytes;

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
    const ready = await takeReady(tx, context.fresh, slot, context.iatOf(slot));
    const tree = buildSlotTree(
      ready.map((row) => statementLeaf(row.jws, row.countersignature, context.sha256)),
      (length) => randomBytes(length),
      context.sha256,
    );
    const signed = signSlot(context, streamEntity, { type: 'SlotSigned', slot, root: tree.root, input });
    // Made before the first event is appended: from then on all other writers of the schema wait.
    const recorded = recordedEvents(context.organisation, slot, ready, tree);
    await writeSlotEvent(context.store, tx, evolveSlotChain(chain, signed), version, signed);
    await context.store.append(tx, recorded);
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

/** Closing may come late: what was signed in a later slot than this one waits for that one. */
async function takeReady(
  tx: Tx,
  fresh: FreshStatements,
  slot: number,
  iat: number,
): Promise<ReadyStatement[]> {
  const [rows] = await tx.query<[ReadyRow[], number]>(
    `UPDATE statement SET slot = $1
     WHERE id IN (
       SELECT id FROM statement
       WHERE slot IS NULL AND state IN ('countersigned', 'one-sided') AND iat <= $2
       ORDER BY id FOR UPDATE
     )
     RETURNING id, event, issuer, counterpart, countersignature, openings IS NULL OR openings_key IS NULL AS erased`,
    [slot, iat],
  );
  const bytes = await fresh.take(
    tx,
    rows.map((row) => row.id),
  );
  return rows.map(({ erased, ...row }) => {
    const { jws, openings } = bytes.get(row.id)!;
    return { ...row, jws, openings: erased ? null : openings };
  });
}

function recordedEvents(
  by: string,
  slot: number,
  ready: readonly ReadyStatement[],
  tree: SlotTree,
): NewEvent[] {
  const groups = splitAttached(
    ready.map((row, at) => {
      const { index, path } = tree.leaves[at]!;
      const attached = encodeRecording({ ...row, path });
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
