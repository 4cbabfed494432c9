import {
  type Change,
  formatCharter,
  formatTrustLog,
  networkOf,
  type NoteContent,
  parseNote,
  prepareNote,
  replay,
} from '@besure/governance';
import {
  attachSignature,
  type CheckpointBody,
  CompactRange,
  encodeBase64url,
  encodeRightsEntry,
  encodeRightsItem,
  formatCheckpoint,
  leafHash,
  noteKey,
  signCheckpoint,
  utf8Encode,
} from '@besure/protocol';
import { sha256 } from '@noble/hashes/sha2.js';
import { testBytes } from '../../libs/protocol/test/material.ts';
import { hubOf, Network, sealOf, witnessOf } from '../../libs/verification/src/contract/network.ts';
import { nodePrimitives } from '../../libs/verification/src/contract/node-primitives.ts';
import type { ExpectedError, Vector } from './vector.ts';

// A log of rights under checkpoints of its two hubs and a witness, of which a hub and the witness are the quorum.

const { charter } = new Network({ hubs: 2, witnesses: ['alpha'], quorum: { hubs: 1, witnesses: 1 } });
const network = networkOf(charter, sha256);
const origin = `${charter.log.origin}/rights`;
const TIME = 1_795_341_000;
const suspension: Change = { kind: 'suspend-organisation', organisation: 'beta' };

function entry(height: number, kind: 'charter' | 'note', content: string): Uint8Array {
  const item = encodeRightsItem({ kind, content: utf8Encode(content) });
  return encodeRightsEntry({ publisher: testBytes('hub', 20), height, time: TIME + 10 * height, item });
}

function note(content: NoteContent): string {
  const seat = sealOf(`seat of ${content.member}`);
  const input = prepareNote(content, encodeBase64url(seat.publicKey));
  return attachSignature(input, seat.sign(utf8Encode(input)));
}

const proposal = note({
  kind: 'proposal',
  network,
  member: 'alpha',
  state: 0,
  expires: 100,
  minute: null,
  change: suspension,
});
const { id } = parseNote(proposal, sha256);
const votes = ['alpha', 'exchange'].map((member) =>
  note({ kind: 'vote', network, member, state: 0, proposal: id, number: 1, choice: 'for' }),
);
const founded = entry(10, 'charter', formatCharter(charter));
const entries = [founded, ...[proposal, ...votes].map((text, i) => entry(11 + i, 'note', text))];

function bodyOf(those: readonly Uint8Array[], name = origin): CheckpointBody {
  const range = new CompactRange(sha256);
  for (const one of those) range.append(leafHash(one, sha256));
  return { origin: name, size: range.size, root: range.root() };
}

/** A hub as the log: under the origin of the log of rights with the key that it has for the other one. */
function asLog(hub: string, body: CheckpointBody, name = body.origin): string {
  const { key, sign } = hubOf(hub, charter.log.origin, `${hub}.example/witness`).log[0]!;
  return signCheckpoint(noteKey('ml-dsa-44', name, key.publicKey, sha256), body, 0, sign);
}

function asHub(hub: string, body: CheckpointBody, time: number): string {
  const { key, sign } = hubOf(hub, charter.log.origin, `${hub}.example/witness`).witness[0]!;
  return signCheckpoint(key, body, time, sign);
}

function asWitness(who: string, body: CheckpointBody, time: number): string {
  const { key, sign } = witnessOf(who);
  return signCheckpoint(key, body, time, sign);
}

const T = TIME + 1_000;
const body = bodyOf(entries);
const quorate = [asLog('hub-1', body), asHub('hub-1', body, T), asWitness('alpha', body, T + 5)];

function fileOf(
  lines: readonly string[] = quorate,
  those: readonly Uint8Array[] = entries,
  of = bodyOf(those),
  name = network,
): string {
  return formatTrustLog({ network: name, checkpoint: formatCheckpoint(of, lines), entries: those });
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
  const first = bodyOf([founded]);
  const other = bodyOf(entries, charter.log.origin);
  const [log, hub, witness] = quorate as [string, string, string];
  return [
    valid('decided', 'A log in which two of three suspend beta; a quorum confirms it.', good, T + 5),
    valid(
      'first-charter',
      'A log that holds the first charter only.',
      fileOf([asLog('hub-1', first), asHub('hub-1', first, T), asWitness('alpha', first, T)], [founded]),
      T,
      [founded],
    ),
    valid(
      'more-lines',
      'Both hubs have signed: all lines count, and the time is when the quorum was reached.',
      fileOf([log, asLog('hub-2', body), hub, asHub('hub-2', body, T + 90), witness]),
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
      fileOf(quorate, [...entries, entry(20, 'note', proposal)], body),
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
      signedAnew([...entries, entry(5, 'note', proposal)]),
    ),
    invalid('no-witness', 'No witness has signed.', UNCONFIRMED, fileOf([log, hub])),
    invalid('no-hub', 'No hub has cosigned.', UNCONFIRMED, fileOf([log, witness])),
    invalid('not-as-log', 'No hub has signed as the log.', UNCONFIRMED, fileOf([hub, witness])),
    invalid(
      'log-key-of-the-other-log',
      'The line as the log bears the origin of the other log.',
      UNCONFIRMED,
      fileOf([asLog('hub-1', body, charter.log.origin), hub, witness]),
    ),
    invalid(
      'other-log',
      'A checkpoint of the log of proofs.',
      UNCONFIRMED,
      fileOf([asLog('hub-1', other), asHub('hub-1', other, T), asWitness('alpha', other, T)], entries, other),
    ),
    invalid(
      'line-unknown',
      'A line of somebody whom the charter does not know.',
      MALFORMED,
      fileOf([...quorate, asWitness('nobody', body, T)]),
    ),
    invalid('line-twice', 'A line twice.', MALFORMED, fileOf([log, hub, witness, witness])),
    invalid('lines-swapped', 'The witness before the hub.', MALFORMED, fileOf([log, witness, hub])),
    invalid(
      'line-damaged',
      'A second hub’s line does not verify.',
      MALFORMED,
      fileOf([log, hub, asHub('hub-2', first, T), witness]),
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
  const of = bodyOf(those);
  return fileOf([asLog('hub-1', of), asHub('hub-1', of, T), asWitness('alpha', of, T)], those, of);
}

function emptyLog(): string {
  return signedAnew([]);
}

function withRefused(): [text: string, confirmed: number, entries: readonly Uint8Array[]] {
  const those = [...entries, entry(20, 'note', 'no note')];
  return [signedAnew(those), T, those];
}
