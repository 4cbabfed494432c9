import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from './cli-error.js';
import { readText } from './files.js';
import type { Io } from './io.js';

/** Where scripts that have no file for it put the passphrase. */
const VARIABLE = 'BESURE_PASSPHRASE';

/** The passphrase of a key file: the first line of a file, or of the environment, or asked for on the terminal, where it is not shown. */
export async function passphraseFrom(file: string | undefined, io: Io): Promise<string> {
  const passphrase =
    file === undefined
      ? (process.env[VARIABLE] ?? (await ask(io)))
      : (readText(file) ?? '').split('\n', 1)[0];
  if (passphrase === undefined || passphrase === '') throw new UsageError('the passphrase is empty');
  return passphrase;
}

async function ask(io: Io): Promise<string> {
  if (!process.stdin.isTTY)
    throw new UsageError(`--passphrase-file is missing, and there is neither ${VARIABLE} nor a terminal`);
  io.err('passphrase: ');
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    io.err('\n');
  }
}
