import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { programOf, ROOT } from './paths.ts';

/** How a program ended. */
export interface Ended {
  readonly status: number;
  readonly output: string;
  readonly seconds: number;
}

/** Runs a JavaScript program with this Node from the checkout, its output shown here or collected. */
export function runNode(args: readonly string[], output: 'shown' | 'collected'): Promise<Ended> {
  const started = performance.now();
  // tsgolint and others are found through the path.
  const path = [dirname(process.execPath), programOf('.bin'), process.env['PATH'] ?? ''].join(delimiter);
  const child = spawn(process.execPath, [...args], {
    cwd: ROOT,
    env: {
      ...process.env,
      PATH: path,
      ...(process.stdout.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: undefined }),
    },
    stdio: ['ignore', output === 'shown' ? 'inherit' : 'pipe', output === 'shown' ? 'inherit' : 'pipe'],
  });
  // The terminal sends Ctrl-C to the child as well: let it end by itself, then end with it.
  let interrupted = false;
  const interrupt = (): void => void (interrupted = true);
  const terminate = (): void => {
    interrupted = true;
    child.kill('SIGTERM');
  };
  process.on('SIGINT', interrupt).on('SIGTERM', terminate);
  let text = '';
  child.stdout?.on('data', (data: Buffer) => (text += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (text += data.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('SIGINT', interrupt).off('SIGTERM', terminate);
      if (interrupted) process.exit(130);
      resolve({ status: code ?? 1, output: text, seconds: (performance.now() - started) / 1000 });
    });
  });
}
