import type { Charter, Period } from '../charter.js';
import { fault } from '../rule-fault.js';
import type { Moment } from './apply-change.js';
import { hostingArithmetic, hostingExcesses } from './hosting.js';
import { assertReachable } from './reachable.js';

/**
 * That a network can begin with a charter, in a block of that height and time: the quorum can be reached by hubs and witnesses that
 * have no end, no provider has more than its share, and what the charter says of heights and of former terms has come. Throws
 * CharterError `rule`.
 */
export function assertFirstCharter(charter: Charter, { height, time }: Moment): void {
  assertReachable(charter);
  const [excess] = hostingExcesses(charter);
  if (excess !== undefined) throw fault('hubs', `has ${hostingArithmetic(charter, excess)}`);
  // An end to come could be neither brought forward nor put off: every change ends what has no end.
  for (const [path, moment] of heightsOf(charter))
    if (moment !== null && moment > height) throw fault(path, 'must not be above the height of its block');
  charter.formerTerms.forEach(({ untilTime }, i) => {
    if (untilTime > time)
      throw fault(`formerTerms.${i}.untilTime`, 'must not be after the time of its block');
  });
}

type PathAndHeight = readonly [path: string, height: number | null];

function heightsOf({ organisations, formerTerms }: Charter): PathAndHeight[] {
  return [
    ...formerTerms.map(({ until }, i): PathAndHeight => [`formerTerms.${i}.until`, until]),
    ...organisations.flatMap((member, i) => {
      const path = `organisations.${i}`;
      return [
        ...periodOf(path, member),
        ...(['signingKeys', 'ledgerKeys', 'seats', 'suspensions'] as const).flatMap((list) =>
          member[list].flatMap((period, j) => periodOf(`${path}.${list}.${j}`, period)),
        ),
      ];
    }),
  ];
}

function periodOf(path: string, { from, until }: Period): PathAndHeight[] {
  return [
    [`${path}.from`, from],
    [`${path}.until`, until],
  ];
}
