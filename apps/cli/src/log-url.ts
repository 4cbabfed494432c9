import { UsageError } from './cli-error.js';

/** Where a hub serves the log. */
const LOG_PATH = 'log/proofs';

/** The prefix of a ledger log. A URL without a path is that of a hub; any other is the log's prefix itself. Throws a UsageError naming the option. */
export function logUrl(text: string, option: string): string {
  const url = httpUrl(text, option);
  return new URL(url).pathname === '/' ? `${url}/${LOG_PATH}` : url;
}

/** A URL of HTTP, without slashes at its end. Throws a UsageError naming the option. */
export function httpUrl(text: string, option: string): string {
  if (!URL.canParse(text) || !/^https?:\/\//.test(text)) {
    throw new UsageError(`--${option} must start with http:// or https://, unlike ${text}`);
  }
  return text.replace(/\/+$/, '');
}
