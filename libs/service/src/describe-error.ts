/** An error as it may be logged. */
export interface ErrorDescription {
  readonly name: string;
  readonly code?: string;
  readonly message?: string;
  /** Where it was thrown: functions, files and lines. */
  readonly at?: readonly string[];
  readonly cause?: ErrorDescription;
}

/**
 * Error classes of this project, whose messages are rules and names, never values. Messages of all others stay out of the
 * logs: PostgreSQL quotes the row that broke a constraint, JSON.parse the text that it stumbled over.
 */
const OUR_ERRORS: ReadonlySet<string> = new Set([
  'ArchiveError',
  'CharterError',
  'ConfigurationError',
  'DescriptionError',
  'EventStoreError',
  'KeyError',
  'LedgerError',
  'LedgerTxError',
  'LedgerWriterError',
  'LogStoreError',
  'MessagingError',
  'ProofError',
  'ProtocolError',
  'RightsError',
  'ServerError',
]);

const MOST_FRAMES = 8;
const MOST_CAUSES = 3;

function framesOf(error: Error): string[] {
  const lines = (error.stack ?? '').split('\n');
  // Only lines of V8's own making, in full: a message may span lines and pretend to be one.
  const frames = lines.filter((line) =>
    /^ {4}at [\w.<>[\]# ]*\(?(?:file:\/\/|node:|\/)[^\s]*:\d+:\d+\)?$/.test(line),
  );
  return frames.slice(0, MOST_FRAMES).map((line) => line.trim().slice(3));
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : undefined;
}

/** Describes anything thrown without what it may quote. */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { name: typeof error };
  const name = wordOf(error.name) ?? 'Error';
  const code = 'code' in error ? wordOf(error.code) : undefined;
  const at = framesOf(error);
  return {
    name,
    ...(code === undefined ? {} : { code }),
    ...(OUR_ERRORS.has(name) ? { message: error.message.slice(0, 300) } : {}),
    ...(at.length === 0 ? {} : { at }),
    ...(error.cause === undefined || depth >= MOST_CAUSES
      ? {}
      : { cause: describeError(error.cause, depth + 1) }),
  };
}
