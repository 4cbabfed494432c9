import { generateSeatKey, KeyError } from '@besure/keys';
import { encodeBase64url } from '@besure/protocol';
import { CliError, UsageError } from '../cli-error.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { onlyArgument, parseOptions, required } from '../parse-options.js';
import { passphraseFrom } from '../passphrase.js';

/** `keys seat`: makes the key with which somebody speaks for a member in the board. */
export const keysCommand: Command = {
  usage: ['keys seat --out FILE [--passphrase-file FILE]'],
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      out: { type: 'string' },
      'passphrase-file': { type: 'string' },
    });
    const what = onlyArgument(positionals, 'seat');
    if (what !== 'seat') throw new UsageError(`what is "${what}"?`);
    const path = required(values.out, 'out');
    const passphrase = await passphraseFrom(values['passphrase-file'], io);
    try {
      const { publicKey } = await generateSeatKey(path, passphrase);
      io.out(`${encodeBase64url(publicKey)}\n`);
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof KeyError)) throw error;
      throw new CliError(EXIT.unwritable, error.message, { cause: error });
    }
  },
};
