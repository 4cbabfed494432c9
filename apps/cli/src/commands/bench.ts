import {
  type BenchReport,
  inTemporaryFolder,
  ledgerFromEnvironment,
  ProcessHost,
  runBench,
  startNetwork,
} from '@besure/dev-env';
import { UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interruption.js';
import type { Io } from '../io.js';
import { noArguments, parseOptions } from '../parse-options.js';

/** `bench [--seconds N] [--json]`: proofs per second, and processor time per proof by service, on this machine. */
export const benchCommand: Command = {
  usage: ['bench [--seconds N] [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      seconds: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
    });
    noArguments(positionals);
    if (!/^[1-9][0-9]{0,4}$/.test(values.seconds))
      throw new UsageError('--seconds is a whole number from 1 to 99999');
    const ledger = ledgerFromEnvironment(process.env);
    const report = await inTemporaryFolder('bench', (folder) =>
      interruptible((signal) =>
        runBench({
          seconds: Number(values.seconds),
          signal,
          onProgress: (text) => io.err(`  ${text}\n`),
          startNetwork: () =>
            startNetwork({
              folder,
              profile: 'demo',
              signal,
              host: (logs) => new ProcessHost(logs),
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
