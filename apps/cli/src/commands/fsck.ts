import { join } from 'node:path';
import { fsckOptionsOf } from '@besure/dev-env';
import { fsck, FsckError, type FsckOptions } from '@besure/fsck';
import { CliError, UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { readText } from '../files.js';
import { fsckReportText } from '../fsck-report-text.js';
import { httpUrl, logUrl } from '../log-url.js';
import { noArguments, parseOptions, required } from '../parse-options.js';
import { runningNetwork } from '../running-network.js';
import { stateFolder } from '../state-folder.js';
import { charterIn, trustIn } from '../trust-file.js';

const OPTIONS = {
  json: { type: 'boolean', default: false },
  sample: { type: 'string', default: '100' },
  zone: { type: 'string' },
  database: { type: 'string' },
  charter: { type: 'string' },
  trust: { type: 'string' },
  archive: { type: 'string' },
  'token-file': { type: 'string' },
  hub: { type: 'string', multiple: true },
} as const;

type Values = ReturnType<typeof parseOptions<typeof OPTIONS>>['values'];

/** `fsck`: compares what a network that runs holds with what it has acknowledged; with `--zone` one organisation of it. It only reads. */
export const fsckCommand: Command = {
  usage: [
    'fsck [--sample N|all] [--json]',
    'fsck --zone ORGANISATION --database URL (--trust FILE | --charter FILE) [--archive URL --token-file FILE] [--hub URL]... [--sample N|all] [--json]',
  ],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, OPTIONS);
    noArguments(positionals);
    const options = values.zone === undefined ? runningOptions(values) : zoneOptions(values, values.zone);
    const report = await fsck(options).catch((error: unknown) => {
      throw error instanceof FsckError
        ? new CliError(EXIT.unavailable, error.message, { cause: error })
        : error;
    });
    io.out(values.json ? `${JSON.stringify(report, null, 2)}\n` : fsckReportText(io, report));
    return report.ok ? EXIT.ok : EXIT.failed;
  },
};

/** What `./besure up` started. */
function runningOptions(values: Values): FsckOptions {
  for (const name of ['database', 'charter', 'trust', 'archive', 'token-file'] as const) {
    if (values[name] !== undefined) throw new UsageError(`--${name} goes with --zone`);
  }
  if (values.hub !== undefined) throw new UsageError('--hub goes with --zone');
  const sample = sampleOf(values);
  const trust = readText(join(stateFolder, 'trust.json')) ?? '';
  return fsckOptionsOf({ ...runningNetwork(), trust }, { sample });
}

/** One organisation, by what its operator names. A URL of a database holds a password: it may stand in the environment. */
function zoneOptions(values: Values, organisation: string): FsckOptions {
  const { trust: trustFile, charter: charterFile, archive, 'token-file': tokenFile } = values;
  if ((archive === undefined) !== (tokenFile === undefined))
    throw new UsageError('--archive and --token-file go together');
  if (archive !== undefined && trustFile === undefined)
    throw new UsageError('--archive needs --trust: evidence is verified against it');
  const trust = trustFile === undefined ? null : trustIn(trustFile, EXIT.configuration);
  const charter =
    charterFile !== undefined
      ? charterIn(charterFile, EXIT.configuration)
      : (trust ?? trustIn(required(trustFile, 'trust'))).charter;
  if (!charter.organisations.some(({ id }) => id === organisation))
    throw new UsageError(`${organisation} is no organisation of the charter`);
  return {
    charter,
    trust,
    zones: [
      {
        organisation,
        database: required(values.database ?? process.env['BESURE_DATABASE_URL'], 'database'),
        archive:
          archive === undefined || tokenFile === undefined
            ? null
            : { url: httpUrl(archive, 'archive'), token: (readText(tokenFile) ?? '').trim() },
      },
    ],
    hubs: (values.hub ?? []).map((url) => ({ id: url, logUrl: logUrl(url, 'hub') })),
    sample: sampleOf(values),
  };
}

function sampleOf({ sample }: Values): number | 'all' {
  if (sample === 'all') return sample;
  if (!/^(?:0|[1-9][0-9]{0,8})$/.test(sample)) throw new UsageError('--sample is a whole number, or "all"');
  return Number(sample);
}
