import { printable } from '@besure/dev-env/printable';
import { FINAL_STATES, FSCK_RULES, type FsckReport, type FsckRule } from '@besure/fsck';
import type { Io } from './io.js';
import { styled } from './style.js';

/** A consumer that has not read an event for so long stands still. */
const STILL_SECONDS = 60;

/** What fsck found, for people: counts, a table of rules by zone, and each finding. */
export function fsckReportText(io: Io, report: FsckReport): string {
  return [
    ...counts(report),
    '',
    ...table(io, report),
    ...waiting(report),
    '',
    ...(report.ok
      ? [styled(io, 'green', 'CLEAN: it holds what it has acknowledged, and nothing else')]
      : findings(io, report)),
    '',
  ].join('\n');
}

function counts({ acknowledged, states, underway, copiesUnderway, evidenceVerified }: FsckReport): string[] {
  const ended = FINAL_STATES.flatMap((state) =>
    (states[state] ?? 0) > 0 ? [`${states[state]} ${state}`] : [],
  );
  const copies = copiesUnderway > 0 ? `, ${copiesUnderway} copies not fetched yet` : '';
  return [
    `${acknowledged} events acknowledged: ${[...ended, `${underway} under way`].join(', ')}${copies}`,
    `${evidenceVerified} files of evidence fetched and verified`,
  ];
}

function table(io: Io, { checks }: FsckReport): string[] {
  const zones = [...new Set(checks.map(({ zone }) => zone))];
  const rules = (Object.keys(FSCK_RULES) as FsckRule[]).filter((rule) =>
    checks.some((check) => check.rule === rule),
  );
  const first = Math.max(...rules.map((rule) => rule.length));
  const cell = (rule: FsckRule, zone: string): string => {
    const check = checks.find((one) => one.rule === rule && one.zone === zone);
    const text = (check === undefined ? '' : check.broken === 0 ? 'ok' : String(check.broken)).padEnd(
      zone.length,
    );
    return check !== undefined && check.broken > 0 ? styled(io, 'red', text) : text;
  };
  return [
    [''.padEnd(first), ...zones].join('  '),
    ...rules.map((rule) =>
      [rule.padEnd(first), ...zones.map((zone) => cell(rule, zone))].join('  ').trimEnd(),
    ),
  ];
}

function waiting({ consumers, deadLetters }: FsckReport): string[] {
  const still = consumers.filter(({ oldestSeconds }) => oldestSeconds >= STILL_SECONDS);
  return [
    ...still.map(
      ({ zone, consumer, source, lag, oldestSeconds }) =>
        `${zone}: ${consumer} has not read ${lag} events of ${source}, the oldest of them since ${oldestSeconds} s`,
    ),
    ...deadLetters.map(
      ({ zone, consumer, source, waiting: count }) =>
        `${zone}: ${count} events of ${source} wait as dead letters of ${consumer} for an operator`,
    ),
  ];
}

function findings(io: Io, { findings: all, checks }: FsckReport): string[] {
  const broken = checks.reduce((sum, check) => sum + check.broken, 0);
  const hidden = broken - all.length;
  return [
    styled(io, 'red', `BROKEN: ${broken} findings`),
    ...all.map(
      ({ zone, rule, subject, detail }) => `${zone}  ${rule}  ${printable(subject)}: ${printable(detail)}`,
    ),
    ...(hidden > 0 ? [`and ${hidden} more of the same rules`] : []),
  ];
}
