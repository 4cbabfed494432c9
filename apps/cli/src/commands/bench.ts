import {
  type BenchReport,
  inTemporaryFolder,
  ledgerFromEnvironment,
  ProcessHost,
  profiling,
  runBench,
  startNetwork,
} from '@besure/dev-env';
import { UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { benchQueued } from './bench-queued.js';
import { interruptible } from '../interruption.js';
import type { Io } from '../io.js';
import { noArguments, parseOptions } from '../parse-options.js';

/**
 * `bench [--seconds N | --minutes N] [--json] [--profile FOLDER]`: proofs per second, and processor time per proof by service, on this machine. With
 * `--queued N` instead: what each service holds with N events queued.
 */
export const benchCommand: Command = {
  usage: ['bench [--seconds N | --minutes N] [--json] [--profile FOLDER | --queued N]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      seconds: { type: 'string' },
      minutes: { type: 'string' },
      json: { type: 'boolean', default: false },
      profile: { type: 'string' },
      queued: { type: 'string' },
    });
    noArguments(positionals);
    const seconds = secondsOf(values);
    const { profile, queued } = values;
    if (queued !== undefined) {
      if (profile !== undefined) throw new UsageError('--profile and --queued exclude each other');
      if (!/^[1-9][0-9]{0,7}$/.test(queued))
        throw new UsageError('--queued is a whole number from 1 to 99999999');
      return benchQueued(io, { events: Number(queued), seconds, json: values.json });
    }
    const ledger = ledgerFromEnvironment(process.env);
    const report = await inTemporaryFolder('bench', (folder) =>
      interruptible((signal) =>
        runBench({
          seconds,
          signal,
          onProgress: (text) => io.err(`  ${text}\n`),
          startNetwork: () =>
            startNetwork({
              folder,
              profile: 'demo',
              signal,
              host: (logs) => new ProcessHost(logs, profile === undefined ? {} : profiling(profile)),
              ...(ledger !== null && { ledger }),
              onProgress: (step) => io.err(`  ${step} ...\n`),
            }),
        }),
      ),
    );
    if (values.json) io.out(`${JSON.stringify(report, null, 2)}\n`);
    else print(io, report);
    return report.proofs > 0 && report.lagEnd === 0 ? EXIT.ok : EXIT.failed;
  },
};

function secondsOf({
  seconds,
  minutes,
}: {
  seconds?: string | undefined;
  minutes?: string | undefined;
}): number {
  if (seconds !== undefined && minutes !== undefined)
    throw new UsageError('--seconds and --minutes exclude each other');
  const [name, value, unit] =
    minutes === undefined ? ['seconds', seconds ?? '20', 1] : ['minutes', minutes, 60];
  if (!/^[1-9][0-9]{0,4}$/.test(value)) throw new UsageError(`--${name} is a whole number from 1 to 99999`);
  return Number(value) * unit;
}

function print(io: Io, report: BenchReport): void {
  io.out(
    `${report.proofsPerSecond} proofs per second, steadily for ${report.seconds} s (load generator included; ${report.proofs} in all)\n`,
  );
  io.out('processor time per proof, in microseconds\n');
  const parts = Object.entries(report.cpuMicrosPerProof).toSorted(([, a], [, b]) => b - a);
  for (const [name, micros] of parts) io.out(`  ${name.padEnd(14)} ${String(micros).padStart(6)}\n`);
  io.out(`  ${'all'.padEnd(14)} ${String(parts.reduce((sum, [, micros]) => sum + micros, 0)).padStart(6)}\n`);
  const { ackMillis: ack, evidenceSeconds: evidence, calibration } = report;
  io.out(`acknowledged within ${ack.p50} ms (p50), ${ack.p99} ms (p99) per batch of 100\n`);
  io.out(
    `evidence after ${evidence.p50} s (p50), ${evidence.p99} s (p99); ${report.sampleVerified} verified\n`,
  );
  io.out(
    `this machine: P-256 signature ${calibration.p256SignMicros} us, fsync ${calibration.fsyncMicros} us\n`,
  );
}
