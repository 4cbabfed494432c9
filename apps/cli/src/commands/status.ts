import { backOfficeOf, type RunFile, type SentDocument, sentDocuments } from '@besure/dev-env';
import { printable } from '@besure/dev-env/printable';
import { CliError } from '../cli-error.js';
import type { Command } from '../command.js';
import { deadLetterLines, deadLetterStandings } from '../dead-letter-standing.js';
import { EXIT } from '../exit-codes.js';
import { accusationLine, hubStandings, knownAccusations, standingLines } from '../hub-standing.js';
import type { Io } from '../io.js';
import { noArguments, parseOptions } from '../parse-options.js';
import { runningNetwork } from '../running-network.js';
import { stateFolder } from '../state-folder.js';

/**
 * `status [ID] [--json]`: how what was sent from here stands; ID is a message, an event, or the beginning of one. `status --hubs`: how the hubs
 * stand, and which members owe them items. Without ID also the hubs, and what waits as dead letters, for people.
 */
export const statusCommand: Command = {
  usage: ['status [ID] [--json]', 'status --hubs [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      hubs: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    const [id, ...rest] = positionals;
    noArguments(values.hubs ? positionals : rest);
    const run = runningNetwork();
    if (values.hubs) {
      if (values.json) io.out(`${JSON.stringify(await hubStandings(run), null, 2)}\n`);
      else await showHubs(run, io);
      return EXIT.ok;
    }
    const documents = sentDocuments(stateFolder).filter((sent) => id === undefined || matches(sent, id));
    if (id !== undefined && documents.length === 0)
      throw new CliError(EXIT.failed, `nothing was sent as ${id}`);
    const statuses = await Promise.all(documents.map((sent) => statusOf(run, sent)));
    if (values.json) io.out(`${JSON.stringify(statuses, null, 2)}\n`);
    else if (statuses.length === 0) io.out('nothing was sent from here yet\n');
    for (const { message, file, from, to, events } of values.json ? [] : statuses) {
      io.out(`${message}  ${printable(file)}  ${from} -> ${to}\n`);
      for (const event of events) {
        const evidence = event.evidence === null ? '' : `  evidence ${event.evidence}`;
        io.out(
          `  ${event.event.padEnd(15)} ${event.state.padEnd(14)}${event.why === null ? '' : ` ${event.why}`}${evidence}\n`,
        );
      }
    }
    if (!values.json && id === undefined) {
      await showHubs(run, io);
      for (const line of deadLetterLines(await deadLetterStandings(run))) io.out(`${line}\n`);
    }
    return EXIT.ok;
  },
};

async function showHubs(run: RunFile, io: Io): Promise<void> {
  const [hubs, accusations] = await Promise.all([hubStandings(run), knownAccusations(run)]);
  for (const line of [...hubs.flatMap(standingLines), ...accusations.map(accusationLine)])
    io.out(`${line}\n`);
}

function matches({ message, events }: SentDocument, id: string): boolean {
  return [message, message.replace('urn:uuid:', ''), ...events.map((event) => event.id)].some((one) =>
    one.startsWith(id),
  );
}

async function statusOf(run: RunFile, sent: SentDocument) {
  const events = await Promise.all(
    sent.events.map(async ({ event, organisation, source, id }) => {
      const status = await backOfficeOf(run, organisation).status(source, id);
      const { state, evidence, disputed, why, at } = status ?? {
        state: 'unknown',
        evidence: null,
        disputed: false,
        why: null,
        at: {},
      };
      return { event, organisation, source, id, state, evidence, disputed, why, at };
    }),
  );
  return { message: sent.message, file: sent.file, from: sent.from, to: sent.to, events };
}
