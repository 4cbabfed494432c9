// The gate: build, format, lint, types, then the suites of tests. Run by `./besure test`, straight from
// these files: they use only syntax that Node can strip, because nothing is built when they start.
import { mkdirSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CHECKS, runCheck } from './checks.ts';
import { REPORTS } from './paths.ts';
import { formatOutcome, isGreen, NO_OUTCOME, sum } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { DEFAULT_SUITES, isSuite, runSuite, SUITES } from './suites.ts';
import type { Suite } from './suites.ts';
import { writeCheckReport } from './junit.ts';

const USAGE = `usage: ./besure test [--suite ${SUITES.join('|')}]... [part of a path]...`;

interface Wanted {
  readonly suites: readonly Suite[];
  readonly paths: readonly string[];
}

function parseWanted(args: readonly string[]): Wanted | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { suite: { type: 'string', multiple: true } },
      allowPositionals: true,
    });
    const suites = values.suite ?? [...DEFAULT_SUITES];
    return suites.every(isSuite) ? { suites, paths: positionals } : undefined;
  } catch {
    return undefined;
  }
}

async function runGate({ suites, paths }: Wanted): Promise<Outcome> {
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  const checks = [];
  for (const check of CHECKS) checks.push(await runCheck(check));
  writeCheckReport(checks);
  let total = checks.map((check) => check.outcome).reduce(sum, NO_OUTCOME);
  if (checks.some((check) => check.name === 'build' && !isGreen(check.outcome))) {
    console.log('The tests run what is built: they are left out because the build failed.');
    return total;
  }
  for (const suite of suites) total = sum(total, await runSuite(suite, paths));
  return total;
}

const args = process.argv.slice(2);
const wanted = parseWanted(args);
if (args.includes('--help') || args.includes('-h')) {
  console.log(USAGE);
} else if (wanted === undefined) {
  console.error(USAGE);
  process.exitCode = 64;
} else {
  const started = performance.now();
  const total = await runGate(wanted);
  console.log(`\nReports: ${REPORTS}   time: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  console.log(formatOutcome(total));
  process.exitCode = isGreen(total) ? 0 : 1;
}
