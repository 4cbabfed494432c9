import { type Charter, leafRuleOf } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { type BlockAt, LedgerLog, LedgerLogError } from '@besure/ledger-log';
import { parseBlock } from '@besure/ledger-tx';
import { FsckError } from './error.js';
import type { ReadLog } from './hubs.js';
import { type LoggedItem, LogReading } from './log-check.js';

/** A node of the ledger, for who has one. */
export interface LedgerBlocks {
  /** The height of the last block. */
  blockCount(): Promise<number>;
  rawBlock(height: number): Promise<Uint8Array>;
}

/** The name of the ledger among the zones. */
export const LEDGER = 'ledger';

const { sha256 } = nodePrimitives;
const BLOCKS_AT_A_TIME = 16;

/** Derives the ledger log from the first block to the last final one, as every hub has to. */
export async function readLedger(ledger: LedgerBlocks, charter: Charter): Promise<ReadLog> {
  const log = new LedgerLog(leafRuleOf(charter), sha256);
  // The rule itself sees to it that no slot has two.
  const reading = new LogReading(charter, () => undefined);
  const items: LoggedItem[] = [];
  try {
    const last = (await ledger.blockCount()) - charter.ledger.finalDepth;
    for (let from = 0; from <= last; from += BLOCKS_AT_A_TIME) {
      const count = Math.min(BLOCKS_AT_A_TIME, last + 1 - from);
      const blocks = await Promise.all(Array.from({ length: count }, (_, at) => blockAt(ledger, from + at)));
      for (const { entry } of log.take(blocks).blocks.flatMap(({ leaves }) => leaves)) {
        const { item } = reading.take(entry);
        if (item !== null) items.push(item);
      }
    }
  } catch (cause) {
    const why = cause instanceof LedgerLogError ? 'changed what is final' : 'does not answer';
    throw new FsckError('unreachable', `the ledger ${why}`, { cause });
  }
  return { zone: LEDGER, items, isSound: true };
}

async function blockAt(ledger: LedgerBlocks, height: number): Promise<BlockAt> {
  return { height, block: parseBlock(await ledger.rawBlock(height), sha256) };
}
