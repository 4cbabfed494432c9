/** How many went how. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NO_OUTCOME: Outcome = { passed: 0, failed: 0, skipped: 0 };

export function sum(a: Outcome, b: Outcome): Outcome {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

export function isGreen(outcome: Outcome): boolean {
  return outcome.failed === 0;
}

/** The line that others read: `N passed, N failed`, and `, N skipped` where there are any. */
export function formatOutcome({ passed, failed, skipped }: Outcome): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
