import { encodeBase64, encodeItem, encodeLogEntry, formatEvidence, statementLeaf } from '@besure/protocol';
import { sha256 } from '@noble/hashes/sha2.js';
import { changedRecording, scene, staged } from './case-tools.ts';
import type { EvidenceCase } from './cases.ts';
import { seedOf } from './keys.ts';
import { ledgerKeyHash, Network } from './network.ts';

/** Evidence with two recordings, by whoever. */
function recordedBy(
  name: string,
  comment: string,
  code: EvidenceCase['code'],
  members: readonly string[],
): EvidenceCase {
  return {
    name,
    comment,
    code,
    make: () => {
      const network = new Network();
      const statement = network.statement();
      const countersignature = network.countersignature(statement);
      const recordings = members
        .map((by) => network.record(by, statement, countersignature))
        .map((recorded) => network.recording(recorded));
      return {
        evidence: formatEvidence(network.evidence(statement, countersignature, recordings)),
        trust: network.trust,
      };
    },
  };
}

/** The recordings: from the statement's leaf to the ledger item. */
export const recordingCases: readonly EvidenceCase[] = [
  recordedBy(
    'second-recording-by-a-stranger',
    'The second recording is by someone who is no member.',
    'recorder-unknown',
    ['alpha', 'mallory'],
  ),
  recordedBy(
    'recording-by-another-member',
    'Recorded by beta, who neither stated nor agreed.',
    'recorder-unknown',
    ['beta'],
  ),
  recordedBy(
    'recordings-in-another-order',
    'The recording of the exchange before that of the issuer.',
    'recorder-unknown',
    ['exchange', 'alpha'],
  ),
  recordedBy('two-recordings-by-the-issuer', 'The issuer records twice: it never does.', 'recorder-unknown', [
    'alpha',
    'alpha',
  ]),
  recordedBy('two-recordings-by-the-exchange', 'The exchange records twice.', 'recorder-unknown', [
    'exchange',
    'exchange',
  ]),
  {
    name: 'published-by-a-stranger',
    comment: 'The item with the root of alpha was published by another key.',
    code: 'not-in-log',
    make: () => {
      const network = new Network();
      const statement = network.statement();
      const countersignature = network.countersignature(statement);
      const recorded = { ...network.record('mallory', statement, countersignature), by: 'alpha' };
      return {
        evidence: formatEvidence(
          network.evidence(statement, countersignature, [network.recording(recorded)]),
        ),
        trust: network.trust,
      };
    },
  },
  changedRecording(
    'attributed-to-the-exchange',
    'An item of the issuer, passed off as one of the exchange.',
    'not-in-log',
    (recording) => ({
      ...recording,
      by: 'exchange',
    }),
  ),
  {
    name: 'exchange-records-the-statement-alone',
    comment: 'A leaf of the exchange without its countersignature: it records only what it agreed with.',
    code: 'not-in-log',
    make: () => {
      const network = new Network();
      const statement = network.statement();
      const recording = network.recording(network.record('exchange', statement, null));
      return {
        evidence: formatEvidence(network.evidence(statement, null, [recording])),
        trust: network.trust,
      };
    },
  },
  changedRecording('other-slot', 'The item of another slot.', 'not-in-log', (recording) => ({
    ...recording,
    slot: recording.slot + 1,
  })),
  changedRecording('other-height', 'Another block.', 'not-in-log', (recording) => ({
    ...recording,
    height: recording.height - 1,
  })),
  changedRecording('other-index', 'Another place in the tree of the slot.', 'not-in-log', (recording) => ({
    ...recording,
    index: recording.index ^ 1,
  })),
  changedRecording('other-path', 'One hash of the path changed.', 'not-in-log', ({ path, ...recording }) => ({
    ...recording,
    path: path.map((hash, i) => (i === 9 ? encodeBase64(seedOf('x')) : hash)),
  })),
  changedRecording(
    'path-too-short',
    'A path of nine hashes: no tree has that height.',
    'recording-malformed',
    (recording) => ({
      ...recording,
      path: recording.path.slice(0, 9),
    }),
  ),
  changedRecording(
    'path-too-long',
    'A path of eleven hashes: no tree has that height.',
    'recording-malformed',
    (recording) => ({
      ...recording,
      path: [...recording.path, encodeBase64(seedOf('x'))],
    }),
  ),
  {
    name: 'path-of-another-height',
    comment: 'A tree that is one level low, so that its root says how many leaves there are at most.',
    code: 'recording-malformed',
    make: () => {
      const network = new Network();
      const statement = network.statement();
      const countersignature = network.countersignature(statement);
      const leaf = statementLeaf(statement.jws, countersignature, sha256);
      const item = encodeItem({ slot: 1100, root: leaf });
      const logIndex = network.addEntry(
        encodeLogEntry({ publisher: ledgerKeyHash('alpha'), height: 4711, item }),
      );
      const recording = network.recording({
        by: 'alpha',
        slot: 1100,
        height: 4711,
        index: 0,
        path: [],
        logIndex,
      });
      return {
        evidence: formatEvidence(network.evidence(statement, countersignature, [recording])),
        trust: network.trust,
      };
    },
  },
  changedRecording(
    'index-outside-the-tree',
    'An index that the tree does not have; its low bits are right.',
    'recording-malformed',
    (recording) => ({
      ...recording,
      index: recording.index + 1024,
    }),
  ),
  changedRecording('slot-before-the-first', 'A slot that never was.', 'recording-malformed', (recording) => ({
    ...recording,
    slot: 999,
  })),
  staged(
    'recorded-before-it-was-signed',
    'The item is of an earlier slot than the one in which the statement says it was signed.',
    'signed-after-slot',
    {
      slot: 1099,
    },
  ),
  {
    name: 'recording-of-another-statement',
    comment: 'A true recording, but of another statement of the same slot.',
    code: 'not-in-log',
    make: () => {
      const { evidence, network } = scene();
      const other = network.statement({ claims: { message: 'msg-2026-000124' } });
      const countersignature = network.countersignature(other);
      const recording = network.recording(network.record('alpha', other, countersignature));
      return { evidence: formatEvidence({ ...evidence, recordings: [recording] }), trust: network.trust };
    },
  },
];
