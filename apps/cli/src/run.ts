import { printableLines } from '@besure/dev-env/printable';
import { CliError, UsageError } from './cli-error.js';
import type { Command } from './command.js';
import { COMMANDS } from './commands/index.js';
import { EXIT } from './exit-codes.js';
import type { Io } from './io.js';

const HELP_NAMES = ['help', '--help', '-h'];

/** Runs one command line (without the program's name) and returns the exit status; never throws. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    io.err(overview());
    return EXIT.usage;
  }
  if (HELP_NAMES.includes(name)) {
    io.out(overview());
    return EXIT.ok;
  }
  const listed = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (listed === undefined) {
    io.err(`besure: there is no command "${printableLines(name)}"\n\n${overview()}`);
    return EXIT.usage;
  }
  const command = await listed.load();
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(`${listed.summary}\n\n${usageOf(command)}`);
    return EXIT.ok;
  }
  try {
    return await command.run(rest, io);
  } catch (error) {
    return report(error, command, io);
  }
}

function report(error: unknown, command: Command, io: Io): number {
  const usage = error instanceof UsageError ? `\n${usageOf(command)}` : '';
  // What is said of a file has its name in it.
  io.err(`besure: ${printableLines(messageOf(error))}\n${usage}`);
  if (isConfiguration(error)) return EXIT.configuration;
  return error instanceof CliError ? error.exitCode : EXIT.internal;
}

/** What was foreseen is told in its message; of anything else the place matters. */
function messageOf(error: unknown): string {
  if (error instanceof CliError || isConfiguration(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** By name: `verify` and `disclose` are to load nothing of the services. */
function isConfiguration(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ConfigurationError';
}

function usageOf({ usage }: Command): string {
  return usage.map((line, index) => `${index === 0 ? 'usage:' : '      '} ./besure ${line}\n`).join('');
}

function overview(): string {
  const names = [...Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary] as const), TEST];
  const width = Math.max(...names.map(([name]) => name.length));
  const list = names.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}\n`).join('');
  return `usage: ./besure COMMAND ...\n\n${list}\n./besure COMMAND --help tells more.\n`;
}

/** The launcher runs this one itself: it has to work when nothing can be built. */
const TEST = ['test', 'the gate: build, types, lint, format and all tests'] as const;
