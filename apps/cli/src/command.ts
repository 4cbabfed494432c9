import type { Io } from './io.js';

/** One command of `./besure`, in a file of its own under `commands/`. */
export interface Command {
  /** How it is written, without `./besure`; one line per way. */
  readonly usage: readonly string[];
  /** Runs it and returns the exit status. Errors that the user can mend are CliErrors. */
  run(args: readonly string[], io: Io): Promise<number> | number;
}

/** A command in the list: its code is loaded only when it is called, so that `verify` does not wait for `demo`. */
export interface ListedCommand {
  readonly summary: string;
  load(): Promise<Command>;
}
