import { printable } from '@besure/dev-env/printable';
import { UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';
import { noArguments, parseOptions } from '../parse-options.js';
import { changeOf } from './change-argument.js';
import { proposalNamed } from './proposal-named.js';
import { differenceText, historyText, pendingText, proposalText, rightsText } from './text.js';
import { hubAt, withIdsMarked } from './verb.js';

/** The options of whatever only looks. */
export const LOOK_OPTIONS = { url: { type: 'string' }, json: { type: 'boolean', default: false } } as const;

/** `show`: members, hubs, hosting and terms as the decisions have made them. */
export const show: Command = {
  usage: ['rights show [--url URL] [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, LOOK_OPTIONS);
    noArguments(positionals);
    const rights = await (await hubAt(values.url)).rights();
    print(io, values.json, rights, () => rightsText(rights));
    return EXIT.ok;
  },
};

/** `proposals [ID]`: all of them, those of one status, or one with all that it asks for. */
export const proposals: Command = {
  usage: ['rights proposals [ID] [--status STATUS] [--url URL] [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(withIdsMarked(args), {
      ...LOOK_OPTIONS,
      status: { type: 'string' },
    });
    const [id, ...rest] = positionals;
    noArguments(rest);
    if (id !== undefined && values.status !== undefined) throw new UsageError('ID or --status, not both');
    const hub = await hubAt(values.url);
    if (id === undefined) {
      const all = await hub.proposals(values.status);
      print(io, values.json, all, () => (all.length === 0 ? ['none'] : all.flatMap(proposalText)));
      return EXIT.ok;
    }
    const one = await proposalNamed(hub, id);
    print(io, values.json, one, () => [
      ...proposalText(one),
      ...pendingText(one.pending),
      ...JSON.stringify(one.note.change, null, 2)
        .split('\n')
        .map((line) => `  ${line}`),
    ]);
    return EXIT.ok;
  },
};

/** `history`: what each entry of the log did, or why it was refused. */
export const history: Command = {
  usage: ['rights history [--from INDEX] [--url URL] [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      ...LOOK_OPTIONS,
      from: { type: 'string', default: '0' },
    });
    noArguments(positionals);
    if (!/^(0|[1-9][0-9]{0,14})$/.test(values.from)) throw new UsageError('--from must be a whole number');
    const entries = await (await hubAt(values.url)).history(Number(values.from));
    print(io, values.json, entries, () => entries.map(historyText));
    return EXIT.ok;
  },
};

/** `preview CHANGE`: what exactly a change would change in the charter, or why it cannot be. */
export const preview: Command = {
  usage: ['rights preview CHANGE [--url URL] [--json]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, LOOK_OPTIONS);
    const change = changeOf(positionals);
    const changes = await (await hubAt(values.url)).preview(change);
    print(io, values.json, changes, () => changes.map(differenceText));
    return EXIT.ok;
  },
};

/** What comes from a hub is shown, not obeyed. */
export function print(io: Io, json: boolean, value: unknown, lines: () => readonly string[]): void {
  if (json) io.out(`${JSON.stringify(value, null, 2)}\n`);
  else for (const line of lines()) io.out(`${printable(line)}\n`);
}
