import { START } from '../../libs/verification/src/contract/network.ts';
import {
  GUILTY,
  HONEST,
  ledger,
  lengthened,
  rewritten,
  shortened,
  swapped,
  T,
} from '../make-vectors/accusation-scene.ts';
import type { SignedLog } from '../make-vectors/signed-log.ts';
import type { ShownLog } from './log-server.ts';

type Times = Readonly<Record<string, number>>;
/** What a hub shows: which log, who has signed it when, and at which size. */
export type Show = readonly [log: SignedLog, times: Times, size?: number];

/** What that looks like over HTTP. */
export function shownLog([log, times, size = log.entries.length]: Show): ShownLog {
  return { note: log.exhibit(times, { size }).note, entries: log.entries };
}

/** Each kind of lie: what was seen before, and what hub-1 shows then. */
export const LYING: readonly (readonly [lie: string, before: Show, then: Show])[] = [
  ['two-logs', [ledger, GUILTY], [rewritten, GUILTY]],
  ['rewrites', [ledger, GUILTY, 3], [rewritten, GUILTY]],
  ['invents', [ledger, HONEST], [lengthened, GUILTY]],
  ['invents', [ledger, HONEST], [rewritten, GUILTY]],
  ['omits', [ledger, HONEST], [shortened, GUILTY]],
  ['reorders', [ledger, HONEST], [swapped, GUILTY]],
  ['undue-size', [ledger, HONEST], [ledger, GUILTY, 2]],
  ['undue-size', [ledger, HONEST], [ledger, GUILTY, 4]],
  ['replays', [ledger, GUILTY], [ledger, { 'hub-1': T + 1 }, 3]],
  ['backdates', [ledger, HONEST, 3], [ledger, { 'hub-1': START / 1000 + 900 - 18_601 }]],
];
