import type { Charter } from '@besure/governance';

const LEAST_MILLIS = 5000;
const LEAST_COUNTERSIGN_MILLIS = 2000;
const LARGEST_MILLIS = 10_000;
/** Whoever was asked may end in the middle, and then nobody answers: that must not delay an item by many slots. */
const SLOTS = 4;

/** How long an answer from another zone is waited for. After it nobody knows whether the request was handled: it is sent again. */
export function answerMillis({ slots }: Pick<Charter, 'slots'>): number {
  return Math.min(LARGEST_MILLIS, Math.max(LEAST_MILLIS, SLOTS * slots.lengthMillis));
}

/** The same for a countersignature: short enough for the question to be repeated before the deadline makes the statement one-sided. */
export function countersignMillis(charter: Pick<Charter, 'slots' | 'limits'>): number {
  const deadline = charter.limits.countersignatureDeadlineSeconds * 1000;
  return Math.min(answerMillis(charter), Math.max(LEAST_COUNTERSIGN_MILLIS, deadline / 4));
}
