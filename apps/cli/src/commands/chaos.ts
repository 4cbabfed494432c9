import { randomBytes } from 'node:crypto';
import { type ChaosReport, describeFault, inTemporaryFolder, runChaos } from '@besure/dev-env';
import { UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interruption.js';
import type { Io } from '../io.js';
import { noArguments, parseOptions } from '../parse-options.js';

/** `chaos --minutes N [--seed S] [--json]`: does to a network what happens to machines, and tells whether anything acknowledged was lost or doubled. */
export const chaosCommand: Command = {
  usage: ['chaos --minutes N [--seed S] [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      minutes: { type: 'string', default: '2' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    noArguments(positionals);
    if (!/^(?:[1-9][0-9]{0,3}|0\.[1-9]|[1-9]\.[0-9])$/.test(values.minutes))
      throw new UsageError('--minutes is a number from 0.1 to 9999, such as 0.5 or 60');
    const seed = values.seed ?? randomBytes(4).toString('hex');
    if (!/^[\w.-]{1,64}$/.test(seed))
      throw new UsageError('--seed is one word of letters, digits, hyphens, dots and underscores');
    const again = `./besure chaos --minutes ${values.minutes} --seed ${seed}`;
    let kept = '';
    try {
      const report = await inTemporaryFolder(
        'chaos',
        (folder) => {
          kept = folder;
          return interruptible((signal) =>
            runChaos({
              folder,
              seed,
              seconds: Number(values.minutes) * 60,
              signal,
              onProgress: (text) => io.err(`  ${text}\n`),
            }),
          );
        },
        (outcome) => ('result' in outcome ? !outcome.result.ok : isFault(outcome.error)),
      );
      if (values.json) io.out(`${JSON.stringify(report, null, 2)}\n`);
      else print(io, report);
      if (!report.ok) io.err(`once more: ${again}\nlogs and data: ${kept}\n`);
      return report.ok ? EXIT.ok : EXIT.failed;
    } catch (error) {
      if (isFault(error)) io.err(`once more: ${again}\nlogs and data: ${kept}\n`);
      throw error;
    }
  },
};

/** Who stops it does not want to look into what is left. */
function isFault(error: unknown): boolean {
  return !(error instanceof Error && error.message === 'stopped');
}

function print(io: Io, report: ChaosReport): void {
  for (const fault of report.schedule) io.out(`${describeFault(fault)}\n`);
  io.out(`${report.acknowledged} events acknowledged within ${report.seconds} s, ${report.kills} kills\n`);
  io.out(`lost ${report.lost}, doubled ${report.doubled}\n`);
  io.out(
    `at rest ${report.settledSeconds} s after the last; ${report.evidenceVerified} evidence files verified\n`,
  );
  io.out(`longest time without anything becoming complete: ${report.longestStallSeconds} s\n`);
  io.out(`${report.recoveries} times something served again, after\n`);
  for (const [kind, { count, medianSeconds, longestSeconds }] of Object.entries(report.recoveryByKind)) {
    io.out(`  ${kind.padEnd(8)} ${medianSeconds} s (median of ${count}), ${longestSeconds} s at most\n`);
  }
  io.out(`${report.startedAgain} times a service ended by itself and was started again\n`);
  io.out(`${report.streamsFull} times a stream had no room\n`);
  for (const text of [...report.complaints, ...report.differences]) io.out(`- ${text}\n`);
  for (const { zone, rule, subject, detail } of report.findings) {
    io.out(`- ${zone}: ${rule}: ${subject}: ${detail}\n`);
  }
  io.out(`seed ${report.seed}\n`);
}
