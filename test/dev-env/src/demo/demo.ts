import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { nodePrimitives } from '@besure/keys';
import { explain, openTrust } from '@besure/verification';
import type { Network } from '../network.js';
import { type BoardAct, playBoard } from './board.js';
import type { DemoDocument } from './documents.js';
import { sendFirstDocument, verifyFirstDocument } from './first-document.js';
import { inspectLedger, readLedger } from './ledger-reader.js';
import { type EvidenceFile, refuseOtherDocument, tamperAll, verifyAll, writeViews } from './offline.js';
import { Checks, type Report } from './report.js';
import { type Delivery, type PlannedEvent, planDeliveries } from './scenario.js';
import type { Screen } from './screen.js';
import { eventsOf, type FollowOptions, followToTheEnd, type SentEvent } from './timeline.js';

/** What the demo needs. */
export interface DemoOptions {
  readonly documents: readonly DemoDocument[];
  /** Where evidence and report go; what an earlier demo left there is replaced. */
  readonly out: string;
  readonly startNetwork: () => Promise<Network>;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

const DEADLINE_MILLIS = 120_000;

/** Runs the whole story once: send, follow, fetch the evidence, stop everything, then verify with nothing running. */
export async function runDemo(options: DemoOptions): Promise<Report> {
  const { documents, out, screen, signal } = options;
  const started = performance.now();
  const checks = new Checks();
  await clear(out);
  screen.heading('Starting two organisations, the exchange, one hub and a ledger');
  const network = await options.startNetwork();
  let online;
  try {
    for (const service of network.services)
      screen.line(`  ${service.organisation.padEnd(9)} ${service.name.padEnd(14)} ${service.http}`);
    online = await sendAndCollect(network, options, checks);
  } finally {
    screen.heading('Stopping everything');
    await network.stop();
  }
  const { files, items, board, firstDocument, trust } = online;
  const listening = await openPorts(network.ports);
  checks.add('nothing is left listening', listening.length === 0, `${network.ports.length} ports tried`);

  await writeFile(join(out, 'trust.json'), trust);
  await mkdir(join(out, 'evidence'), { recursive: true });
  for (const file of files) await writeFile(join(out, 'evidence', `${file.name}.json`), file.text);

  screen.heading('With nothing running: every evidence file verified');
  const verdicts = await verifyAll(files, trust, checks);
  files.forEach((file, at) => screen.verdict(file.name, verdicts[at]!));
  refuseOtherDocument(files, trust, checks);
  const proven = await verifyFirstDocument(firstDocument, trust, join(out, 'board'), checks);
  if (firstDocument !== null && proven !== null) screen.verdict(firstDocument.name, proven);

  screen.heading('One bit flipped in each');
  const tampered = await tamperAll(files, trust, join(out, 'tampered'), checks);
  files.forEach((file, at) => screen.verdict(file.name, tampered[at]!));

  const [first] = files;
  if (first !== undefined) {
    screen.heading(`One proof in three views: ${first.name}`);
    const views = await writeViews(first, trust, join(out, 'views'), checks);
    screen.paragraph('1. Nothing opened', explain(views.ledger));
    screen.paragraph('2. The facts, not the document', explain(views.facts));
    screen.paragraph('3. Everything', explain(views.full));
  }

  screen.heading('What the ledger holds');
  await inspectLedger(items, secretsOf(documents, files), join(out, 'ledger'), checks);
  screen.ledger(items);

  const report: Report = {
    documents: documents.length,
    statements: files.length,
    evidenceVerified: verdicts.filter((verdict) => verdict.result === 'proven').length,
    tamperedRefused: tampered.filter((verdict) => verdict.result === 'bad').length,
    ledgerItems: items.length,
    bytesPerItem: Math.max(0, ...items.map((item) => item.raw.length / 2)),
    governance: board.governance,
    seconds: Math.round((performance.now() - started) / 100) / 10,
    checks: checks.list,
  };
  await writeFile(join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  screen.report(report);
  signal.throwIfAborted();
  return report;
}

/** What was done while the network was there. */
interface Online {
  readonly files: readonly EvidenceFile[];
  readonly items: Awaited<ReturnType<typeof readLedger>>;
  readonly board: BoardAct;
  /** Of who was admitted; null where it could not send one. */
  readonly firstDocument: EvidenceFile | null;
  /** The text of the trust file as the board has made it. */
  readonly trust: string;
}

async function sendAndCollect(
  network: Network,
  { documents, screen, signal }: DemoOptions,
  checks: Checks,
): Promise<Online> {
  const deliveries = planDeliveries(documents, ['alpha', 'beta']);
  screen.heading(`${documents.length} documents on their way`);
  const events = await sendAll(network, deliveries);
  const follow: FollowOptions = {
    deadlineMillis: DEADLINE_MILLIS,
    signal,
    onMoment: (moment) => screen.moment(moment),
  };
  // The board meets meanwhile.
  const [states, [board, firstDocument]] = await Promise.all([
    followToTheEnd(events, follow),
    playBoard(network, signal, checks).then(
      async (act) => [act, await sendFirstDocument(network, follow)] as const,
    ),
  ]);
  screen.table(deliveries, events, states);
  screen.heading('The board decides');
  for (const line of board.lines) screen.line(`  ${line}`);
  checks.all('every event became complete', events, (event) => {
    const state = states[events.indexOf(event)]?.state;
    return state === 'complete' ? null : `${event.planned.document.name} ${event.planned.event}: ${state}`;
  });
  const files: EvidenceFile[] = [];
  const missing: string[] = [];
  for (const [at, event] of events.entries()) {
    const evidence = states[at]?.evidence;
    if (evidence == null) continue;
    const { document, event: name, by, data } = event.planned;
    files.push({
      name: `${document.slug}.${name}`,
      document,
      text: await network.backOffice(by).evidence(evidence),
    });
    const other = by === data.sender.organisation ? data.recipient.organisation : data.sender.organisation;
    await network
      .backOffice(other)
      .evidence(evidence)
      .catch((error: unknown) => missing.push(`${name} at ${other}: ${String(error)}`));
  }
  checks.add(
    'the other side’s archive can prove each statement too',
    missing.length === 0 && files.length > 0,
    missing[0] ?? `${files.length} of ${files.length}`,
  );
  const trust = await network.newestTrust();
  const { charter } = openTrust(trust, nodePrimitives);
  const items = await readLedger(network.ledger, charter, nodePrimitives.sha256);
  return { files, items, board, firstDocument, trust };
}

/**
 * Each event goes to the organisation that states it, and to the exchange, whose record is compared with it. Deliveries go side by
 * side, the events of one after the other.
 */
async function sendAll(network: Network, deliveries: readonly Delivery[]): Promise<SentEvent[]> {
  const sent = await Promise.all(
    deliveries.map(async ({ events }) => {
      const ofDelivery: SentEvent[] = [];
      for (const planned of events) ofDelivery.push(await sendOne(network, planned));
      return ofDelivery;
    }),
  );
  return sent.flat();
}

async function sendOne(network: Network, planned: PlannedEvent): Promise<SentEvent> {
  const { sent, messages } = eventsOf(network, planned);
  await Promise.all(messages.map(({ to, event }) => to.send(event)));
  return sent;
}

/** Of what is shorter, random bytes hold a match now and then. */
const SHORTEST_SECRET_BYTES = 4;

/** What must not be found in the ledger, in any usual spelling. */
function secretsOf(documents: readonly DemoDocument[], files: readonly EvidenceFile[]): string[] {
  const names = [
    'alpha',
    'beta',
    'exchange',
    '0200000001',
    '0200000002',
    'SubmissionAcceptance',
    'ContentHandover',
  ];
  const ofDocuments = documents.flatMap((one) => [one.name, one.digest.sha256, one.digest.sha3_512]);
  const all = [...names, ...ofDocuments, ...files.map((one) => one.name)];
  return all.filter((text) => Buffer.byteLength(text) >= SHORTEST_SECRET_BYTES);
}

async function clear(out: string): Promise<void> {
  for (const part of ['evidence', 'board', 'tampered', 'views', 'ledger', 'report.json', 'trust.json']) {
    await rm(join(out, part), { recursive: true, force: true });
  }
  await mkdir(out, { recursive: true });
}

async function openPorts(ports: readonly number[]): Promise<number[]> {
  const open = await Promise.all(
    ports.map(
      (port) =>
        new Promise<number | null>((resolve) => {
          const socket = connect({ host: '127.0.0.1', port });
          socket.once('connect', () => {
            socket.destroy();
            resolve(port);
          });
          socket.once('error', () => resolve(null));
        }),
    ),
  );
  return open.filter((port) => port !== null);
}
