import { UsageError } from './cli-error.js';

/** The logs that a hub serves. */
export const LOGS = ['proofs', 'rights'] as const;
export type LogName = (typeof LOGS)[number];

/** The prefix of a log. A URL without a path is that of a hub; any other is the log's prefix itself. Throws a UsageError naming the option. */
export function logUrl(text: string, option: string, log: LogName = 'proofs'): string {
  const url = httpUrl(text, option);
  return new URL(url).pathname === '/' ? `${url}/log/${log}` : url;
}

/** A URL of HTTP, without slashes at its end. Throws a UsageError naming the option. */
export function httpUrl(text: string, option: string): string {
  if (!URL.canParse(text) || !/^https?:\/\//.test(text)) {
    throw new UsageError(`--${option} must start with http:// or https://, unlike ${text}`);
  }
  return text.replace(/\/+$/, '');
}
