import { type Change, parseNote } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { migrate } from '@besure/event-store';
import { decodeAddress, toHex } from '@besure/ledger-tx';
import { type Bus, connectBus, inboxPrefixOf, request } from '@besure/messaging';
import { encodeBase64url, encodeHex, parseEntryBundle, parseRightsEntry, SUBJECTS } from '@besure/protocol';
import { runService, type RunningService } from '@besure/service';
import { apiFetch, freshDatabase, type Nats, startNats, waitUntil } from '@besure/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeNetwork, type TestNetwork } from '../../contract/scripted-network.js';
import { signedNote } from '../../contract/signed-note.js';
import { migrations, SCHEMA } from '../migrations.js';
import { buildWith, ledgerWriterService } from '../service.js';

const { sha256 } = nodePrimitives;
let network: TestNetwork;
let cleanups: (() => Promise<unknown>)[];

beforeEach(() => {
  cleanups = [];
  network = makeNetwork({ hubs: 2, quorum: { hubs: 1, witnesses: 0 } });
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

/** Makes blocks until so many entries of the log of rights are final, and taken in. */
async function final({ httpUrl }: RunningService, size: number): Promise<void> {
  await waitUntil({ what: `${size} entries` }, async () => {
    network.chain.mineEmpty(1);
    const answer = await apiFetch(`${httpUrl}/log/rights/tile/entries/000.p/${size}`);
    await answer.arrayBuffer();
    return answer.ok || undefined;
  });
}

/** Makes some blocks, and waits until the hub has taken in what is final. */
async function settle({ httpUrl }: RunningService): Promise<void> {
  const { chain, charter } = network;
  chain.mineEmpty(1 + charter.ledger.finalDepth);
  await waitUntil({ what: 'the blocks' }, async () => {
    const answer = await apiFetch(`${httpUrl}/v1/status`);
    const { height } = (await answer.json()) as { height: number };
    return height >= chain.height - charter.ledger.finalDepth ? true : undefined;
  });
}

/** The board decides on a change with the votes of its first members, in entries after the first `size`. */
async function decide(
  { service, bus }: Awaited<ReturnType<typeof startHub>>,
  change: Change,
  { state, size, votes }: { readonly state: number; readonly size: number; readonly votes: number },
): Promise<void> {
  const [alpha] = network.members;
  const proposal = signedNote(network, alpha, {
    kind: 'proposal',
    state,
    expires: 9000,
    minute: null,
    change,
  });
  await ask(bus, SUBJECTS.carry, { note: proposal });
  await final(service, size + 1);
  const vote = { kind: 'vote', state, proposal: parseNote(proposal, sha256).id, number: 1, choice: 'for' };
  for (const member of network.members.slice(0, votes))
    await ask(bus, SUBJECTS.carry, { note: signedNote(network, member, vote) });
  await final(service, size + 1 + votes);
}

async function publishers(service: RunningService, size: number): Promise<string[]> {
  const answer = await apiFetch(`${service.httpUrl}/log/rights/tile/entries/000.p/${size}`);
  const entries = parseEntryBundle(new Uint8Array(await answer.arrayBuffer()), size);
  return entries.map((entry) => encodeHex(parseRightsEntry(entry).publisher));
}

const keyHashOf = (address: string): string => toHex(decodeAddress(address, network.chain.addressFormat));
const granted = (address: string): string[] =>
  network.chain.grants.filter((grant) => grant.startsWith(address)).map((grant) => grant.split(' ')[1]!);

it(
  'the node of a new hub mines and administers only once something of it stands on the ledger',
  { timeout: 60_000 },
  async () => {
    const [founder, newcomer] = network.hubs;
    network = { ...network, charter: { ...network.charter, hubs: [founder!.hub] } };
    const one = await startHub(0);
    await ask(one.bus, SUBJECTS.found, {});
    await final(one.service, 1);
    expect(granted(founder!.hub.nodeAddress)).toEqual(['connect,send,receive,mine,admin', 'rights.write']);

    const { id: hub, keys, ...of } = newcomer!.hub;
    const { log, witness } = keys[0]!;
    await decide(one, { kind: 'admit-hub', hub, ...of, log, witness }, { state: 0, size: 1, votes: 2 });
    const address = newcomer!.hub.nodeAddress;
    await waitUntil({ what: 'its first rights' }, () => (granted(address).length >= 2 ? true : undefined));
    await settle(one.service);
    expect(granted(address)).toEqual(['connect,send,receive', 'rights.write']);

    const two = await startHub(1);
    await final(one.service, 5);
    expect(await publishers(one.service, 5)).toEqual([
      ...Array<string>(4).fill(keyHashOf(founder!.hub.nodeAddress)),
      keyHashOf(address),
    ]);
    await waitUntil({ what: 'its other rights' }, () => (granted(address).length >= 3 ? true : undefined));
    // It has shown itself: it does not do so again, nor do the others grant again.
    const size = 5;
    for (let round = 0; round < 5; round += 1) await settle(two.service);
    const next = await apiFetch(`${two.service.httpUrl}/log/rights/tile/entries/000.p/${size + 1}`);
    expect(next.status).toBe(404);
    await next.arrayBuffer();
    expect(granted(address)).toEqual(['connect,send,receive', 'rights.write', 'mine,admin']);
  },
);

it(
  'a hub that was away enacts what it finds, and nothing of what was before',
  { timeout: 60_000 },
  async () => {
    const { chain, stranger } = network;
    const one = await startHub(0);
    await ask(one.bus, SUBJECTS.found, {});
    await final(one.service, 1);
    const delta = {
      ...{ organisation: 'delta', name: 'Delta', ledgerAddress: stranger.address },
      signingKey: encodeBase64url(Uint8Array.of(4, ...new Uint8Array(64).fill(7))),
      seats: [encodeBase64url(stranger.seat.publicKey)],
    };
    await decide(one, { kind: 'admit-organisation', ...delta }, { state: 0, size: 1, votes: 2 });
    await waitUntil({ what: 'its rights' }, () =>
      granted(stranger.address).length === 2 ? true : undefined,
    );
    chain.mineEmpty(70);
    await decide(
      one,
      { kind: 'remove-organisation', organisation: 'delta' },
      { state: 1, size: 4, votes: 3 },
    );
    await waitUntil({ what: 'their end' }, () => (chain.revoked.length === 2 ? true : undefined));
    chain.mineEmpty(70);
    const two = await startHub(1);
    for (let round = 0; round < 5; round += 1) await settle(two.service);
    expect(granted(stranger.address)).toHaveLength(2);
    expect(chain.revoked).toHaveLength(2);
  },
);
