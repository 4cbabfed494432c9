import { createInterface } from 'node:readline/promises';
import { CliError, UsageError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

/** Asks on the terminal whether to go on. Throws a UsageError where there is none, and a CliError where the answer is not yes. */
export async function confirmed(question: string): Promise<void> {
  if (!process.stdin.isTTY) throw new UsageError('--yes is missing, and there is no terminal to ask on');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.failed, 'nothing was signed');
  } finally {
    terminal.close();
  }
}
