import type { Period } from './charter.js';

/** Whether a moment or height lies in a period: at its beginning it does, at its end it does no more. */
export function isWithin({ from, until }: Period, moment: number): boolean {
  return from <= moment && (until === null || moment < until);
}
