import { formatDecision, parseNote } from '@besure/governance';
import {
  type CheckpointBody,
  formatCheckpoint,
  parseRightsEntry,
  readRightsItem,
  utf8Decode,
} from '@besure/protocol';
import { Board } from '../../libs/verification/src/contract/board.ts';
import { Network } from '../../libs/verification/src/contract/network.ts';
import { nodePrimitives } from '../../libs/verification/src/contract/node-primitives.ts';
import { readDecision } from './check-decision.ts';
import type { ExpectedError, Vector } from './vector.ts';

// What two of three decided about beta, and a proposal about it on which nobody has voted, under a checkpoint of a hub and a witness.

const { charter } = new Network({ hubs: 2, witnesses: ['alpha'], quorum: { hubs: 1, witnesses: 1 } });
const TIME = 1_795_341_000;
const T = TIME + 1_000;
const board = new Board(charter, TIME)
  .found()
  .decide({ kind: 'suspend-organisation', organisation: 'beta' }, 12, 'exchange');
const { network } = board;
const accepted = idIn(board.entries[1]!);
const question = board.note({
  ...{ kind: 'proposal', network, state: 1, member: 'alpha', expires: 100, minute: null },
  change: { kind: 'remove-organisation', organisation: 'beta' },
});
const open = parseNote(question, nodePrimitives.sha256).id;
const entries = board.put('note', question, 13).entries;
const signers = { 'hub-1': T, 'archive of alpha': T + 5 };
const quorate = board.lines(signers);

function idIn(entry: Uint8Array): string {
  const { content } = readRightsItem(parseRightsEntry(entry).item);
  return parseNote(utf8Decode(content), nodePrimitives.sha256).id;
}

interface Other {
  readonly proposal?: string;
  readonly lines?: readonly string[];
  readonly entries?: readonly Uint8Array[];
  readonly head?: CheckpointBody;
}

function textOf(other: Other = {}): string {
  const { lines = quorate, head = board.head() } = other;
  const checkpoint = formatCheckpoint(head, lines);
  return formatDecision({ proposal: accepted, entries, ...other, checkpoint });
}

function signedAnew(those: readonly Uint8Array[]): Other {
  const head = board.head(those);
  return { entries: those, head, lines: board.lines(signers, head) };
}

function valid(name: string, comment: string, text: string): Vector {
  const input = { comment, text, network };
  return { format: 'decision', kind: 'valid', name, content: { ...input, ...readDecision(input) } };
}

function invalid(name: string, comment: string, code: string, text: string, other = network): Vector {
  const error: ExpectedError = { code: `decision-${code}` };
  return { format: 'decision', kind: 'invalid', name, content: { comment, text, network: other, error } };
}

/** Decision files, right ones and wrong ones. */
export function decisions(): Vector[] {
  const good = textOf();
  const [log, hub, witness] = quorate as [string, string, string];
  const proofs = board.head(entries, charter.log.origin);
  return [
    valid('accepted', 'Two of three suspend beta; a quorum confirms the log.', good),
    valid('last-entry', 'The log ends with the vote that decided.', textOf(signedAnew(entries.slice(0, 4)))),
    valid('open', 'A proposal on which nobody has voted.', textOf({ proposal: open })),
    valid(
      'line-unknown',
      'Of a line of somebody whom the charter does not know nothing is said, as in every checkpoint.',
      textOf({ lines: [...quorate, ...board.lines({ 'archive of nobody': T })] }),
    ),
    invalid(
      'proposal-unknown',
      'A proposal that the log lacks.',
      'unknown',
      textOf({ ...signedAnew(entries.slice(0, 4)), proposal: open }),
    ),
    invalid(
      'entry-missing',
      'The vote that decided is missing.',
      'malformed',
      textOf({ entries: entries.toSpliced(3, 1) }),
    ),
    invalid(
      'entry-more',
      'One entry more than the checkpoint covers.',
      'malformed',
      textOf({ entries: [...entries, board.entry('note', 'no note', 20)] }),
    ),
    invalid(
      'entries-swapped',
      'The votes in another order.',
      'malformed',
      textOf({ entries: entries.with(2, entries[3]!).with(3, entries[2]!) }),
    ),
    invalid('other-network', 'It is of another network.', 'malformed', good, '00'.repeat(32)),
    invalid(
      'not-founded',
      'The first charter is missing.',
      'malformed',
      textOf(signedAnew(entries.slice(1))),
    ),
    invalid('no-witness', 'No witness has signed.', 'not-confirmed', textOf({ lines: [log, hub] })),
    invalid('no-hub', 'No hub has cosigned.', 'not-confirmed', textOf({ lines: [log, witness] })),
    invalid(
      'not-as-log',
      'No hub has signed as the log.',
      'not-confirmed',
      textOf({ lines: [hub, witness] }),
    ),
    invalid(
      'other-log',
      'A checkpoint of the log of proofs.',
      'not-confirmed',
      textOf({ head: proofs, lines: board.lines(signers, proofs) }),
    ),
    invalid(
      'not-a-checkpoint',
      'In the place of the checkpoint a text.',
      'malformed',
      good.replace(/"checkpoint": ".*"/, '"checkpoint": "no checkpoint"'),
    ),
    invalid('format', 'Of another version.', 'malformed', good.replace('decision-v1', 'decision-v2')),
    invalid(
      'proposal-form',
      'The identity of the proposal is too short.',
      'malformed',
      good.replace(accepted, accepted.slice(1)),
    ),
    invalid('laid-out', 'Laid out otherwise.', 'malformed', good.replace('"entries": [', '"entries":[')),
    invalid(
      'member-unknown',
      'An unknown member.',
      'malformed',
      good.replace('"entries"', '"note": 1,\n  "entries"'),
    ),
    invalid(
      'entry-not-base64',
      'An entry with a character that base64 lacks.',
      'malformed',
      good.replace(/"QlNS.{4}/, (text) => `${text.slice(0, -1)}!`),
    ),
  ];
}
