import { formatCharter, replay } from '@besure/governance';
import type { CheckpointBody } from '@besure/protocol';
import { Board } from '../../libs/verification/src/contract/board.ts';
import { Network } from '../../libs/verification/src/contract/network.ts';
import { nodePrimitives } from '../../libs/verification/src/contract/node-primitives.ts';
import type { ExpectedError, Vector } from './vector.ts';

// A log of rights under checkpoints of its two hubs and a witness, of which a hub and the witness are the quorum.

const { charter } = new Network({ hubs: 2, witnesses: ['alpha'], quorum: { hubs: 1, witnesses: 1 } });
const TIME = 1_795_341_000;
const board = new Board(charter, TIME)
  .found()
  .decide({ kind: 'suspend-organisation', organisation: 'beta' }, 12, 'exchange');
const { network, entries } = board;
const founded = entries[0]!;

const T = TIME + 1_000;
const body = board.head();
const quorate = board.lines({ 'hub-1': T, 'archive of alpha': T + 5 });

function fileOf(
  lines: readonly string[] = quorate,
  those: readonly Uint8Array[] = entries,
  head = board.head(those),
  name = network,
): string {
  return board.trust({ network: name, lines, entries: those, head });
}

/** Of a hub the line as the log and its own, and the line of the witness. */
function linesOn(of: CheckpointBody): string[] {
  return board.lines({ 'hub-1': T, 'archive of alpha': T }, of);
}

function valid(
  name: string,
  comment: string,
  text: string,
  confirmed: number,
  those: readonly Uint8Array[] = entries,
): Vector {
  const { state } = replay(null, those, nodePrimitives, network);
  return {
    format: 'trust-log',
    kind: 'valid',
    name,
    content: { comment, text, network, confirmed, charter: formatCharter(state!.charter) },
  };
}

function invalid(name: string, comment: string, error: ExpectedError, text: string): Vector {
  return { format: 'trust-log', kind: 'invalid', name, content: { comment, text, error } };
}

const MALFORMED = { code: 'trust-malformed' };
const UNCONFIRMED = { code: 'trust-not-confirmed' };
const good = fileOf();

/** Trust files of version 1, right ones and wrong ones. */
export function trustLogs(): Vector[] {
  const first = board.head([founded]);
  const other = board.head(entries, charter.log.origin);
  const [log, hub, witness] = quorate as [string, string, string];
  const [secondLog, secondHub] = board.lines({ 'hub-2': T + 90 }) as [string, string];
  const [ofTheOther] = board.lines({ 'hub-1': T }, body, charter.log.origin);
  return [
    valid('decided', 'A log in which two of three suspend beta; a quorum confirms it.', good, T),
    valid('first-charter', 'A log that holds the first charter only.', fileOf(linesOn(first), [founded]), T, [
      founded,
    ]),
    valid(
      'more-lines',
      'Both hubs have signed: all lines count, and the time is the latest of which a hub and the witness speak.',
      fileOf([log, secondLog, hub, secondHub, witness]),
      T + 5,
    ),
    valid(
      'signed-anew',
      'A hub and the witness have signed the same log again, months later: nothing was missing by then.',
      fileOf(board.lines({ 'hub-1': T + 9_000_060, 'hub-2': T, 'archive of alpha': T + 9_000_000 })),
      T + 9_000_000,
    ),
    valid(
      'signed-anew-by-hubs-alone',
      'Both hubs have signed again, the witness has not: fewer than a quorum say nothing about later.',
      fileOf(board.lines({ 'hub-1': T + 9_000_000, 'hub-2': T + 9_000_060, 'archive of alpha': T + 5 })),
      T + 5,
    ),
    valid('refused-entry', 'An entry that changes nothing belongs to the log.', ...withRefused()),
    invalid(
      'entry-missing',
      'The last entry is missing.',
      MALFORMED,
      fileOf(quorate, entries.slice(0, -1), body),
    ),
    invalid(
      'entry-more',
      'One entry more than the checkpoint covers.',
      MALFORMED,
      fileOf(quorate, [...entries, board.entry('note', 'no note', 20)], body),
    ),
    invalid(
      'entries-swapped',
      'The votes in another order.',
      MALFORMED,
      fileOf(quorate, entries.with(2, entries[3]!).with(3, entries[2]!), body),
    ),
    invalid(
      'other-network',
      'It is named for another network.',
      MALFORMED,
      fileOf(quorate, entries, body, '00'.repeat(32)),
    ),
    invalid('nothing', 'A log without entries.', MALFORMED, emptyLog()),
    invalid(
      'not-founded',
      'The first charter is missing, and the checkpoint is of what is left.',
      MALFORMED,
      signedAnew(entries.slice(1)),
    ),
    invalid(
      'height-falls',
      'An entry below the one before it.',
      MALFORMED,
      signedAnew([...entries, board.entry('note', 'no note', 5)]),
    ),
    invalid('no-witness', 'No witness has signed.', UNCONFIRMED, fileOf([log, hub])),
    invalid('no-hub', 'No hub has cosigned.', UNCONFIRMED, fileOf([log, witness])),
    invalid('not-as-log', 'No hub has signed as the log.', UNCONFIRMED, fileOf([hub, witness])),
    invalid(
      'log-key-of-the-other-log',
      'The line as the log bears the origin of the other log.',
      UNCONFIRMED,
      fileOf([ofTheOther!, hub, witness]),
    ),
    invalid(
      'other-log',
      'A checkpoint of the log of proofs.',
      UNCONFIRMED,
      fileOf(linesOn(other), entries, other),
    ),
    invalid(
      'line-unknown',
      'A line of somebody whom the charter does not know.',
      MALFORMED,
      fileOf([...quorate, ...board.lines({ 'archive of nobody': T })]),
    ),
    invalid('line-twice', 'A line twice.', MALFORMED, fileOf([log, hub, witness, witness])),
    invalid('lines-swapped', 'The witness before the hub.', MALFORMED, fileOf([log, witness, hub])),
    invalid(
      'line-damaged',
      'A second hub’s line does not verify.',
      MALFORMED,
      fileOf([log, hub, board.lines({ 'hub-2': T }, first)[1]!, witness]),
    ),
    invalid(
      'not-a-checkpoint',
      'In the place of the checkpoint a text.',
      MALFORMED,
      good.replace(/"checkpoint": ".*"/, '"checkpoint": "no checkpoint"'),
    ),
    invalid('laid-out', 'Laid out otherwise.', MALFORMED, good.replace('"entries": [', '"entries":[')),
    invalid(
      'member-unknown',
      'An unknown member.',
      MALFORMED,
      good.replace('"entries"', '"note": 1,\n  "entries"'),
    ),
    invalid(
      'network-form',
      'The network in upper case.',
      MALFORMED,
      good.replace(network, network.toUpperCase()),
    ),
    invalid(
      'entry-not-base64',
      'An entry without its padding, or with a character that base64 lacks.',
      MALFORMED,
      good.replace(/"QlNS.{4}/, (text) => `${text.slice(0, -1)}!`),
    ),
  ];
}

function signedAnew(those: readonly Uint8Array[]): string {
  return fileOf(linesOn(board.head(those)), those);
}

function emptyLog(): string {
  return signedAnew([]);
}

function withRefused(): [text: string, confirmed: number, entries: readonly Uint8Array[]] {
  const those = [...entries, board.entry('note', 'no note', 20)];
  return [signedAnew(those), T, those];
}
