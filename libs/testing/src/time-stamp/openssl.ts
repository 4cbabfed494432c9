import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ServerError } from '../error.js';

const run = promisify(execFile);

/** Runs OpenSSL's command line in a folder. Throws a ServerError that names the package where there is none. */
export async function openssl(folder: string, ...words: readonly string[]): Promise<string> {
  try {
    // OPENSSL_CONF: what the machine's own configuration says must not count.
    const env = { ...process.env, OPENSSL_CONF: '/dev/null' };
    const { stdout } = await run('openssl', words, { cwd: folder, env });
    return stdout;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new ServerError('program-missing', "openssl is missing: install Debian's package openssl", {
        cause,
      });
    }
    throw new ServerError('start-failed', `openssl ${words.join(' ')} failed`, { cause });
  }
}
