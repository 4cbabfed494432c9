import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Charter } from '@besure/governance';
import { memberByKeyHash } from '@besure/governance';
import { parseBlock, proofItemOf, streamEntity } from '@besure/ledger-tx';
import { ITEM_LENGTH, ITEM_MAGIC, decodeHex, encodeHex, parseItem } from '@besure/protocol';
import type { LedgerAccess } from '../ledger-access.js';
import type { Checks } from './report.js';

/** An item as anyone who reads the ledger finds it. */
export interface LedgerItem {
  readonly txid: string;
  /** The whole transaction, in hex. */
  readonly raw: string;
  readonly height: number;
  readonly publisher: string;
  readonly slot: number;
  readonly root: string;
}

/** Reads every block like a stranger with a node would, and takes out the proof items of members. */
export async function readLedger(
  ledger: LedgerAccess,
  charter: Charter,
  sha256: (data: Uint8Array) => Uint8Array,
): Promise<LedgerItem[]> {
  const entity = streamEntity(await ledger.streamCreation(charter.ledger.streams.proofs));
  const items: LedgerItem[] = [];
  const count = await ledger.blockCount();
  for (let height = 0; height <= count; height++) {
    const block = parseBlock(await ledger.rawBlock(height), sha256);
    for (const { raw, txid, transaction } of block.transactions) {
      const item = proofItemOf(transaction, entity, ITEM_LENGTH, ITEM_MAGIC, sha256);
      if ('skip' in item) continue;
      const member = memberByKeyHash(charter, item.keyHash, height);
      if (member === undefined) continue;
      const { slot, root } = parseItem(item.data);
      items.push({ txid, raw: encodeHex(raw), height, publisher: member.id, slot, root: encodeHex(root) });
    }
  }
  return items;
}

/** Writes each item's transaction to `folder` and checks what the ledger must not tell. */
export async function inspectLedger(
  items: readonly LedgerItem[],
  secrets: readonly string[],
  folder: string,
  checks: Checks,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const item of items) await writeFile(join(folder, `${item.txid}.hex`), `${item.raw}\n`);
  const slots = items.map((item) => `${item.publisher} ${item.slot}`);
  checks.add(
    'exactly one item per member and slot',
    items.length > 0 && new Set(slots).size === slots.length,
    `${items.length} items`,
  );
  const sizes = new Set(items.map((item) => item.raw.length / 2));
  checks.add(
    'a transaction has at most 400 bytes',
    Math.max(...sizes) <= 400,
    `${Math.max(0, ...sizes)} bytes`,
  );
  const all = items.map((item) => decodeHex(item.raw));
  const found = secrets.filter((secret) => all.some((bytes) => Buffer.from(bytes).includes(secret)));
  checks.add(
    'the ledger holds no name, identifier or digest',
    found.length === 0,
    `${secrets.length} looked for`,
  );
}
