import { ProcessHost } from './host.js';
import { ledgerFromEnvironment } from './ledger-access.js';
import { claimState, networkFolder, removeRunFile, writeRunFile, writeTrust } from './run-file.js';
import { startNetwork } from './start-network.js';

// The process behind `./besure up`: starts a network, says so in run.json, and holds it until it is told to end.
const [state, hubs] = process.argv.slice(2);
if (state === undefined) throw new TypeError('the state folder is missing');

/** A trust file judges nothing that is recorded more than two days after its hubs and witnesses last signed it. */
const TRUST_MILLIS = 3_600_000;

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
const keepTrust = async (): Promise<void> => writeTrust(state, await network.newestTrust());
let keeping: NodeJS.Timeout | undefined;
try {
  await keepTrust();
  keeping = setInterval(() => {
    keepTrust().catch((error: unknown) =>
      process.stdout.write(`the trust file stays as it is: ${String(error)}\n`),
    );
  }, TRUST_MILLIS);
  writeRunFile(state, network);
  process.stdout.write('up\n');
  await told;
} finally {
  clearInterval(staying);
  clearInterval(keeping);
  removeRunFile(state);
  await network.stop();
}
