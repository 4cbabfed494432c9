import { destination, pino, stdTimeFunctions, type DestinationStream } from 'pino';
import { describeError } from './describe-error.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * All fields that a log line may have, beside time, level, service, message and error. Nothing that says who sent what to
 * whom: no identifiers of persons, no message ids, no document digests, no CloudEvent ids, no bodies, no URLs of requests.
 */
const NUMBER_FIELDS = [
  'attempt',
  'bytes',
  'count',
  'height',
  'index',
  'lag',
  'millis',
  'pid',
  'port',
  'position',
  'size',
  'slot',
  'status',
] as const;
const WORD_FIELDS = [
  'block',
  'code',
  'consumer',
  'hub',
  'kind',
  'method',
  'organisation',
  'route',
  'source',
  'state',
  'statement',
  'stream',
  'subject',
  'transaction',
  'url',
  'variable',
  'version',
] as const;

/** The allowed fields; words are single tokens (ids, hashes, codes, subjects), never free text. */
export type LogFields = Partial<Record<(typeof NUMBER_FIELDS)[number], number>> &
  Partial<Record<(typeof WORD_FIELDS)[number], string>> & { readonly error?: unknown };

/**
 * Messages are constants of the program: a text built from data does not compile. (An index signature, which `string` and
 * template types make of a record, is satisfied by an empty object; the property of a literal is not.)
 */
export type ConstantText<M extends string> = {} extends Record<M, 1> ? never : M;

/** The log of one service. */
export interface ServiceLog {
  debug<M extends string>(message: ConstantText<M>, fields?: LogFields): void;
  info<M extends string>(message: ConstantText<M>, fields?: LogFields): void;
  warn<M extends string>(message: ConstantText<M>, fields?: LogFields): void;
  error<M extends string>(message: ConstantText<M>, fields?: LogFields): void;
}

const NUMBERS: ReadonlySet<string> = new Set(NUMBER_FIELDS);
const WORDS: ReadonlySet<string> = new Set(WORD_FIELDS);
/** No space and no @: neither a sentence nor an address nor a URL with a password passes. */
const WORD = /^[\w.:/*>%,=+-]{1,160}$/;

/** What of the fields may be written; the rest is dropped, whatever the compiler was told. */
export function allowedFields(fields: LogFields): Record<string, unknown> {
  const allowed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (NUMBERS.has(name) && typeof value === 'number') allowed[name] = value;
    else if (WORDS.has(name) && typeof value === 'string')
      allowed[name] = WORD.test(value) ? value : '(withheld)';
    else if (name === 'error' && value !== undefined) allowed['error'] = describeError(value);
  }
  return allowed;
}

/** A log as JSON lines; standard output without `stream`. */
export function createLog(options: {
  name: string;
  level?: LogLevel;
  stream?: DestinationStream;
}): ServiceLog {
  const logger = pino(
    {
      level: options.level ?? 'info',
      base: { service: options.name },
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.stream ?? destination({ dest: 1, sync: true }),
  );
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (logger.isLevelEnabled(level)) logger[level](allowedFields(fields), message);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
