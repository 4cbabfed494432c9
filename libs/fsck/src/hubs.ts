import type { Charter } from '@besure/governance';
import { HttpLogSource, LogStoreError } from '@besure/log-store';
import { encodeHex, entryBundlesOf, equalBytes, parseCheckpoint, type TreeHead } from '@besure/protocol';
import { FsckError } from './error.js';
import { type LoggedItem, LogReading } from './log-check.js';
import type { Findings } from './report.js';

/** A hub, by what it publishes. */
export interface HubAccess {
  readonly id: string;
  /** The prefix of its ledger log: what stands before `/checkpoint`. */
  readonly logUrl: string;
}

/** A log that was read from its first entry on, by a hub or an organisation. */
export interface ReadLog {
  readonly zone: string;
  readonly items: readonly LoggedItem[];
  /** Whether it has the roots that were signed. */
  readonly isSound: boolean;
}

/** Reads the logs that hubs serve: the entries have the root of the checkpoint, and there is one item of a member for a slot. */
export async function readHubs(
  hubs: readonly HubAccess[],
  charter: Charter,
  findings: Findings,
): Promise<ReadLog[]> {
  const logs: ReadLog[] = [];
  for (const hub of hubs) {
    findings.look(hub.id, 'hub-log');
    findings.look(hub.id, 'ledger-item');
    logs.push(await readHubLog(hub, charter, findings));
  }
  return logs;
}

/**
 * As far as they all are, hubs and organisations have the same items in the same places: those that follow from the ledger, or where nobody can read
 * that, those of the longest log that has the roots that were signed.
 *
 * @param ledger read last: whoever has more than it has what is not in it
 */
export function compareLogs(logs: readonly ReadLog[], ledger: ReadLog | null, findings: Findings): void {
  const [longest] = logs.toSorted(
    (a, b) => Number(b.isSound) - Number(a.isSound) || b.items.length - a.items.length,
  );
  const reference = ledger ?? longest;
  if (reference === undefined) return;
  for (const { zone, items } of logs) {
    const common = ledger === null ? Math.min(items.length, reference.items.length) : items.length;
    const at = items.findIndex((item, place) => place < common && !isSame(item, reference.items[place]));
    if (at < 0) continue;
    const subject = `leaf ${items[at]!.leaf}`;
    findings.add({ zone, rule: 'hub-log', subject, detail: `is not the one of ${reference.zone}` });
  }
}

function isSame(a: LoggedItem, b: LoggedItem | undefined): boolean {
  return (
    b !== undefined && a.member === b.member && a.slot === b.slot && a.root === b.root && a.leaf === b.leaf
  );
}

async function readHubLog(hub: HubAccess, charter: Charter, findings: Findings): Promise<ReadLog> {
  let isSound = true;
  const wrong = (subject: string, detail: string): void => {
    isSound = false;
    findings.add({ zone: hub.id, rule: 'hub-log', subject, detail });
  };
  const source = new HttpLogSource(hub.logUrl);
  const reading = new LogReading(charter, (subject, detail) =>
    findings.add({ zone: hub.id, rule: 'ledger-item', subject, detail }),
  );
  const items: LoggedItem[] = [];
  try {
    const head = await headOf(source);
    for (const bundle of entryBundlesOf(0, head?.size ?? 0)) {
      for (const entry of await source.entries(bundle)) {
        const { item } = reading.take(entry);
        if (item !== null) items.push(item);
      }
    }
    const root = reading.range.root();
    if (head !== null && !equalBytes(root, head.root)) {
      const detail = `the entries have the root ${encodeHex(root)}, not ${encodeHex(head.root)}`;
      wrong(`checkpoint of size ${head.size}`, detail);
    }
  } catch (error) {
    if (!(error instanceof LogStoreError)) throw error;
    if (error.code === 'unreachable') throw new FsckError('unreachable', error.message, { cause: error });
    wrong('log', error.message);
  }
  return { zone: hub.id, items, isSound };
}

/** Null while a hub has no checkpoint. */
async function headOf(source: HttpLogSource): Promise<TreeHead | null> {
  try {
    return parseCheckpoint(await source.checkpoint());
  } catch (error) {
    if (error instanceof LogStoreError && error.code === 'no-checkpoint') return null;
    throw error;
  }
}
