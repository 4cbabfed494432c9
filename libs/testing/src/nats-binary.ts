import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { ServerError } from './error.js';
import { canRun } from './server-identity.js';

/** Where `./besure` unpacks Debian's package, relative to the root of the checkout. */
const UNPACKED = join('.besure', 'tools', 'usr', 'sbin', 'nats-server');

/** The path of nats-server: `$NATS_SERVER_BIN`, else on the PATH, else where `./besure` unpacked it. */
export function natsBinary(): string {
  const named = process.env['NATS_SERVER_BIN'];
  if (named !== undefined && named !== '') {
    if (canRun(named, undefined)) return named;
    throw new ServerError(
      'program-missing',
      `NATS_SERVER_BIN=${named}: no nats-server there that can be run`,
    );
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...folders, '/usr/sbin'].map((folder) => join(folder, 'nats-server'));
  const found = [...candidates, join(checkoutRoot(), UNPACKED)].find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new ServerError(
    'program-missing',
    'nats-server is missing: run "./besure test" or "./besure demo" (they unpack it), install Debian\'s package nats-server, or set NATS_SERVER_BIN',
  );
}

/** The folder with nx.json above this file: the checkout. */
function checkoutRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'nx.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
