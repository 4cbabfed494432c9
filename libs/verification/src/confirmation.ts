import { type Charter, isMajority, partiesAt, type Terms, termsFrom } from '@besure/governance';
import { type Cosigned, quorumTime } from './checkpoint-signatures.js';
import type { HeldTimeStamp } from './time-stamp.js';
import type { Parties } from './verdict.js';

/** Since when a recording provably exists, and by whose word. All times are POSIX seconds. */
export interface Confirmation {
  /** Since when a quorum has signed its checkpoint. */
  readonly confirmedTime: number;
  /**
   * The same, or what an authority outside the circle said of that very checkpoint, where it was faster. A token over another one does
   * not count here: anyone can put an entry into a tree of their own before it is in the ledger.
   */
  readonly recordedTime: number;
  /** What was asked for, of how many operators and groups, and whether that is more than one party's word. */
  readonly quorum: Terms['quorum'];
  readonly parties: Parties;
  readonly isMajority: boolean;
}

/**
 * The confirmation of what was recorded at a height: by the quorum of the terms of then, and where that was never reached, by the
 * first later one that was, which says nothing about the time before it was decided. So what a board decides later does not
 * touch the time that a recording has, and gives none from before the decision. `null` where no quorum has signed.
 */
export function confirmationOf(
  cosigned: Cosigned,
  timeStamp: HeldTimeStamp | null,
  height: number,
  charter: Charter,
): Confirmation | null {
  for (const { terms, since } of termsFrom(charter, height)) {
    const time = quorumTime(cosigned, terms.quorum);
    if (time === null) continue;
    const stamped = timeStamp?.ofSameCheckpoint === true ? Math.min(time, timeStamp.time) : time;
    const notBefore = since ?? -Infinity;
    const confirmedTime = Math.max(time, notBefore);
    return {
      confirmedTime,
      recordedTime: Math.max(stamped, notBefore),
      quorum: terms.quorum,
      ...weightOf(terms.quorum, cosigned, confirmedTime, charter),
    };
  }
  return null;
}

/** Of those who were there at that time, and those whose word it is: some of them may have gone before the last one signed. */
function weightOf(
  quorum: Terms['quorum'],
  { operatorTimes, groupTimes }: Cosigned,
  time: number,
  charter: Charter,
): Pick<Confirmation, 'parties' | 'isMajority'> {
  const there = partiesAt(charter, time);
  const operators = new Set([...there.operators, ...signedBy(operatorTimes, time)]);
  const groups = new Set([...there.groups, ...signedBy(groupTimes, time)]);
  return {
    parties: { operators: operators.size, groups: groups.size },
    isMajority: isMajority(quorum, { operators, groups }),
  };
}

function signedBy(times: ReadonlyMap<string, number>, until: number): string[] {
  return [...times].filter(([, time]) => time <= until).map(([party]) => party);
}
