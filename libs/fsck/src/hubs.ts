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

/** A log that was read from its first entry on. */
interface ReadLog {
  readonly zone: string;
  readonly items: readonly LoggedItem[];
}

/**
 * Reads the logs that hubs serve: the entries have the root of the checkpoint, there is one item of a member for a slot, and as far as they all
 * are, hubs and zones have the same items in the same places.
 */
export async function checkHubs(
  hubs: readonly HubAccess[],
  zones: readonly ReadLog[],
  charter: Charter,
  findings: Findings,
): Promise<void> {
  const logs: ReadLog[] = [];
  for (const hub of hubs) {
    findings.look(hub.id, 'hub-log');
    findings.look(hub.id, 'ledger-item');
    logs.push({ zone: hub.id, items: await readHubLog(hub, charter, findings) });
  }
  const [longest] = [...logs, ...zones].toSorted((a, b) => b.items.length - a.items.length);
  if (longest === undefined) return;
  for (const { zone, items } of [...logs, ...zones]) {
    if (zone === longest.zone) continue;
    const at = items.findIndex((item, place) => !isSame(item, longest.items[place]));
    if (at < 0) continue;
    const subject = `leaf ${items[at]!.leaf}`;
    findings.add({ zone, rule: 'hub-log', subject, detail: `is another one than in ${longest.zone}` });
  }
}

function isSame(a: LoggedItem, b: LoggedItem | undefined): boolean {
  return (
    b !== undefined && a.member === b.member && a.slot === b.slot && a.root === b.root && a.leaf === b.leaf
  );
}

async function readHubLog(hub: HubAccess, charter: Charter, findings: Findings): Promise<LoggedItem[]> {
  const broken = (rule: 'hub-log' | 'ledger-item') => (subject: string, detail: string) =>
    findings.add({ zone: hub.id, rule, subject, detail });
  const source = new HttpLogSource(hub.logUrl);
  const reading = new LogReading(charter, broken('ledger-item'));
  const items: LoggedItem[] = [];
  try {
    const head = await headOf(source);
    if (head === null) return [];
    for (const bundle of entryBundlesOf(0, head.size)) {
      for (const entry of await source.entries(bundle)) {
        const { item } = reading.take(entry);
        if (item !== null) items.push(item);
      }
    }
    const root = reading.range.root();
    if (!equalBytes(root, head.root)) {
      broken('hub-log')(
        `checkpoint of size ${head.size}`,
        `the entries have the root ${encodeHex(root)}, not ${encodeHex(head.root)}`,
      );
    }
  } catch (error) {
    if (!(error instanceof LogStoreError)) throw error;
    if (error.code === 'unreachable') throw new FsckError('unreachable', error.message, { cause: error });
    broken('hub-log')('log', error.message);
  }
  return items;
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
