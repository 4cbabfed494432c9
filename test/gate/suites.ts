import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { programOf, REPORTS } from './paths.ts';
import { runNode } from './run-node.ts';

/** The suites by what they cost: pure; real servers; all services; too long for every day. */
export const SUITES = ['spec', 'int', 'e2e', 'long'] as const;

export type Suite = (typeof SUITES)[number];

/** What runs unless asked otherwise. */
export const DEFAULT_SUITES: readonly Suite[] = ['spec', 'int', 'e2e'];

export function isSuite(name: string): name is Suite {
  return (SUITES as readonly string[]).includes(name);
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** Runs the tests of one suite, shown as they go, and says how many went how. */
export async function runSuite(suite: Suite, paths: readonly string[]): Promise<Outcome> {
  console.log(`\nSuite ${suite}`);
  const results = join(REPORTS, `${suite}.json`);
  const { status, seconds } = await runNode(
    [
      ...[
        programOf('vitest/vitest.mjs'),
        'run',
        '--project',
        suite,
        '--passWithNoTests',
        '--allowOnly=false',
        // A network is some fifteen processes: two of them at once starve each other on a small machine.
        ...(suite === 'e2e' || suite === 'long' ? ['--no-file-parallelism'] : []),
      ],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${results}`],
      ...['--reporter=junit', `--outputFile.junit=${join(REPORTS, `${suite}.xml`)}`],
      ...paths,
    ],
    'shown',
  );
  const outcome = countResults(results, status);
  console.log(`Suite ${suite}: ${formatOutcome(outcome)}, ${seconds.toFixed(1)} s`);
  return outcome;
}

function countResults(file: string, status: number): Outcome {
  // Without any test file vitest writes no report.
  if (!existsSync(file)) return { passed: 0, failed: status === 0 ? 0 : 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  const unloaded = report.testResults.filter(
    (one) => one.status === 'failed' && one.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + unloaded.length;
  return {
    passed: report.numPassedTests,
    // An error outside every test fails the run as well.
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
