/** The ways out of a command; tests put their own in the place of the process. */
export interface Io {
  /** The result. */
  readonly out: (text: string) => void;
  /** What is for people while the result is for programs: progress, errors. */
  readonly err: (text: string) => void;
  /** Whether standard output is a terminal that shows colours. */
  readonly coloured: boolean;
  /** Characters per line of the terminal; `null` where there is none: lines are not broken then. */
  readonly width: number | null;
}

/** The process itself. Colours and line breaks only for a terminal; `NO_COLOR` (no-color.org) is honoured. */
export function processIo(): Io {
  const { stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) {
    // Whoever read our output has had enough, as in `./besure verify ... | head -1`.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const plain = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    coloured: stdout.isTTY && !plain,
    width: stdout.isTTY ? stdout.columns : null,
  };
}
