import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProcessHost } from './host.js';
import { ledgerFromEnvironment } from './ledger-access.js';
import { claimState, networkFolder, removeRunFile, writeRunFile } from './run-file.js';
import { startNetwork } from './start-network.js';

// The process behind `./besure up`: starts a network, says so in run.json, and holds it until it is told to end.
const [state, hubs] = process.argv.slice(2);
if (state === undefined) throw new TypeError('the state folder is missing');

// Signal handlers and children do not keep a process alive.
const staying = setInterval(() => undefined, 60_000);
const ending = new AbortController();
const told = new Promise<void>((resolve) => ending.signal.addEventListener('abort', () => resolve()));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => ending.abort());

const giveUp = claimState(state);
process.on('exit', giveUp);

const ledger = ledgerFromEnvironment(process.env);
const network = await startNetwork({
  folder: networkFolder(state),
  profile: 'up',
  ...(hubs !== undefined && { hubs: Number(hubs) }),
  timeStamps: 'own',
  signal: ending.signal,
  host: (logs) => new ProcessHost(logs),
  ...(ledger !== null && { ledger }),
  onProgress: (step) => process.stdout.write(`${step}\n`),
});
try {
  writeFileSync(join(state, 'trust.json'), await network.newestTrust());
  writeRunFile(state, network);
  process.stdout.write('up\n');
  await told;
} finally {
  clearInterval(staying);
  removeRunFile(state);
  await network.stop();
}
