import { stateDigest } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { FolderLog, type FollowedRights } from '@besure/log-store';
import { encodeBase64 } from '@besure/protocol';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { noArguments, parseOptions, required } from '../parse-options.js';
import { replayed } from './followed.js';
import { fingerprint } from './verb.js';

/** `verify`: replays a mirror of the log of rights; needs no network and nothing that runs. */
export const verifyLog: Command = {
  usage: ['rights verify --log DIR --genesis HASH [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      log: { type: 'string' },
      genesis: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    noArguments(positionals);
    const folder = required(values.log, 'log');
    const report = reportOf(
      await replayed(new FolderLog(folder), fingerprint(required(values.genesis, 'genesis'))),
    );
    io.out(values.json ? `${JSON.stringify(report, null, 2)}\n` : forPeople(report));
    return EXIT.ok;
  },
};

interface RightsReport {
  readonly network: string;
  readonly size: number;
  readonly root: string;
  readonly height: number;
  readonly version: number;
  /** SHA-256 of the state, as hubs show it. */
  readonly digest: string;
  readonly members: readonly { readonly id: string; readonly from: number; readonly until: number | null }[];
  readonly proposals: Readonly<Record<string, number>>;
  /** How many entries changed nothing. */
  readonly refused: number;
}

function reportOf({ state, size, root, outcomes }: FollowedRights): RightsReport {
  const { network, height, version, charter, proposals } = state;
  const byStatus = Map.groupBy(proposals, ({ status }) => status);
  return {
    network,
    size,
    root: encodeBase64(root),
    height,
    version,
    digest: stateDigest(state, nodePrimitives.sha256),
    members: charter.organisations.map(({ id, from, until }) => ({ id, from, until })),
    proposals: Object.fromEntries([...byStatus].map(([status, those]) => [status, those.length])),
    refused: outcomes.filter((outcome) => 'refused' in outcome).length,
  };
}

function forPeople(report: RightsReport): string {
  const { network, size, root, height, version, digest, members, proposals, refused } = report;
  const counts = Object.entries(proposals).map(([status, count]) => `${count} ${status}`);
  const lines = [
    `network ${network}`,
    `${size} entries up to height ${height}, ${refused} of them change nothing; root ${root}`,
    `state ${version}, digest ${digest}`,
    `proposals: ${counts.join(', ') || 'none'}`,
    ...members.map(
      ({ id, from, until }) => `  ${id}, from ${from}${until === null ? '' : ` until ${until}`}`,
    ),
    'a quorum has signed the log, and every decision was replayed',
  ];
  return `${lines.join('\n')}\n`;
}
