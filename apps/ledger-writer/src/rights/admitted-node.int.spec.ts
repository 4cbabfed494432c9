import { type Change, parseNote } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { migrate } from '@besure/event-store';
import { decodeAddress, toHex } from '@besure/ledger-tx';
import { type Bus, connectBus, inboxPrefixOf, request } from '@besure/messaging';
import { encodeHex, parseEntryBundle, parseRightsEntry, SUBJECTS } from '@besure/protocol';
import { runService, type RunningService } from '@besure/service';
import { apiFetch, freshDatabase, type Nats, startNats, waitUntil } from '@besure/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeNetwork, type TestMember, type TestNetwork } from '../../contract/scripted-network.js';
import { signedNote } from '../../contract/signed-note.js';
import { migrations, SCHEMA } from '../migrations.js';
import { buildWith, ledgerWriterService } from '../service.js';

const { sha256 } = nodePrimitives;
let network: TestNetwork;
let cleanups: (() => Promise<unknown>)[];

beforeEach(async () => {
  cleanups = [];
  const made = makeNetwork({ hubs: 2, quorum: { hubs: 1, witnesses: 0 } });
  network = { ...made, charter: { ...made.charter, hubs: [made.hubs[0]!.hub] } };
});

afterEach(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
});

/** A hub with a database and a bus of its own; all share the chain, on which each publishes from its own address. */
async function startHub(index: number): Promise<{ service: RunningService; bus: Bus }> {
  const nats: Nats = await startNats();
  const databaseUrl = (await freshDatabase()).url;
  await migrate({ url: databaseUrl, schema: SCHEMA, migrations });
  const service = await runService(
    {
      ...ledgerWriterService,
      build: (context: Parameters<typeof buildWith>[0]) => buildWith(context, network.chain),
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
  const bus = connectBus({ url: nats.url, name: 'rights', inboxPrefix: inboxPrefixOf('rights') });
  cleanups.push(
    () => nats.stop(),
    () => bus.close(),
    () => service.stop(),
  );
  return { service, bus };
}

function ask(bus: Bus, subject: string, payload: object): Promise<unknown> {
  return waitUntil({ what: `an answer on ${subject}` }, () =>
    request(bus, subject, payload as never, { timeoutMillis: 5_000 }).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'no-responders') return undefined;
      throw error;
    }),
  );
}

const note = (member: TestMember, content: object): string => signedNote(network, member, content);

/** Waits for so many items, makes their block final, and waits until the hub has taken it in. */
async function settle(service: RunningService, count: number): Promise<void> {
  const { chain, charter } = network;
  await waitUntil({ what: `${count} transactions at the node` }, () =>
    chain.waiting.length >= count ? true : undefined,
  );
  chain.mineEmpty(1 + charter.ledger.finalDepth);
  await waitUntil({ what: 'the blocks' }, async () => {
    const answer = await apiFetch(`${service.httpUrl}/v1/status`);
    const { height } = (await answer.json()) as { height: number };
    return height >= chain.height - charter.ledger.finalDepth ? true : undefined;
  });
}

async function publishers(service: RunningService, size: number): Promise<string[]> {
  const answer = await apiFetch(`${service.httpUrl}/log/rights/tile/entries/000.p/${size}`);
  const entries = parseEntryBundle(new Uint8Array(await answer.arrayBuffer()), size);
  return entries.map((entry) => encodeHex(parseRightsEntry(entry).publisher));
}

const keyHashOf = (address: string): string => toHex(decodeAddress(address, network.chain.addressFormat));
const granted = (address: string): string[] =>
  network.chain.grants.filter((grant) => grant.startsWith(address)).map((grant) => grant.split(' ')[1]!);

it('mines and administers only once something of it stands on the ledger', { timeout: 60_000 }, async () => {
  const [founder, newcomer] = network.hubs;
  const [alpha, beta] = network.members;
  const one = await startHub(0);
  await ask(one.bus, SUBJECTS.found, {});
  await settle(one.service, 3);
  expect(granted(founder!.hub.nodeAddress)).toEqual(['connect,send,receive,mine,admin', 'rights.write']);

  const { id: hub, keys, ...of } = newcomer!.hub;
  const { log, witness } = keys[0]!;
  const change = { kind: 'admit-hub', hub, ...of, log, witness } as unknown as Change;
  const proposal = note(alpha, { kind: 'proposal', state: 0, expires: 900, minute: null, change });
  await ask(one.bus, SUBJECTS.carry, { note: proposal });
  await settle(one.service, 1);
  const { id } = parseNote(proposal, sha256);
  for (const member of [alpha, beta]) {
    const vote = note(member, { kind: 'vote', state: 0, proposal: id, number: 1, choice: 'for' });
    await ask(one.bus, SUBJECTS.carry, { note: vote });
  }
  await settle(one.service, 2);
  const address = newcomer!.hub.nodeAddress;
  await expect.poll(() => granted(address)).toEqual(['connect,send,receive', 'rights.write']);
  await settle(one.service, 2);
  expect(granted(address)).toEqual(['connect,send,receive', 'rights.write']);

  const two = await startHub(1);
  await settle(one.service, 1);
  expect(await publishers(one.service, 5)).toEqual([
    ...Array<string>(4).fill(keyHashOf(founder!.hub.nodeAddress)),
    keyHashOf(address),
  ]);
  await expect.poll(() => granted(address)).toContain('mine,admin');
  // It has shown itself: it does not do so again.
  await settle(two.service, 1);
  expect(network.chain.waiting).toEqual([]);
});
