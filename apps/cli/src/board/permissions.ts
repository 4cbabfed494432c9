import { type Charter, expectedRights, type LedgerRight, ledgerAddressesOf } from '@besure/governance';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { noArguments, parseOptions } from '../parse-options.js';
import type { Permissions, PermissionDifference } from './hub-answers.js';
import { LOOK_OPTIONS, print } from './look.js';
import { hubAt } from './verb.js';

/** `permissions`: what the ledger permits, what the charter gives, and where these differ, which is what the exit status says. */
export const permissions: Command = {
  usage: ['rights permissions [--url URL] [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, LOOK_OPTIONS);
    noArguments(positionals);
    const hub = await hubAt(values.url);
    const [found, charter] = await Promise.all([hub.permissions(), hub.charter()]);
    print(io, values.json, found, () => permissionsText(found, charter));
    return found.differences.length === 0 ? EXIT.ok : EXIT.failed;
  },
};

function permissionsText(
  { height, permissions: all, streams, differences }: Permissions,
  charter: Charter,
): string[] {
  const next = height + 1;
  const permitted = all.filter(({ startBlock, endBlock }) => startBlock <= next && endBlock > next);
  const isPermitted = new Set(permitted.map(textOf));
  const given = expectedRights(charter, next);
  const isGiven = new Set(given.map(textOf));
  const missing = given.filter((right) => !isPermitted.has(textOf(right)));
  const mark = (right: LedgerRight): string => {
    if (!isPermitted.has(textOf(right))) return `${rightText(right)} (not permitted)`;
    return isGiven.has(textOf(right)) ? rightText(right) : `${rightText(right)} (not by the charter)`;
  };
  const byAddress = Map.groupBy([...permitted, ...missing], ({ address }) => address);
  return [
    `at height ${height} the ledger permits, and the charter gives where nothing else is said:`,
    ...[...byAddress].map(
      ([address, rights]) => `  ${address}  ${holderOf(address, charter)}: ${rights.map(mark).join(', ')}`,
    ),
    ...streams.map(
      ({ name, restrictsWrite }) =>
        `stream ${name}: ${restrictsWrite ? 'only who has the right may write' : 'everyone may write'}`,
    ),
    ...(differences.length === 0
      ? ['nothing differs from what the charter says']
      : [
          'what differs from what the charter says:',
          ...differences.map((one) => `  ${differenceText(one, charter)}`),
        ]),
  ];
}

function differenceText(one: PermissionDifference, charter: Charter): string {
  switch (one.kind) {
    case 'missing':
      return `missing: ${rightText(one)} of ${one.address}, ${holderOf(one.address, charter)}`;
    case 'surplus':
      return `surplus: ${rightText(one)} of ${one.address}, ${holderOf(one.address, charter)}`;
    case 'no-stream':
      return `no-stream: ${one.stream} is not there`;
    case 'open-stream':
      return `open-stream: everyone may write to ${one.stream}`;
  }
}

function rightText({ stream, type }: Pick<LedgerRight, 'stream' | 'type'>): string {
  return stream === null ? type : `${stream}.${type}`;
}

function textOf(right: LedgerRight): string {
  return `${right.address} ${rightText(right)}`;
}

/** Whose address it is, or was. Hubs may share a node. */
function holderOf(address: string, { organisations, hubs }: Charter): string {
  const holders = [
    ...organisations.filter((member) => ledgerAddressesOf(member).includes(address)),
    ...hubs.filter(({ nodeAddress }) => nodeAddress === address),
  ];
  return holders.map(({ id }) => id).join(' and ') || 'nobody of the charter';
}
