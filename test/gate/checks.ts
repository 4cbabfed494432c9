import type { Outcome } from './outcome.ts';
import { programOf } from './paths.ts';
import { runNode } from './run-node.ts';

/** Something that is right or wrong as a whole. */
export interface Check {
  readonly name: string;
  readonly args: readonly string[];
}

/** A check that was run. */
export interface CheckResult {
  readonly name: string;
  readonly outcome: Outcome;
  readonly seconds: number;
  /** What the program said. */
  readonly output: string;
}

const TSC = programOf('typescript/bin/tsc');

/** In this order; the layers of the design are among the lint rules. */
export const CHECKS: readonly Check[] = [
  { name: 'build', args: [TSC, '--build', 'tsconfig.build.json'] },
  { name: 'types', args: [TSC, '--build'] },
  { name: 'lint', args: [programOf('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings'] },
  {
    name: 'format',
    args: [programOf('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'].concat(
      '--cache',
      '--cache-location=.besure/cache/prettier',
    ),
  },
];

/** Runs one check and says how it went; what it printed is shown only if it failed. */
export async function runCheck(check: Check): Promise<CheckResult> {
  const { status, output, seconds } = await runNode(check.args, 'collected');
  const isRight = status === 0;
  if (!isRight) console.log(output.trimEnd());
  console.log(`${check.name.padEnd(6)} ${isRight ? 'ok' : 'FAILED'}, ${seconds.toFixed(1)} s`);
  const outcome = { passed: isRight ? 1 : 0, failed: isRight ? 0 : 1, skipped: 0 };
  return { name: check.name, outcome, seconds, output };
}
