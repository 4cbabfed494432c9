import type { Algorithm } from '@besure/governance';
import {
  decodeBase64,
  encodeBase64,
  encodeItem,
  encodeLogEntry,
  formatCheckpointText,
  formatEvidence,
  leafHash,
  nodeHash,
  type RecordingV1,
  rootFromSlotPath,
  statementLeaf,
  type TimeStampV1,
  utf8Encode,
} from '@besure/protocol';
import { TEST_AUTHORITY } from '@besure/time-stamp/test-authority';
import { sha256 } from '@noble/hashes/sha2.js';
import type { EvidenceCase } from './cases.ts';
import { seedOf } from './keys.ts';
import { ledgerKeyHash, Network, type NetworkOptions, type Recorded } from './network.ts';

/** When hub and archives have confirmed what was recorded in slot 1100: the third archive's time plays no part. */
const RECORDED = 1_795_371_934;
const DAY = 86_400;

const STAMPED: NetworkOptions = {
  witnesses: ['alpha', 'beta', 'exchange'],
  quorum: { hubs: 1, witnesses: 2 },
  leastAssurance: 'time-stamped',
};

interface Stamping {
  readonly network?: NetworkOptions;
  /** When the authority stamps; a day later unless told otherwise. */
  readonly at?: number;
  /** Entries between the checkpoint that the quorum signed and the one that is stamped: none, and they are the same. */
  readonly entriesAfter?: number;
  readonly change?: (timeStamp: TimeStampV1, network: Network) => TimeStampV1;
}

/** Evidence that the issuer recorded, and whose checkpoint of the next day was time-stamped. */
function stamped(
  name: string,
  comment: string,
  code: EvidenceCase['code'],
  {
    network: options = STAMPED,
    at = RECORDED + DAY,
    entriesAfter = 5,
    change = (same) => same,
  }: Stamping = {},
): EvidenceCase {
  return {
    name,
    comment,
    code,
    make: () => {
      const network = new Network(options);
      const statement = network.statement();
      const countersignature = network.countersignature(statement);
      const recorded = network.record('alpha', statement, countersignature);
      const recording = network.recording(recorded);
      for (let i = 0; i < entriesAfter; i++) network.addEntry(seedOf(`entry of the day ${i}`));
      const timeStamp = change(network.timeStamp(recorded, at), network);
      return {
        evidence: formatEvidence(
          network.evidence(statement, countersignature, [{ ...recording, timeStamp }]),
        ),
        trust: network.trust,
      };
    },
  };
}

/** Evidence with both recordings, of which some are time-stamped. */
function bothRecorded(
  name: string,
  comment: string,
  code: EvidenceCase['code'],
  isStamped: (by: string) => boolean,
): EvidenceCase {
  return {
    name,
    comment,
    code,
    make: () => {
      const network = new Network(STAMPED);
      const statement = network.statement();
      const countersignature = network.countersignature(statement);
      const recordings = ['alpha', 'exchange'].map((by): RecordingV1 => {
        const recorded = network.record(by, statement, countersignature);
        const timeStamp = isStamped(by) ? network.timeStamp(recorded, RECORDED + DAY) : null;
        return network.recording(recorded, undefined, timeStamp);
      });
      return {
        evidence: formatEvidence(network.evidence(statement, countersignature, recordings)),
        trust: network.trust,
      };
    },
  };
}

/** The same evidence with one of the members of its time stamp changed. */
const changedText = (change: (timeStamp: TimeStampV1) => Partial<TimeStampV1>): Stamping => ({
  change: (timeStamp) => ({ ...timeStamp, ...change(timeStamp) }),
});

const authority = (period: { readonly from?: number; readonly until?: number }): Stamping => ({
  network: {
    ...STAMPED,
    alter: (charter) => ({
      ...charter,
      timeStampAuthorities: charter.timeStampAuthorities.map((one) => ({ ...one, ...period })),
    }),
  },
});

/** Under a charter by which an algorithm ended in the second in which the quorum was reached. */
const ended = (algorithm: Algorithm): NetworkOptions => ({
  ...STAMPED,
  alter: (charter) => ({ ...charter, algorithms: { ...charter.algorithms, [algorithm]: RECORDED } }),
});

/** An item that was time-stamped in a tree of its owner's making, and put into the ledger a year later. */
const heldBack: EvidenceCase = {
  name: 'time-stamped-in-a-self-made-tree',
  comment:
    'The item was held back for a year; the time stamp of then is over a checkpoint that nobody signed.',
  code: 'late',
  make: () => {
    const network = new Network(STAMPED);
    const statement = network.statement();
    const countersignature = network.countersignature(statement);
    const recorded = network.record('alpha', statement, countersignature);
    const times = Object.entries(network.times(recorded.slot));
    const later = Object.fromEntries(times.map(([id, time]) => [id, time + 365 * DAY]));
    const { checkpoint, proof } = selfMadeTree(network, recorded, statement.jws, countersignature);
    const token = encodeBase64(TEST_AUTHORITY.stamp(utf8Encode(checkpoint), RECORDED));
    const recording = network.recording(recorded, network.lines(later), { checkpoint, proof, token });
    return {
      evidence: formatEvidence(network.evidence(statement, countersignature, [recording])),
      trust: network.trust,
    };
  },
};

/** A tree in which every leaf is that of the entry, so that it stands there at any index. */
function selfMadeTree(
  { charter }: Network,
  { by, slot, height, index, path }: Recorded,
  jws: string,
  countersignature: string,
): Pick<TimeStampV1, 'checkpoint' | 'proof'> {
  const leaf = statementLeaf(jws, countersignature, sha256);
  const root = rootFromSlotPath(leaf, index, path, sha256);
  const item = encodeItem({ slot, root });
  let node = leafHash(encodeLogEntry({ publisher: ledgerKeyHash(by), height, item }), sha256);
  const proof: string[] = [];
  const levels = 40;
  for (let level = 0; level < levels; level++) {
    proof.push(encodeBase64(node));
    node = nodeHash(node, node, sha256);
  }
  return {
    checkpoint: formatCheckpointText({ origin: charter.log.origin, size: 2 ** levels, root: node }),
    proof,
  };
}

/** Time stamps from outside the circle. */
export const timeStampCases: readonly EvidenceCase[] = [
  stamped(
    'time-stamped',
    'A checkpoint of the next day that covers the recording was time-stamped.',
    'proven',
  ),
  bothRecorded('both-time-stamped', 'Two recordings, both time-stamped.', 'proven', () => true),
  stamped(
    'time-stamped-before-the-quorum',
    'The authority saw the same checkpoint before the archives: it existed by the earlier of the two times.',
    'proven',
    { at: RECORDED - 3, entriesAfter: 0 },
  ),
  stamped(
    'time-stamped-before-an-algorithm-ended',
    'ES256 ended between the time stamp and the quorum: the statement had existed before.',
    'proven',
    { at: RECORDED - 3, entriesAfter: 0, network: ended('ES256') },
  ),
  stamped(
    'cosignature-algorithm-ended-after-the-time-stamp',
    'ML-DSA-44 ended between the time stamp and the quorum: the token makes no cosignature older.',
    'algorithm-ended',
    { at: RECORDED - 3, entriesAfter: 0, network: ended('ML-DSA-44') },
  ),
  stamped(
    'algorithm-ended-before-the-quorum-and-another-checkpoint-stamped',
    'ES256 ended between the time stamp and the quorum, and the token is over another checkpoint.',
    'algorithm-ended',
    { at: RECORDED - 3, network: ended('ES256') },
  ),
  heldBack,
  stamped('time-stamped-two-days-later', 'The last second at which the charter lets it count.', 'proven', {
    at: RECORDED + 2 * DAY,
  }),
  stamped(
    'time-stamped-too-late',
    'One second later: by then whoever has the old keys can have made up the rest.',
    'assurance-too-low',
    { at: RECORDED + 2 * DAY + 1 },
  ),
  bothRecorded(
    'one-of-two-time-stamped',
    'Two recordings, one of them without a time stamp: the weakest counts.',
    'assurance-too-low',
    (by) => by === 'alpha',
  ),
  stamped(
    'time-stamped-under-one-hub',
    'A time stamp does not make one hub into two parties.',
    'assurance-too-low',
    { network: { leastAssurance: 'recorded' } },
  ),
  stamped(
    'time-stamp-of-another-log',
    'The checkpoint that was time-stamped is of another log.',
    'log-unknown',
    changedText(({ checkpoint }) => ({ checkpoint: checkpoint.replace('/test/', '/other/') })),
  ),
  stamped(
    'time-stamp-with-extension-line',
    'The checkpoint that was time-stamped has a fourth line.',
    'log-malformed',
    changedText(({ checkpoint }) => ({ checkpoint: `${checkpoint}election day\n` })),
  ),
  stamped(
    'time-stamp-of-a-checkpoint-without-it',
    'The checkpoint that was time-stamped is from before the recording.',
    'not-in-log',
    {
      change: (timeStamp) => {
        const before = new Network(STAMPED);
        const { checkpoint, token } = before.timeStamp(
          { by: 'alpha', slot: 1100, height: 0, index: 0, path: [], logIndex: 0 },
          RECORDED,
        );
        return { ...timeStamp, checkpoint, token };
      },
    },
  ),
  stamped(
    'time-stamp-with-another-proof',
    'One hash of the way to the checkpoint that was time-stamped is another.',
    'not-in-log',
    changedText(({ proof }) => ({ proof: [encodeBase64(seedOf('x')), ...proof.slice(1)] })),
  ),
  stamped(
    'time-stamp-with-a-longer-proof',
    'One hash too many.',
    'not-in-log',
    changedText(({ proof }) => ({ proof: [...proof, encodeBase64(seedOf('x'))] })),
  ),
  stamped('time-stamp-over-something-else', 'A true token, over another checkpoint.', 'time-stamp-invalid', {
    change: (timeStamp, network) => {
      network.addEntry(seedOf('one more entry'));
      const { token } = network.timeStamp(
        { by: 'alpha', slot: 1100, height: 0, index: 0, path: [], logIndex: 0 },
        RECORDED + DAY,
      );
      return { ...timeStamp, token };
    },
  }),
  stamped(
    'time-stamp-damaged',
    'One bit of the token changed.',
    'time-stamp-invalid',
    changedText(({ token }) => ({
      token: encodeBase64(
        decodeBase64(token).map((byte, i, all) => (i === all.length - 9 ? byte ^ 1 : byte)),
      ),
    })),
  ),
  stamped(
    'time-stamp-not-base64',
    'The token in base64url.',
    'time-stamp-invalid',
    changedText(({ token }) => ({ token: token.replaceAll('+', '-').replaceAll('/', '_') })),
  ),
  stamped(
    'time-stamp-with-bytes-after',
    'A byte after the token, which nothing covers.',
    'time-stamp-invalid',
    changedText(({ token }) => ({ token: encodeBase64(Uint8Array.of(...decodeBase64(token), 0)) })),
  ),
  stamped('time-stamp-by-a-stranger', 'An authority that the charter does not name.', 'time-stamp-invalid', {
    network: { ...STAMPED, alter: (charter) => ({ ...charter, timeStampAuthorities: [] }) },
  }),
  stamped(
    'time-stamp-after-the-authority-ended',
    'The charter let the authority count until that very second.',
    'time-stamp-invalid',
    authority({ until: RECORDED + DAY }),
  ),
  stamped(
    'time-stamp-before-the-authority-began',
    'The charter lets the authority count from the next second on.',
    'time-stamp-invalid',
    authority({ from: RECORDED + DAY + 1 }),
  ),
];
