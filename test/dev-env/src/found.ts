import { join } from 'node:path';
import { connectBus, inboxPrefixOf, request } from '@besure/messaging';
import { SUBJECTS } from '@besure/protocol';
import { firstHub } from './members.js';
import { networkFolder, type RunFile } from './run-file.js';
import type { BusUser } from './service-environment.js';
import { credentialsOf } from './bus.js';

const MILLIS = 60_000;

/**
 * Asks the first hub's ledger-writer to create the streams and to grant what the charter says. It does nothing twice, so every start of a
 * network may ask.
 */
export async function found(user: BusUser): Promise<void> {
  const bus = connectBus({
    url: user.url,
    name: 'found',
    credentialsFile: user.credentialsFile,
    inboxPrefix: inboxPrefixOf('rights'),
  });
  try {
    await request(bus, SUBJECTS.found, {}, { timeoutMillis: MILLIS });
  } finally {
    await bus.close();
  }
}

/** The same for a network that runs, whose folder is below `state`. */
export async function foundRunning(run: RunFile, state: string): Promise<void> {
  const keys = join(networkFolder(state), 'keys');
  await found({ url: run.nats.url, credentialsFile: credentialsOf(keys, firstHub.id, 'rights') });
}
