import { LedgerError } from './error.js';

/** Where a node is, and how to be let in. */
export interface NodeSettings {
  /** `http://host:port`. No other scheme: a node speaks no TLS, so it stands beside its ledger-writer. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** If given, the node is asked nothing before it has confirmed that this is its chain. */
  readonly chain?: string;
  /** Milliseconds that one call may take; 30 s if not given. */
  readonly deadlineMillis?: number;
  /** Largest answer in bytes; 64 MiB if not given (a block of 8 MiB takes 16 MiB in hexadecimal). */
  readonly largestAnswer?: number;
}

/** The settings, checked and complete. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly chain: string | undefined;
  readonly deadlineMillis: number;
  readonly largestAnswer: number;
}

/** Checks settings; throws a `LedgerError` with code `settings`. */
export function parseSettings(settings: NodeSettings): Endpoint {
  const url = URL.canParse(settings.url) ? new URL(settings.url) : undefined;
  if (url?.protocol !== 'http:') throw invalid('the URL of a ledger node starts with http://');
  if (url.username !== '' || url.password !== '' || url.pathname !== '/' || url.search !== '') {
    throw invalid('the URL of a ledger node holds host and port, nothing else');
  }
  if (settings.user === '' || settings.user.includes(':'))
    throw invalid('a user is not empty and has no colon');
  if (settings.password === '') throw invalid('a password is not empty');
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 80 : Number(url.port),
    user: settings.user,
    password: settings.password,
    chain: settings.chain,
    deadlineMillis: settings.deadlineMillis ?? 30_000,
    largestAnswer: settings.largestAnswer ?? 64 * 1024 * 1024,
  };
}

function invalid(message: string): LedgerError {
  return new LedgerError('settings', message);
}
