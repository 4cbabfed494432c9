import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { ServerError } from './error.js';

/** A signal that can be asked for by name. */
export type SignalName = 'TERM' | 'INT' | 'QUIT' | 'KILL' | 'STOP' | 'CONT' | 'HUP';

/** The user that a child runs as; only root can choose another one. */
export interface Identity {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What to start, and how it ends. */
export interface SupervisedOptions {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly env?: NodeJS.ProcessEnv;
  /** A folder that the child can enter; `/` unless given. */
  readonly cwd?: string;
  readonly identity?: Identity | undefined;
  /** Standard output and error are appended here. */
  readonly logFile: string;
  /** What is sent when this process stops the child, or ends itself in whatever way. */
  readonly stopSignal?: SignalName;
  /** A folder removed once the child has ended, even when this process is gone by then. */
  readonly removeAfter?: string;
}

/** How a child ended: the exit code, 128 + n where signal n ended it. */
export type ExitCode = number;

/** A child that never outlives this process, not even when this process is killed. */
export interface SupervisedProcess {
  readonly name: string;
  /** The process id of the program itself. */
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the child has ended and its `removeAfter` is gone. */
  readonly exited: Promise<ExitCode>;
  /** The exit code once it has ended. */
  exitCode(): ExitCode | undefined;
  /** The last lines of its log: for a message when it failed, even when its folder is removed. */
  lastLines(count?: number): string;
  /** Sends a signal; does nothing when the child has ended. */
  signal(name: SignalName): void;
  /** Sends the stop signal, after the grace KILL, and waits for the end. */
  stop(graceMillis?: number): Promise<ExitCode>;
}

/**
 * The shell between this process and the child. Its standard input is a pipe that only this process
 * holds: a line is the name of a signal to pass on, its end means that this process is gone. The
 * kernel closes the pipe in every way of dying, SIGKILL included, which no exit handler sees.
 */
const WATCHDOG = `
remove=$1 last=$2
shift 2
exec 4<&0 </dev/null
"$@" 3>&- 4<&- &
child=$!
echo "$child" >&3
exec 3>&-
{
  while read -r name <&4; do kill -s "$name" "$child"; done
  kill -s "$last" "$child"
} 2>/dev/null &
reader=$!
exec 4<&-
wait "$child"
status=$?
kill "$reader" 2>/dev/null
if [ -n "$remove" ]; then rm -rf -- "$remove"; fi
exit "$status"
`;

/** Starts a program in a session of its own (a Ctrl-C in the terminal reaches only this process). */
export async function startSupervised(options: SupervisedOptions): Promise<SupervisedProcess> {
  const stopSignal = options.stopSignal ?? 'TERM';
  const log = openSync(options.logFile, 'a+', 0o600);
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      WATCHDOG,
      'besure-watchdog',
      options.removeAfter ?? '',
      stopSignal,
      options.command,
      ...options.args,
    ],
    {
      cwd: options.cwd ?? '/',
      env: options.env ?? process.env,
      detached: true,
      stdio: ['pipe', log, log, 'pipe'],
      ...(options.identity && { uid: options.identity.uid, gid: options.identity.gid }),
    },
  );
  let code: ExitCode | undefined;
  let lastWords = '';
  const exited = new Promise<ExitCode>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => {
      code = status ?? 1;
      lastWords = tail(log);
      closeSync(log);
      resolve(code);
    });
  });
  const control = child.stdin as Writable;
  // A child that has just ended makes the pipe break; its end is reported by `exited`.
  control.on('error', () => undefined);
  const pid = await Promise.race([readPid(child.stdio[3] as Readable), exited.then(() => undefined)]);
  if (pid === undefined) throw new ServerError('start-failed', `${options.name} did not start`);
  // Neither the child nor its pipe keeps this process alive: whoever wants to wait calls `stop`.
  child.unref();
  (control as unknown as { unref(): void }).unref();

  function lastLines(count = 12): string {
    const text = code === undefined ? tail(log) : lastWords;
    return text.trimEnd().split('\n').slice(-count).join('\n');
  }
  function signal(name: SignalName): void {
    if (code === undefined) control.write(`${name}\n`);
  }
  async function stop(graceMillis = 15_000): Promise<ExitCode> {
    child.ref();
    signal(stopSignal);
    const timer = setTimeout(() => signal('KILL'), graceMillis);
    try {
      return await exited;
    } finally {
      clearTimeout(timer);
    }
  }
  return {
    name: options.name,
    pid,
    logFile: options.logFile,
    exited,
    exitCode: () => code,
    lastLines,
    signal,
    stop,
  };
}

async function readPid(stream: Readable): Promise<number | undefined> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return /^\d+\n$/.test(text) ? Number.parseInt(text, 10) : undefined;
}

function tail(file: number): string {
  const { size } = fstatSync(file);
  const bytes = Buffer.alloc(Math.min(size, 8192));
  readSync(file, bytes, 0, bytes.length, size - bytes.length);
  return bytes.toString('utf8');
}
