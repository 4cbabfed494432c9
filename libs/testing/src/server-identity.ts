import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ServerError } from './error.js';
import type { Identity } from './supervised-process.js';

/**
 * The user that PostgreSQL runs as: PostgreSQL refuses to run as root, so root needs another user, one
 * that stands in the password file (initdb looks its name up). `undefined`: the user of this process.
 */
export function postgresIdentity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const wanted of ['postgres', 'nobody']) {
    for (const line of lines) {
      const [name, , uid, gid] = line.split(':');
      if (name === wanted && uid !== undefined && gid !== undefined && uid !== '0') {
        return { name, uid: Number.parseInt(uid, 10), gid: Number.parseInt(gid, 10) };
      }
    }
  }
  throw new ServerError('program-missing', 'root needs a user "postgres" or "nobody" to run PostgreSQL as');
}

/** Whether that user can run this program: tried, because modes of all parent folders count. */
export function canRun(program: string, identity: Identity | undefined): boolean {
  const result = spawnSync(program, ['--version'], {
    cwd: '/',
    stdio: 'ignore',
    ...(identity && { uid: identity.uid, gid: identity.gid }),
  });
  return result.error === undefined && result.status === 0;
}

/** Whether that user can enter this existing folder. */
export function canEnter(folder: string, identity: Identity | undefined): boolean {
  const result = spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], {
    cwd: '/',
    stdio: 'ignore',
    ...(identity && { uid: identity.uid, gid: identity.gid }),
  });
  return result.status === 0;
}
