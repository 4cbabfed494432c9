import type { Change } from '@besure/governance';
import { type EvidenceV1, formatEvidence } from '@besure/protocol';
import { Board } from './board.ts';
import { scene, type SceneOptions } from './case-tools.ts';
import type { EvidenceCase } from './cases.ts';
import { Network } from './network.ts';

/** The height of the block in which evidence is recorded here, and its time: that of the end of slot 1100. */
export const RECORDED_AT = 4711;
const BLOCK_0 = 1_795_371_900 - 10 * RECORDED_AT;

/** A case under a trust file with the log of rights of its network. Its evidence is a scene's, or what is made of one. */
export function decided(
  name: string,
  comment: string,
  code: EvidenceCase['code'],
  trust: (board: Board) => string,
  made: SceneOptions | (() => { readonly network: Network; readonly evidence: EvidenceV1 }) = {},
): EvidenceCase {
  return {
    name,
    comment,
    code,
    make: () => {
      const { evidence, network } = typeof made === 'function' ? made() : scene(made);
      const board = new Board(network.charter, BLOCK_0).found();
      return { evidence: formatEvidence(evidence), trust: trust(board) };
    },
  };
}

/** When the hub signs the recording of a scene. */
const SIGNED = 1_795_371_930;

/** A case under a log of rights whose head was signed so many seconds before the recording. */
function aged(
  name: string,
  comment: string,
  code: EvidenceCase['code'],
  seconds: number,
  made?: Parameters<typeof decided>[4],
): EvidenceCase {
  const trust = (): string => {
    const { charter } = new Network();
    return new Board(charter, SIGNED - 200_000).found().trust({ times: { 'hub-1': SIGNED - seconds } });
  };
  return decided(name, comment, code, trust, made);
}

/** A case of two hubs, both of which are the quorum, under a log of rights whose head they signed so many seconds before the recording. */
function agedByBoth(
  name: string,
  comment: string,
  code: EvidenceCase['code'],
  seconds: readonly [number, number],
): EvidenceCase {
  const options = { hubs: 2, quorum: 2 };
  const trust = (): string => {
    const { charter } = new Network(options);
    const times = { 'hub-1': SIGNED - seconds[0], 'hub-2': SIGNED - seconds[1] };
    return new Board(charter, SIGNED - 9_000_000).found().trust({ times });
  };
  return decided(name, comment, code, trust, { network: options });
}

const removal: Change = { kind: 'remove-organisation', organisation: 'alpha' };

/** Evidence under trust files that show how the charter came about. */
export const trustCases: readonly EvidenceCase[] = [
  decided(
    'trust-founded',
    'A trust file with the log of rights: the first charter alone.',
    'proven',
    (board) => board.trust({ times: { 'hub-1': BLOCK_0 + 10 * RECORDED_AT + 60 } }),
  ),
  decided(
    'trust-removed-later',
    'The board removed the issuer from the block after that of the recording.',
    'proven',
    (board) => board.decide(removal, RECORDED_AT).trust(),
  ),
  decided(
    'trust-removed-before',
    'The board removed the issuer from the block of the recording on.',
    'not-a-member',
    (board) => board.decide(removal, RECORDED_AT - 1).trust(),
  ),
  decided(
    'trust-decision-left-out',
    'The same, and the last vote is left out: the checkpoint is not over these entries.',
    'trust-malformed',
    (board) => {
      const { entries } = board.decide(removal, RECORDED_AT - 1);
      return board.trust({ entries: entries.slice(0, -1) });
    },
  ),
  decided(
    'trust-other-network',
    'A trust file that names another network than its entries found.',
    'trust-malformed',
    (board) => board.trust({ network: '00'.repeat(32) }),
  ),
  decided(
    'trust-not-confirmed',
    'Of the two hubs that are needed one has signed the checkpoint of the log of rights.',
    'trust-not-confirmed',
    (board) => board.trust({ times: { 'hub-1': BLOCK_0 + 10 * RECORDED_AT } }),
    { network: { hubs: 2, quorum: 2 } },
  ),
  aged('trust-two-days-old', 'Nothing was missing in it two days before the recording.', 'proven', 172_800),
  aged(
    'trust-too-old',
    'It says nothing of the time since two days and a second before the recording: a key may have ended since.',
    'trust-too-old',
    172_801,
  ),
  agedByBoth(
    'trust-signed-anew',
    'Both hubs have signed the head anew, one a day before the recording and one at that time; what they said at first, months ago, stands in it no more.',
    'proven',
    [86_400, 0],
  ),
  agedByBoth(
    'trust-too-old-and-signed-anew-by-one',
    'One of the two hubs that are needed has signed the head anew: by itself it cannot say that nothing has been decided for months.',
    'trust-too-old',
    [8_000_000, 0],
  ),
  aged(
    'trust-too-old-for-the-second-recording',
    'Two days before the recording of the issuer, and more before that of the exchange.',
    'trust-too-old',
    172_800,
    () => {
      const { network, statement, countersignature, recording } = scene();
      const later = network.record('exchange', statement, countersignature, 1101, 4740);
      const second = network.recording(later);
      return { network, evidence: network.evidence(statement, countersignature, [recording, second]) };
    },
  ),
  aged(
    'trust-too-old-and-time-stamped',
    'An authority had stamped the checkpoint within two days; who signed it afterwards may have lost the key by then.',
    'trust-too-old',
    172_801,
    () => {
      const { network, evidence, recorded, recording } = scene();
      const stamped = { ...recording, timeStamp: network.timeStamp(recorded, SIGNED - 1) };
      return { network, evidence: { ...evidence, recordings: [stamped] } };
    },
  ),
];
