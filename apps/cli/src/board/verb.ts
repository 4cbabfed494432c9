import { UsageError } from '../cli-error.js';
import { httpUrl } from '../log-url.js';
import { Hub } from './hub.js';

/** The hub at a URL, or the first one of the network that is up. */
export async function hubAt(url: string | undefined): Promise<Hub> {
  if (url !== undefined) return new Hub(httpUrl(url, 'url'));
  // Only where it is needed: what knows running networks knows all services, too.
  const { runningNetwork } = await import('../running-network.js');
  const rights = runningNetwork().services.find(({ name }) => name === 'rights');
  if (rights === undefined)
    throw new UsageError('--url is missing, and the network that is up has no rights');
  return new Hub(rights.http);
}

/** The name of a network as it is printed. Throws a UsageError. */
export function fingerprint(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new UsageError('--genesis must be the fingerprint of the first charter: 64 hexadecimal digits');
  return text;
}

/**
 * An id may begin with a hyphen, as options do, of which all here begin with two: it, or a beginning of it, is put behind a sign that no id has. A beginning
 * with two hyphens is taken for an option.
 */
const ID_LIKE_OPTION = /^-(?:[\w-]{42}|\w[\w-]{2,41})$/;

/** The arguments, with ids marked that would pass for options. */
export function withIdsMarked(args: readonly string[]): string[] {
  return args.map((one) => (ID_LIKE_OPTION.test(one) ? `=${one}` : one));
}

/** An argument as it was before it was marked. */
export function unmarked(text: string): string {
  return text.replace(/^=-/, '-');
}
