import { type Charter, parseCharter } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { type OpenedTrust, openTrust } from '@besure/verification';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';
import { readText } from './files.js';

/** Opens a trust file. Throws a CliError, with that exit status where it is none. */
export function trustIn(path: string, status: number = EXIT.failed): OpenedTrust {
  return parsed(path, 'trust file', status, (text) => openTrust(text, nodePrimitives));
}

/** Reads a charter. Throws a CliError, with that exit status where it is none. */
export function charterIn(path: string, status: number = EXIT.failed): Charter {
  return parsed(path, 'charter', status, parseCharter);
}

function parsed<T>(path: string, what: string, status: number, parse: (text: string) => T): T {
  const text = readText(path) ?? '';
  try {
    return parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(status, `${path} is no ${what}: ${why}`, { cause });
  }
}
