import { printableLines } from '@besure/dev-env/printable';
import { formatDecision, parseNote } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { copyOf, FolderLog, type HeldLog, HttpLogSource, type LogSource } from '@besure/log-store';
import { parseRightsEntry, ProtocolError, readRightsItem, utf8Decode } from '@besure/protocol';
import { DecisionError, openDecision, type OpenedDecision } from '@besure/verification';
import { CliError, UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { readText, writeText } from '../files.js';
import type { Io } from '../io.js';
import { logUrl } from '../log-url.js';
import { onlyArgument, parseOptions, required } from '../parse-options.js';
import { asCliError } from './followed.js';
import type { Hub } from './hub.js';
import { idNamed } from './proposal-named.js';
import { fingerprint, hubAt, unmarked, withIdsMarked } from './verb.js';

/** `export ID`: what the board decided, in one file that needs nothing else to be checked. */
export const exportDecision: Command = {
  usage: ['rights export ID --out FILE [--url URL | --log DIR|URL] [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(withIdsMarked(args), {
      out: { type: 'string' },
      url: { type: 'string' },
      log: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const beginning = unmarked(onlyArgument(positionals, 'ID'));
    const out = required(values.out, 'out');
    if (values.url !== undefined && values.log !== undefined)
      throw new UsageError('--url or --log, not both');
    const { text, report } =
      values.url === undefined
        ? await decisionIn(await sourceOf(values.log), beginning)
        : await decisionAt(await hubAt(values.url), beginning);
    const { proposal, status, network } = report;
    if (status === 'open') throw new CliError(EXIT.failed, `${proposal} is open: nothing is decided yet`);
    writeText(out, text);
    show(io, values.json, report, `written to ${out}; of the network ${network}`);
    return EXIT.ok;
  },
};

/** `check FILE`: replays it; needs no network and nothing that runs. */
export const checkDecision: Command = {
  usage: ['rights check FILE --genesis HASH [--json]'],
  run(args, io) {
    const { values, positionals } = parseOptions(args, {
      genesis: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const path = onlyArgument(positionals, 'FILE');
    const network = fingerprint(required(values.genesis, 'genesis'));
    const report = reportOn(openedDecision(path, readText(path) ?? '', network), network);
    show(io, values.json, report, 'a quorum has signed the log, and every decision was replayed');
    return EXIT.ok;
  },
};

/** What the log says of a proposal. */
interface DecisionReport {
  readonly network: string;
  readonly proposal: string;
  readonly status: string;
  /** The height at which it was closed. */
  readonly closed: number | null;
  readonly note: object;
  readonly votes: readonly { readonly member: string; readonly choice: string; readonly height: number }[];
  /** How much of the log is in it, up to which height, and the latest time of which a quorum says that this was all. */
  readonly log: { readonly size: number; readonly height: number; readonly asOf: string };
}

interface Decision {
  readonly text: string;
  readonly report: DecisionReport;
}

/** Made of a log. */
async function decisionIn(source: LogSource, beginning: string): Promise<Decision> {
  const log = await asCliError(() => copyOf(source));
  const { id: proposal, network } = proposalIn(log, beginning);
  const held = { proposal, entries: log.all };
  const opened = openedDecision(log.name, formatDecision({ ...held, checkpoint: log.note }), network);
  // Lines that count for nothing anyone could change.
  const text = formatDecision({ ...held, checkpoint: opened.checkpoint });
  return { text, report: reportOn(opened, network) };
}

/** As a hub hands it out: it is checked like any other. */
async function decisionAt(hub: Hub, beginning: string): Promise<Decision> {
  const id = await idNamed(hub, beginning);
  const [{ network }, text] = await Promise.all([hub.rights(), hub.decision(id)]);
  const report = reportOn(openedDecision(hub.url, text, network), network);
  if (report.proposal !== id)
    throw new CliError(
      EXIT.failed,
      `${hub.url} hands out another decision than that on ${id}: do not believe it`,
    );
  return { text, report };
}

function reportOn({ proposal, size, height, confirmedAt }: OpenedDecision, network: string): DecisionReport {
  const { id, status, closed, note, votes } = proposal;
  return {
    network,
    proposal: id,
    status,
    closed,
    note,
    votes,
    log: { size, height, asOf: new Date(confirmedAt * 1000).toISOString() },
  };
}

function openedDecision(name: string, text: string, network: string): OpenedDecision {
  try {
    return openDecision(text, network, nodePrimitives);
  } catch (error) {
    if (!(error instanceof DecisionError)) throw error;
    throw new CliError(EXIT.failed, `${name}: ${error.message}`, { cause: error });
  }
}

/** A mirror, or a hub's log; without either the first hub's of the network that is up. */
async function sourceOf(log: string | undefined): Promise<LogSource> {
  if (log !== undefined)
    return /^https?:/.test(log) ? new HttpLogSource(logUrl(log, 'log', 'rights')) : new FolderLog(log);
  const { runningNetwork } = await import('../running-network.js');
  return new HttpLogSource(new URL('rights', runningNetwork().hubs[0]!.log).href);
}

/** The proposal whose id begins like that, and the network that it was made for. Whether it counts is told by replaying. */
function proposalIn(log: HeldLog, beginning: string): { readonly id: string; readonly network: string } {
  const found = new Map<string, string>();
  for (const entry of log.all) {
    const note = noteIn(entry);
    if (note?.content.kind === 'proposal' && note.id.startsWith(beginning))
      found.set(note.id, note.content.network);
  }
  const [first] = found;
  if (first === undefined) throw new CliError(EXIT.failed, `${log.name} has no proposal ${beginning}`);
  if (found.size > 1) throw new CliError(EXIT.failed, `${found.size} proposals begin with ${beginning}`);
  const [id, network] = first;
  return { id, network };
}

function noteIn(entry: Uint8Array): ReturnType<typeof parseNote> | null {
  try {
    const { kind, content } = readRightsItem(parseRightsEntry(entry).item);
    return kind === 'note' ? parseNote(utf8Decode(content), nodePrimitives.sha256) : null;
  } catch (error) {
    // Anyone may write anything.
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

function show(io: Io, json: boolean, report: DecisionReport, ending: string): void {
  if (json) {
    io.out(`${JSON.stringify(report, null, 2)}\n`);
    return;
  }
  const { proposal, status, closed, note, votes, log } = report;
  const lines = [
    `${proposal}  ${status}${closed === null ? '' : ` at height ${closed}`}`,
    JSON.stringify(note, null, 2),
    ...votes.map(({ member, choice, height }) => `  ${member}: ${choice}, at height ${height}`),
    `the log of rights up to height ${log.height}, ${log.size} entries, as of ${log.asOf}`,
    ending,
  ];
  io.out(`${printableLines(lines.join('\n'))}\n`);
}
