// Two hubs, a witness and a rights service, as they run: the trust file of a network whose board decides nothing is a new one each day.
import { migrate } from '@besure/event-store';
import { formatCharter, rightsLogOf } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { connectBus, onHint } from '@besure/messaging';
import { encodeRightsItem, SUBJECTS, utf8Encode } from '@besure/protocol';
import { start as startRights } from '@besure/rights';
import { type RunningService, runService } from '@besure/service';
import { apiFetch, freshDatabase, type Nats, startNats, waitUntil } from '@besure/testing';
import { judgeCheckpoint, openTrust } from '@besure/verification';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WitnessingArchive } from '../../apps/archive/contract/witnessing-archive.js';
import { makeNetwork, type TestNetwork } from '../../apps/ledger-writer/contract/scripted-network.js';
import { migrations, SCHEMA } from '../../apps/ledger-writer/src/migrations.js';
import { buildWith, ledgerWriterService } from '../../apps/ledger-writer/src/service.js';

const DAY = 86_400;
const cleanups: (() => Promise<unknown>)[] = [];
let network: TestNetwork;
/** The clock of everybody. */
let seconds = 1_800_000_000;
const now = (): number => seconds * 1000;
let hubs: { readonly service: RunningService; readonly nats: Nats }[];
let rights: RunningService;
let archive: WitnessingArchive;

beforeAll(async () => {
  const made = makeNetwork({ hubs: 2, witnesses: 1, quorum: { hubs: 2, witnesses: 1 } });
  // No key of a first charter has an end.
  const witnesses = made.charter.witnesses.map((one) => ({
    ...one,
    keys: one.keys.map((key) => ({ ...key, until: null })),
  }));
  network = { ...made, charter: { ...made.charter, witnesses } };
  const { chain, charter } = network;
  for (const stream of ['proofs', 'rights']) await chain.createStream(stream);
  const item = encodeRightsItem({ kind: 'charter', content: utf8Encode(formatCharter(charter)) });
  await chain.publish('', 'rights', item);
  mine();
  hubs = [await startHub(0), await startHub(1)];
  const { signer } = network.witnesses[0]!;
  archive = await WitnessingArchive.open(
    { charter, witnessKeys: { alpha: signer, beta: signer, exchange: signer } },
    'alpha',
    hubs.map(({ service, nats }) => ({ logUrl: service.httpUrl, busUrl: nats.url })),
    { log: 'rights', now },
  );
  cleanups.push(() => archive.close());
  for (const { nats } of hubs) {
    const bus = connectBus({ url: nats.url, name: 'hints' });
    cleanups.push(() => bus.close());
    onHint(bus, SUBJECTS.rightsHint, () => archive.wake());
  }
  rights = await startRights({
    http: { port: 0 },
    logLevel: 'error',
    charter,
    ledgerWriterUrl: hubs[0]!.service.httpUrl,
    webhooks: { urls: [], secret: null },
    bus: { url: hubs[0]!.nats.url, credentialsFile: undefined },
  });
  cleanups.push(() => rights.stop());
}, 60_000);

afterAll(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
});

async function startHub(index: number): Promise<{ service: RunningService; nats: Nats }> {
  const nats = await startNats();
  cleanups.push(() => nats.stop());
  const { url: databaseUrl } = await freshDatabase();
  await migrate({ url: databaseUrl, schema: SCHEMA, migrations });
  const service = await runService(
    {
      ...ledgerWriterService,
      build: (context: Parameters<typeof buildWith>[0]) => buildWith(context, network.chain, now),
    },
    {
      http: { port: 0 },
      logLevel: 'error',
      databaseUrl,
      bus: { url: nats.url, credentialsFile: undefined },
      charter: network.charter,
      signer: network.hubs[index]!.signer,
      node: { url: 'http://127.0.0.1:1', user: 'unused', password: 'unused' },
      timeStamps: null,
    },
  );
  cleanups.push(() => service.stop());
  return { service, nats };
}

/** Blocks of now, until one of them is final. */
function mine(): void {
  for (let i = 0; i <= network.charter.ledger.finalDepth; i += 1) network.chain.mine([], seconds);
}

/** Waits until the trust file that is handed out is of that time. */
async function untilTrusted(time: number): Promise<string> {
  return waitUntil({ what: `a trust file of ${time}`, timeoutMillis: 30_000 }, async () => {
    const answer = await apiFetch(`${rights.httpUrl}/v1/trust`);
    if (!answer.ok) return undefined;
    const file = await answer.text();
    return openTrust(file, nodePrimitives).confirmedAt === time ? file : undefined;
  });
}

it('is of the time at which the hubs and the witness last signed, and of nothing else', async () => {
  const first = await untilTrusted(seconds);
  for (let day = 1; day <= 3; day += 1) {
    seconds += DAY;
    mine();
    await untilTrusted(seconds);
  }
  const last = await untilTrusted(seconds);
  const entriesOf = (file: string): unknown => (JSON.parse(file) as { entries: unknown }).entries;
  expect(entriesOf(last)).toEqual(entriesOf(first));
  expect(await archive.caught()).toEqual([]);
  for (const { service } of hubs) {
    await waitUntil({ what: 'every hub to serve it' }, async () => {
      const note = await (await apiFetch(`${service.httpUrl}/log/rights/checkpoint`)).text();
      const judged = judgeCheckpoint(note, rightsLogOf(network.charter), nodePrimitives);
      return judged.upheldTime === seconds ? true : undefined;
    });
  }
}, 120_000);
