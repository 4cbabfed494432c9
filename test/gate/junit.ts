import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckResult } from './checks.ts';
import { isGreen } from './outcome.ts';
import { REPORTS } from './paths.ts';

/** Writes the checks as a JUnit report, beside those that vitest writes for the suites. */
export function writeCheckReport(checks: readonly CheckResult[]): void {
  const failed = checks.filter((check) => !isGreen(check.outcome));
  const cases = checks.map((check) => {
    const start = `    <testcase classname="checks" name="${check.name}" time="${check.seconds.toFixed(3)}"`;
    if (isGreen(check.outcome)) return `${start}/>`;
    return `${start}>\n      <failure>${escapeXml(check.output)}</failure>\n    </testcase>`;
  });
  const counts = `tests="${checks.length}" failures="${failed.length}"`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="checks" ${counts}>`,
    `  <testsuite name="checks" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
  ];
  writeFileSync(join(REPORTS, 'checks.xml'), `${lines.join('\n')}\n`);
}

function escapeXml(text: string): string {
  // XML 1.0 has no way to write control characters, colours of a terminal among them.
  // oxlint-disable-next-line no-control-regex
  const printable = text.replaceAll(/\u001b\[[0-9;]*m/g, '').replaceAll(/[\u0000-\u0008\u000b-\u001f]/g, '');
  return printable.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
