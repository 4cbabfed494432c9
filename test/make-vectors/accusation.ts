import { ACCUSATION_FORMAT, formatAccusation } from '@besure/audit';
import { START } from '../../libs/verification/src/contract/network.ts';
import { DAMAGES, FAULTS } from './accusation-faults.ts';
import {
  type AccusationCase,
  ACCUSED,
  endedTrust,
  GUILTY,
  GUILTY_WITNESS,
  HONEST,
  ledger,
  lengthened,
  network,
  nonsense,
  rewritten,
  shortened,
  swapped,
  T,
  trustWithOperators,
  WITNESS,
} from './accusation-scene.ts';
import type { Vector } from './vector.ts';

const PROVEN: readonly AccusationCase[] = [
  {
    name: 'two-logs',
    comment: 'Two checkpoints of one size with different roots, both of the hub.',
    accused: ACCUSED,
    lie: 'two-logs',
    signed: rewritten.exhibit(GUILTY),
    against: ledger.exhibit({ 'hub-1': T + 9 }),
  },
  {
    name: 'two-logs-of-a-witness',
    comment: 'Two checkpoints of one size with different roots, both cosigned by the witness.',
    accused: WITNESS,
    lie: 'two-logs',
    signed: rewritten.exhibit(GUILTY_WITNESS),
    against: ledger.exhibit({ 'archive of alpha': T }),
  },
  {
    name: 'rewrites',
    comment: 'At one place the hub signed one entry at size 4, and another one at size 7.',
    accused: ACCUSED,
    lie: 'rewrites',
    signed: rewritten.exhibit(GUILTY, { entries: [1] }),
    against: ledger.exhibit({ 'hub-1': T - 60 }, { size: 4, entries: [1] }),
  },
  {
    name: 'invents',
    comment: 'An entry of block 12 that the log of the others does not have.',
    accused: ACCUSED,
    lie: 'invents',
    signed: lengthened.exhibit(GUILTY, { entries: [3] }),
    against: ledger.exhibit(HONEST, { entries: [0, 1, 2, 3] }),
  },
  {
    name: 'invents-nonsense',
    comment: 'An entry that is none, which needs nobody who confirms anything.',
    accused: ACCUSED,
    lie: 'invents',
    signed: nonsense.exhibit(GUILTY, { entries: [7] }),
    against: null,
  },
  {
    name: 'omits',
    comment: 'The log of the others has an entry of block 12 that the log of the hub does not have.',
    accused: ACCUSED,
    lie: 'omits',
    signed: shortened.exhibit(GUILTY, { entries: [0, 1, 2] }),
    against: ledger.exhibit(HONEST, { entries: [1] }),
  },
  {
    name: 'reorders',
    comment: 'The same entry stands at another place than in the log of the others.',
    accused: ACCUSED,
    lie: 'reorders',
    signed: swapped.exhibit(GUILTY, { entries: [1] }),
    against: ledger.exhibit(HONEST, { entries: [2] }),
  },
  {
    name: 'undue-size',
    comment: 'A checkpoint of size 2, which ends within block 12.',
    accused: ACCUSED,
    lie: 'undue-size',
    signed: ledger.exhibit(GUILTY, { size: 2 }),
    against: ledger.exhibit(HONEST, { entries: [1, 2] }),
  },
  {
    name: 'undue-size-between-checkpoints',
    comment: 'A checkpoint of size 4, at height 13 or 14, where only those that 4 divides have one.',
    accused: ACCUSED,
    lie: 'undue-size',
    signed: ledger.exhibit(GUILTY, { size: 4 }),
    against: ledger.exhibit(HONEST, { entries: [3, 4] }),
  },
  {
    name: 'backdates',
    comment: 'A time more than five hours before the slot of an entry in the log began.',
    accused: ACCUSED,
    lie: 'backdates',
    signed: ledger.exhibit({ 'hub-1': START / 1000 + 900 - 18_601 }, { entries: [6] }),
    against: null,
  },
  {
    name: 'replays',
    comment: 'Size 3 was cosigned a second later than size 7.',
    accused: ACCUSED,
    lie: 'replays',
    signed: ledger.exhibit({ 'hub-1': T + 1 }, { size: 3 }),
    against: ledger.exhibit(GUILTY),
  },
  {
    name: 'replays-of-a-witness',
    comment: 'The witness cosigned size 3 a second later than size 7.',
    accused: WITNESS,
    lie: 'replays',
    signed: ledger.exhibit({ 'archive of alpha': T + 1 }, { size: 3 }),
    against: ledger.exhibit({ 'archive of alpha': T }),
  },
];

/** The vectors of accusations. */
export function accusations(): Vector[] {
  const proven = new Map(PROVEN.map((one) => [one.name, one]));
  const text = ({ accused, lie, signed, against }: AccusationCase): string =>
    formatAccusation({ format: ACCUSATION_FORMAT, accused, lie, signed, against });
  const vector = (
    kind: 'valid' | 'invalid',
    name: string,
    comment: string,
    accusation: string,
    output: object,
    trust = network.trust,
  ): Vector => ({
    format: 'accusation',
    kind,
    name,
    content: { comment, trust, accusation, ...output },
  });
  return [
    ...PROVEN.map((one) =>
      vector('valid', one.name, one.comment, text(one), { accused: one.accused, lie: one.lie }),
    ),
    ...FAULTS.map(([name, of, comment, code, change]) =>
      vector('invalid', name, comment, text({ ...proven.get(of)!, ...change }), { error: { code } }),
    ),
    ...DAMAGES.map(([name, of, comment, code, damage]) =>
      vector('invalid', name, comment, damage(text(proven.get(of)!)), { error: { code } }),
    ),
    vector(
      'invalid',
      'log-key-ended',
      'The first checkpoint is signed as the log alone that counts, by a key that has ended: whoever got hold of it may have made it.',
      text(proven.get('two-logs')!),
      { error: { code: 'not-signed' } },
      endedTrust,
    ),
    vector(
      'invalid',
      'confirmed-by-one-operator-spelled-twice',
      'Two hubs confirm it, of one operator in two spellings: of two operators that is no majority.',
      text(proven.get('omits')!),
      { error: { code: 'not-confirmed' } },
      trustWithOperators(['One', 'Two', 'One', 'T.W.O.']),
    ),
    vector(
      'invalid',
      'confirmed-by-the-accused-spelled-twice',
      'Two hubs confirm it, one of them of the operator of the accused in another spelling.',
      text(proven.get('omits')!),
      { error: { code: 'not-confirmed' } },
      trustWithOperators(['One', 'Two', 'Two', '0ne']),
    ),
  ];
}
