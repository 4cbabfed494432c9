import type { Change } from '@besure/governance';
import { type EvidenceV1, formatEvidence } from '@besure/protocol';
import { Board } from './board.ts';
import { scene, type SceneOptions } from './case-tools.ts';
import type { EvidenceCase } from './cases.ts';
import type { Network } from './network.ts';

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
];
