import type { BoardRule } from '@besure/governance';
import { ALPHA, BETA, CHARTER, contradiction, EXCHANGE, SIGNING_KEY } from './charter-material.ts';
import type { Vector } from './vector.ts';

/** Members that contradict themselves or each other in seats and suspensions. */
export function memberContradictions(): Vector[] {
  const alpha = (other: object): object => ({ organisations: [{ ...ALPHA, ...other }, BETA, EXCHANGE] });
  const [seat] = ALPHA.seats;
  return [
    contradiction('seat-twice', 'One seat of two members.', 'organisations.1.seats.0.key', {
      organisations: [ALPHA, { ...BETA, seats: ALPHA.seats }, EXCHANGE],
    }),
    contradiction(
      'seat-is-signing-key',
      'A seat with the key of a service, which would speak in the board.',
      'organisations.0.seats.0.key',
      alpha({ seats: [{ ...seat, key: SIGNING_KEY.key }] }),
    ),
    contradiction(
      'seat-period-empty',
      'A seat that ends where it begins.',
      'organisations.0.seats.0.until',
      alpha({ seats: [{ ...seat, from: 5, until: 5 }] }),
    ),
    contradiction(
      'suspension-empty',
      'A suspension that ends where it begins.',
      'organisations.0.suspensions.0.until',
      alpha({ suspensions: [{ from: 5, until: 5 }] }),
    ),
    contradiction(
      'suspensions-overlap',
      'Two suspensions at once.',
      'organisations.0.suspensions.1.from',
      alpha({
        suspensions: [
          { from: 5, until: 10 },
          { from: 9, until: null },
        ],
      }),
    ),
  ];
}

/** Boards that could never decide, and former terms that cannot have been. */
export function boardContradictions(): Vector[] {
  const { board, limits, quorum, leastAssurance } = CHARTER;
  const ruled = (name: string, comment: string, field: string, rule: BoardRule, other: object = {}): Vector =>
    contradiction(name, comment, `board.rule${field}`, { board: { ...board, rule }, ...other });
  const gone = { ...BETA, until: 100 };
  const resting = { ...BETA, suspensions: [{ from: 100, until: null }] };
  const former = { limits, quorum, leastAssurance };
  const hybrid = (organisations: string[], atLeast: number, including: string[] = []): BoardRule => ({
    mode: 'hybrid',
    organisations,
    atLeast,
    including,
  });
  return [
    ruled('board-stranger', 'One decides, who is no member.', '.organisation', {
      mode: 'central',
      organisation: 'gamma',
    }),
    ruled(
      'board-gone',
      'One decides, who has left.',
      '.organisation',
      { mode: 'central', organisation: 'beta' },
      { organisations: [ALPHA, gone, EXCHANGE] },
    ),
    ruled(
      'board-suspended',
      'One decides, whose membership rests.',
      '.organisation',
      { mode: 'central', organisation: 'beta' },
      { organisations: [ALPHA, resting, EXCHANGE] },
    ),
    ruled(
      'board-without-seat',
      'One decides, whose seats have all ended.',
      '.organisation',
      { mode: 'central', organisation: 'beta' },
      { organisations: [ALPHA, { ...BETA, seats: [{ ...BETA.seats[0], until: 100 }] }, EXCHANGE] },
    ),
    ruled(
      'board-empty',
      'The majority of nobody: no member may vote.',
      '',
      { mode: 'majority' },
      { organisations: [ALPHA, BETA, EXCHANGE].map((one) => ({ ...one, until: 100 })) },
    ),
    ruled('body-too-small', 'Three votes of a body of two.', '.atLeast', hybrid(['alpha', 'beta'], 3)),
    ruled(
      'body-of-the-gone',
      'Two votes of a body of two, of which one has left.',
      '.atLeast',
      hybrid(['alpha', 'beta'], 2),
      { organisations: [ALPHA, gone, EXCHANGE] },
    ),
    ruled('body-twice', 'One in a body twice.', '.organisations.1', hybrid(['alpha', 'alpha'], 1)),
    ruled(
      'body-including-twice',
      'One that must be among them twice.',
      '.including.1',
      hybrid(['alpha', 'beta'], 2, ['alpha', 'alpha']),
    ),
    ruled(
      'body-including-another',
      'One must be among them, who is none of the body.',
      '.including.0',
      hybrid(['alpha', 'beta'], 1, ['exchange']),
    ),
    ruled(
      'body-including-the-gone',
      'One must be among them, who has left: nothing could ever be decided.',
      '.including.0',
      hybrid(['alpha', 'beta'], 1, ['beta']),
      { organisations: [ALPHA, gone, EXCHANGE] },
    ),
    contradiction(
      'former-terms-order',
      'Former terms that end where those before them do.',
      'formerTerms.1.until',
      {
        formerTerms: [
          { ...former, until: 10, untilTime: 0 },
          { ...former, until: 10, untilTime: 0 },
        ],
      },
    ),
    contradiction(
      'former-terms-times',
      'Former terms that end at a time before that of those before them.',
      'formerTerms.1.untilTime',
      {
        formerTerms: [
          { ...former, until: 10, untilTime: 1001 },
          { ...former, until: 20, untilTime: 1000 },
        ],
      },
    ),
    contradiction(
      'former-slot-ahead',
      'Former terms with another value that entries of the log hang on.',
      'formerTerms.0.limits.slotAheadSeconds',
      {
        formerTerms: [{ ...former, limits: { ...limits, slotAheadSeconds: 3600 }, until: 10, untilTime: 0 }],
      },
    ),
  ];
}
