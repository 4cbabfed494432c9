import type { Accusation, Lie } from '@besure/audit';
import { utf8Encode } from '@besure/protocol';
import { formatTrust, trustOf } from '@besure/governance';
import { Network, START } from '../../libs/verification/src/contract/network.ts';
import { type LoggedItem, SignedLog } from './signed-log.ts';

// A ledger, logs that differ from it, and hubs that sign the one or the others.

export const network = new Network({
  hubs: 4,
  operators: ['One', 'Two', 'One', 'Three'],
  witnesses: ['alpha'],
  quorum: 2,
  alter: (charter) => ({ ...charter, log: { ...charter.log, checkpointEvery: 4 } }),
});
export const ACCUSED = 'hub-1.example/witness';
export const WITNESS = 'archive.alpha.example';

/** What the ledger holds: blocks 10 to 20, of which every fourth height is that of a checkpoint. */
const ITEMS: readonly LoggedItem[] = [
  { by: 'alpha', slot: 1001, height: 10 },
  { by: 'beta', slot: 1001, height: 12 },
  { by: 'exchange', slot: 1001, height: 12 },
  { by: 'alpha', slot: 1002, height: 13 },
  { by: 'beta', slot: 1002, height: 15 },
  { by: 'exchange', slot: 1002, height: 17 },
  { by: 'alpha', slot: 1003, height: 20 },
];
const INVENTED: LoggedItem = { by: 'alpha', slot: 1009, height: 12, mark: ' invented' };
const [first, second, third, ...rest] = ITEMS as [LoggedItem, LoggedItem, LoggedItem, ...LoggedItem[]];

export const ledger = new SignedLog(network, ITEMS);
export const swapped = new SignedLog(network, [first, third, second, ...rest]);
export const shortened = new SignedLog(network, [first, third, ...rest]);
export const lengthened = new SignedLog(network, [first, second, third, INVENTED, ...rest]);
export const rewritten = new SignedLog(network, [first, { ...second, mark: ' rewritten' }, third, ...rest]);
/** The ledger's log, with something at its end that is no entry. */
export const nonsense = new SignedLog(network, ITEMS, [utf8Encode('no entry of any ledger')]);

/** Some time after the slots of these items. */
export const T = START / 1000 + 4 * 300;
export const HONEST = { 'hub-2': T, 'hub-4': T };
export const GUILTY = { 'hub-1': T };
export const GUILTY_WITNESS = { 'hub-2': T, 'archive of alpha': T };

/** A trust file under which these run the hubs. */
export function trustWithOperators(operators: readonly string[]): string {
  const hubs = network.charter.hubs.map((hub, i) => ({ ...hub, operator: operators[i] ?? hub.operator }));
  return formatTrust(trustOf({ ...network.charter, hubs }));
}

/** A trust file under which the keys of the accused had ended before it signed. */
export const endedTrust: string = formatTrust(
  trustOf({
    ...network.charter,
    hubs: network.charter.hubs.map((hub) =>
      hub.name === ACCUSED ? { ...hub, keys: hub.keys.map((keys) => ({ ...keys, until: T })) } : hub,
    ),
  }),
);

/** An accusation before it is a text. */
export interface AccusationCase {
  readonly name: string;
  readonly comment: string;
  readonly accused: string;
  readonly lie: Lie;
  readonly signed: Accusation['signed'];
  readonly against: Accusation['against'];
}
