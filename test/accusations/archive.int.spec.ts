import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveService, start } from '@besure/archive';
import { LIES } from '@besure/audit';
import { run } from '@besure/cli';
import { ephemeralFactsVault } from '@besure/keys';
import { connectBus } from '@besure/messaging';
import { formatCheckpointText, parseCheckpoint, parseCosignRequest } from '@besure/protocol';
import { apiFetch, freshDatabase, type Nats, startNats, waitUntil } from '@besure/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { witnessOf } from '../../libs/verification/src/contract/network.ts';
import {
  ACCUSED,
  GUILTY,
  HONEST,
  ledger,
  network,
  rewritten,
  T,
  WITNESS,
} from '../make-vectors/accusation-scene.ts';
import { LogServer } from './log-server.ts';
import { LYING, type Show, shownLog } from './shows.ts';

const folder = mkdtempSync(join(tmpdir(), 'besure-accusations-'));
const trust = join(folder, 'trust.json');
const closing: (() => Promise<unknown>)[] = [];
/** The texts of checkpoints that the archive's own key has signed, as it handed them over. */
const cosigned = new Set<string>();
let nats: Nats;

beforeAll(async () => {
  writeFileSync(trust, network.trust);
  writeFileSync(join(folder, 'tokens.json'), '[]');
  nats = await startNats();
  const hubs = connectBus({ url: nats.url, name: 'hubs' });
  hubs.onConnection((connection) => {
    const subscription = connection.subscribe('besure.hub.cosign.v1.*', {
      callback(_error, message) {
        for (const note of parseCosignRequest(JSON.parse(message.string()))) {
          const { text, signatures } = parseCheckpoint(note);
          if (signatures.some(({ name }) => name === WITNESS)) cosigned.add(text);
        }
        message.respond(JSON.stringify({ ok: true, merged: 1 }));
      },
    });
    return () => subscription.unsubscribe();
  });
  closingAtTheEnd.push(() => hubs.close());
});
const closingAtTheEnd: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  cosigned.clear();
});
afterAll(async () => {
  for (const close of closingAtTheEnd) await close();
  await nats.stop();
  rmSync(folder, { recursive: true });
});

async function hubShowing(show: Show): Promise<LogServer> {
  const server = await LogServer.start(shownLog(show));
  closing.push(() => server.stop());
  return server;
}

/** An archive of alpha, a witness, that follows these hubs; answers its URL. */
async function archiveOf(...hubs: LogServer[]): Promise<string> {
  const bus = { url: nats.url, credentialsFile: undefined };
  const { key, sign } = witnessOf('alpha');
  const config: Parameters<typeof start>[0] = {
    http: { port: 0 },
    logLevel: 'error',
    organisation: 'alpha',
    role: 'organisation',
    databaseUrl: (await freshDatabase()).url,
    bus,
    exchangeBus: bus,
    hubs: hubs.map(({ url }) => ({ logUrl: url, bus })),
    witnessSigner: { algorithm: 'ml-dsa-44', publicKey: key.publicKey, sign },
    charter: network.charter,
    vault: ephemeralFactsVault(),
    tokensFile: join(folder, 'tokens.json'),
  };
  await archiveService.migrate!(config, undefined as never);
  const service = await start(config);
  closing.push(() => service.stop());
  return service.httpUrl;
}

async function json<T>(url: string): Promise<T> {
  const response = await apiFetch(url);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

interface Listed {
  readonly id: string;
  readonly accused: string;
  readonly lie: string;
}

async function accusationsAt(url: string): Promise<Listed[]> {
  return (await json<{ accusations: Listed[] }>(`${url}/v1/accusations`)).accusations;
}

async function untilWitnessed(url: string, show: Show): Promise<void> {
  const { size } = parseCheckpoint(shownLog(show).note);
  await waitUntil({ what: `size ${size} to be witnessed` }, async () =>
    (await metric(url, 'besure_witnessed_size')) === size ? true : undefined,
  );
}

/** The value of a metric; of several the one with this label. */
async function metric(url: string, name: string, label = ''): Promise<number | undefined> {
  const text = await (await apiFetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(name) && one.includes(label));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

async function audited(text: string): Promise<{ status: number; out: string }> {
  const file = join(folder, 'accusation.json');
  writeFileSync(file, text);
  let out = '';
  const io = { out: (more: string) => void (out += more), err: () => {}, coloured: false, width: null };
  return { status: await run(['audit', file, '--trust', trust], io), out };
}

describe('an archive to which a hub lies', () => {
  it.each(LYING)('%s names it, and its accusation convicts', async (lie, before, then) => {
    const [one, hub] = [await hubShowing(before), await hubShowing(before)];
    const url = await archiveOf(one, hub);
    await untilWitnessed(url, before);
    hub.shown = shownLog(then);
    const [accusation, ...more] = await waitUntil({ what: 'an accusation' }, async () => {
      const all = await accusationsAt(url);
      return all.length > 0 ? all : undefined;
    });
    expect(more).toEqual([]);
    expect(accusation).toMatchObject({ accused: ACCUSED, lie });
    const file = await apiFetch(`${url}/v1/accusations/${accusation!.id}`);
    const { status, out } = await audited(await file.text());
    expect(status).toBe(0);
    expect(out).toContain(ACCUSED);
    expect(await metric(url, 'besure_alarms', 'kind="hub-lies"')).toBe(1);
    const lied = parseCheckpoint(hub.shown.note);
    // A time or a size of its own is the hub's word alone: what the log holds is the same, and went further.
    if (lie !== 'backdates') expect(cosigned).not.toContain(formatCheckpointText(lied));
  });

  it('has seen every kind of lie', () => {
    expect(new Set(LYING.map(([lie]) => lie))).toEqual(new Set(Object.keys(LIES)));
  });

  it('convicts it by the majority later, though it had met the liar first', async () => {
    const lie = LYING.find(([kind]) => kind === 'reorders')![2];
    const hub = await hubShowing(lie);
    const honest = await hubShowing(lie);
    const url = await archiveOf(hub, honest);
    await untilWitnessed(url, lie);
    honest.shown = shownLog([ledger, HONEST]);
    const [accusation] = await waitUntil({ what: 'an accusation' }, async () => {
      const all = await accusationsAt(url);
      return all.length > 0 ? all : undefined;
    });
    expect(accusation).toMatchObject({ accused: ACCUSED, lie: 'reorders' });
  });
});

it('an archive accuses no hub that is behind, catches up, or shows an old checkpoint again', async () => {
  const [one, other] = [await hubShowing([ledger, HONEST, 3]), await hubShowing([ledger, GUILTY, 3])];
  const url = await archiveOf(one, other);
  await untilWitnessed(url, [ledger, HONEST, 3]);
  one.shown = shownLog([ledger, HONEST]);
  await untilWitnessed(url, [ledger, HONEST]);
  const catchingUp = shownLog([ledger, { 'hub-1': T + 60 }]);
  other.shown = catchingUp;
  const { text } = parseCheckpoint(catchingUp.note);
  await waitUntil({ what: 'the cosignature' }, () => (cosigned.has(text) ? true : undefined));
  other.shown = shownLog([ledger, GUILTY, 3]);
  expect(await accusationsAt(url)).toEqual([]);
  expect((await apiFetch(`${url}/v1/accusations/1`)).status).toBe(404);
  expect((await apiFetch(`${url}/v1/accusations/one`)).status).toBe(404);
  // Somebody lies in the end, so that all of this was looked at: it alone is named.
  one.shown = shownLog([rewritten, { 'hub-2': T + 90 }]);
  const accused = await waitUntil({ what: 'an accusation' }, async () => {
    const all = await accusationsAt(url);
    return all.length > 0 ? all : undefined;
  });
  expect(accused).toMatchObject([{ accused: 'hub-2.example/witness', lie: 'two-logs' }]);
});
