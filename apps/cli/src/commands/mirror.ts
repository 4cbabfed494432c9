import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readRunFile } from '@besure/dev-env';
import { type Charter, rightsLogOf, tlogPolicyOf } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { FolderLog, HttpLogSource, LogStoreError, mirrorLog, type Mirrored } from '@besure/log-store';
import { encodeBase64, parseCheckpoint } from '@besure/protocol';
import { judgeCheckpoint } from '@besure/verification';
import { CliError, UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interruption.js';
import { HeardHubs, type WrittenAccusation } from '../heard-hubs.js';
import { type LogName, logUrl, LOGS } from '../log-url.js';
import { onlyArgument, parseOptions } from '../parse-options.js';
import { stateFolder } from '../state-folder.js';
import { trustIn } from '../trust-file.js';

/** The quorum of the trust file, in the syntax of C2SP tlog-policy. */
const POLICY = 'tlog-policy';

/** `mirror DIR`: copies a log of the hubs for anyone to keep, verified; needs nothing but HTTP. */
export const mirrorCommand: Command = {
  usage: ['mirror DIR [--log proofs|rights] [--url URL]... [--trust FILE] [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      log: { type: 'string', default: 'proofs' },
      url: { type: 'string', multiple: true, default: [] },
      trust: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const folder = onlyArgument(positionals, 'DIR');
    const of = LOGS.find((name) => name === values.log);
    if (of === undefined) throw new UsageError(`--log must be ${LOGS.join(' or ')}, unlike ${values.log}`);
    const { urls, trustFile } = whereFrom(values.url, values.trust, of);
    const charter = trustFile === null ? null : charterOfLog(trustIn(trustFile).charter, of);
    const log = new FolderLog(folder);
    // Accusations are about the log of proofs.
    const court = charter === null || of !== 'proofs' ? null : await HeardHubs.listen(log, charter);
    const mirrored = await interruptible((signal) =>
      mirrorLog({
        folder: log,
        sources: urls.map((url) => new HttpLogSource(url)),
        accept(note, source) {
          assertSigned(note, charter);
          court?.heard(note, source);
        },
        signal,
      }).catch(async (error: unknown) => {
        if (signal.aborted) throw signal.reason;
        const why = asCliError(error);
        throw error instanceof LogStoreError ? withAccusations(why, (await court?.accuse()) ?? []) : why;
      }),
    );
    if (charter !== null) await log.write(POLICY, tlogPolicyOf(charter, nodePrimitives.sha256));
    const report = reportOf(folder, mirrored, charter, (await court?.accuse()) ?? []);
    io.out(values.json ? `${JSON.stringify(report, null, 2)}\n` : forPeople(report));
    return report.accusations.length === 0 ? EXIT.ok : EXIT.failed;
  },
};

/** Without a URL those of the network that is up, and then its trust file, too. */
function whereFrom(
  given: readonly string[],
  trustFile: string | undefined,
  of: LogName,
): { urls: string[]; trustFile: string | null } {
  if (given.length > 0)
    return { urls: given.map((url) => logUrl(url, 'url', of)), trustFile: trustFile ?? null };
  const run = readRunFile(stateFolder);
  if (run === null) throw new UsageError('--url is missing, and no network is up');
  const own = join(stateFolder, 'trust.json');
  return {
    urls: run.hubs.map(({ log }) => new URL(of, log).href),
    trustFile: trustFile ?? (existsSync(own) ? own : null),
  };
}

/** The log of rights is signed by the same keys under another origin. */
function charterOfLog(charter: Charter, of: LogName): Charter {
  return of === 'proofs' ? charter : rightsLogOf(charter);
}

/** With a trust file, a hub that it names must have signed as the log. */
function assertSigned(note: string, charter: Charter | null): void {
  if (charter === null) return;
  const { origin } = charter.log;
  if (parseCheckpoint(note).origin !== origin) throw new Error(`it is not of the log ${origin}`);
  if (!judgeCheckpoint(note, charter, nodePrimitives).signedByLog) {
    throw new Error('no hub of the trust file has signed it');
  }
}

function asCliError(error: unknown): unknown {
  if (error instanceof LogStoreError) {
    const status = error.code === 'unreachable' ? EXIT.unavailable : EXIT.failed;
    return new CliError(status, error.message, { cause: error });
  }
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (error instanceof Error && typeof code === 'string' && typeof path === 'string') {
    return new CliError(EXIT.unwritable, message, { cause: error });
  }
  return error;
}

interface MirrorReport {
  readonly folder: string;
  readonly origin: string;
  readonly size: number;
  readonly sizeBefore: number;
  readonly root: string;
  /** Null without a trust file: then no signature was checked. */
  readonly signatures: {
    readonly hubs: readonly string[];
    readonly witnesses: readonly string[];
    readonly quorate: boolean;
    readonly recordedTime: string | null;
  } | null;
  readonly sources: Mirrored['sources'];
  /** Files that prove who lied. */
  readonly accusations: readonly string[];
}

function reportOf(
  folder: string,
  { note, head, sizeBefore, sources }: Mirrored,
  charter: Charter | null,
  accusations: readonly WrittenAccusation[],
): MirrorReport {
  const judged = charter === null ? null : judgeCheckpoint(note, charter, nodePrimitives);
  return {
    folder,
    origin: parseCheckpoint(note).origin,
    size: head.size,
    sizeBefore,
    root: encodeBase64(head.root),
    signatures: judged && {
      hubs: judged.hubs,
      witnesses: judged.witnesses,
      quorate: judged.recordedTime !== null,
      recordedTime: judged.recordedTime === null ? null : new Date(judged.recordedTime * 1000).toISOString(),
    },
    sources,
    accusations: accusations.map(({ path }) => path),
  };
}

/** Why it was refused, and which files prove who lied. */
function withAccusations(error: unknown, accusations: readonly WrittenAccusation[]): unknown {
  if (!(error instanceof CliError) || accusations.length === 0) return error;
  const lines = accusations.map(({ name, path }) => `${name} lied: ${path} proves it`);
  return new CliError(EXIT.failed, [error.message, ...lines].join('\n'), { cause: error });
}

const STATES = {
  copied: 'was copied',
  same: 'has the same',
  behind: 'has a beginning of it',
  unreachable: 'cannot be read',
} as const;

function forPeople(report: MirrorReport): string {
  const { folder, origin, size, sizeBefore, root, signatures, sources, accusations } = report;
  const lines = [
    origin,
    `${size} entries, ${size - sizeBefore} of them new; root ${root}`,
    ...sources.map(
      (source) =>
        `  ${source.name} ${STATES[source.state]}${source.state === 'behind' ? `: ${source.size} entries` : ''}${source.message === null ? '' : `: ${source.message}`}`,
    ),
    signatures === null
      ? 'signatures were not checked: --trust FILE does that'
      : `cosigned by ${[...signatures.hubs, ...signatures.witnesses].join(', ') || 'nobody'}: ${
          signatures.recordedTime === null ? 'no quorum yet' : `a quorum, by ${signatures.recordedTime}`
        }`,
    `every hash in ${folder} was computed from the entries`,
    ...accusations.map((path) => `somebody lied: ${path} proves it`),
  ];
  return `${lines.join('\n')}\n`;
}
