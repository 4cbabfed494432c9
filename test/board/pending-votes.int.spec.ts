// A hub with its rights service, as they run, and ./besure rights: votes between being handed in and being counted.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@besure/event-store';
import { formatCharter, parseNote, rightsOriginOf } from '@besure/governance';
import { generateSeatKey, nodePrimitives } from '@besure/keys';
import { type Bus, connectBus, inboxPrefixOf, request } from '@besure/messaging';
import { encodeBase64url, encodeRightsItem, parseCheckpoint, SUBJECTS, utf8Encode } from '@besure/protocol';
import { start as startRights } from '@besure/rights';
import { type RunningService, runService } from '@besure/service';
import { apiFetch, freshDatabase, type Nats, startNats, waitUntil } from '@besure/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../apps/cli/src/run.js';
import {
  makeNetwork,
  type TestMember,
  type TestNetwork,
} from '../../apps/ledger-writer/contract/scripted-network.js';
import { CheckpointSigning } from '../../apps/ledger-writer/src/checkpoint-signing.js';
import { migrations, SCHEMA } from '../../apps/ledger-writer/src/migrations.js';
import { buildWith, ledgerWriterService } from '../../apps/ledger-writer/src/service.js';
import { signedNote } from '../../apps/ledger-writer/contract/signed-note.js';

const { sha256 } = nodePrimitives;
const folder = mkdtempSync(join(tmpdir(), 'besure-pending-votes-'));
const seatFile = join(folder, 'seat.age');
const passphrase = join(folder, 'passphrase');
const cleanups: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
let network: TestNetwork;
let nats: Nats;
let bus: Bus;
let hub: RunningService;
let rights: RunningService;
/** On the suspension of beta, by beta. */
let proposal: string;
/** Entries of the log. */
let size = 0;

beforeAll(async () => {
  writeFileSync(passphrase, 'correct horse\n');
  const { publicKey } = await generateSeatKey(seatFile, 'correct horse', 10);
  const made = makeNetwork({ hubs: 2, quorum: { hubs: 2, witnesses: 0 } });
  const seats = [{ key: encodeBase64url(publicKey), from: 0, until: null }];
  const organisations = made.charter.organisations.map((one) =>
    one.id === 'alpha' ? { ...one, seats } : one,
  );
  network = { ...made, charter: { ...made.charter, organisations } };
  for (const stream of ['proofs', 'rights']) await network.chain.createStream(stream);
  const charter = utf8Encode(formatCharter(network.charter));
  await network.chain.publish('', 'rights', encodeRightsItem({ kind: 'charter', content: charter }));
  nats = await startNats();
  cleanups.unshift(() => nats.stop());
  bus = connectBus({ url: nats.url, name: 'alpha', inboxPrefix: inboxPrefixOf('alpha') });
  cleanups.unshift(() => bus.close());
  hub = await startHub();
  rights = await startBoard();
  await final(1);
  await confirmed();
  const content = {
    ...{ kind: 'proposal', state: 0, expires: 500, minute: null },
    change: { kind: 'suspend-organisation', organisation: 'beta' },
  };
  ({ id: proposal } = await handIn(signedNote(network, network.members[1], content)));
  await final(1);
  await confirmed();
}, 60_000);

afterAll(async () => {
  await rights.stop();
  await hub.stop();
  for (const cleanup of cleanups) await cleanup();
});

async function startHub(): Promise<RunningService> {
  const { url: databaseUrl } = await freshDatabase();
  await migrate({ url: databaseUrl, schema: SCHEMA, migrations });
  return runService(
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
      signer: network.hubs[0]!.signer,
      node: { url: 'http://127.0.0.1:1', user: 'unused', password: 'unused' },
      timeStamps: null,
    },
  );
}

function startBoard(): Promise<RunningService> {
  return startRights({
    http: { port: 0 },
    logLevel: 'error',
    charter: network.charter,
    ledgerWriterUrl: hub.httpUrl,
    webhooks: { urls: [], secret: null },
    bus: { url: nats.url, credentialsFile: undefined },
  });
}

/** Makes blocks until so many more entries are final, and their checkpoint signed by this hub alone. */
async function final(entries: number): Promise<void> {
  size += entries;
  await waitUntil({ what: `a checkpoint of size ${size}` }, async () => {
    network.chain.mine();
    return (await checkpoint()) ?? undefined;
  });
}

async function checkpoint(): Promise<string | null> {
  const answer = await apiFetch(`${hub.httpUrl}/log/rights/checkpoint-at/${size}`);
  return answer.ok ? await answer.text() : null;
}

/** The other hub signs what is final as well: that is a quorum, and the board sees it. */
async function confirmed(): Promise<void> {
  const origin = rightsOriginOf(network.charter);
  const { hub: other, signer } = network.hubs[1]!;
  const { root } = parseCheckpoint((await checkpoint())!);
  const signing = new CheckpointSigning(origin, other, signer, sha256);
  const note = signing.sign({ origin, size, root }, Math.floor(Date.now() / 1000));
  await request(bus, SUBJECTS.cosign('alpha'), { checkpoints: [note] }, { timeoutMillis: 10_000 });
  await waitUntil({ what: `${size} entries at the board` }, async () => {
    const answer = await apiFetch(`${rights.httpUrl}/v1/rights`);
    return answer.ok && ((await answer.json()) as { size: number }).size === size ? true : undefined;
  });
}

interface Answer {
  readonly status: number;
  readonly id: string;
  readonly type?: string;
  readonly field?: string;
  readonly rule?: string;
}

async function handIn(note: string): Promise<Answer> {
  const answer = await apiFetch(`${rights.httpUrl}/v1/rights/notes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ note }),
  });
  return { ...((await answer.json()) as Answer), status: answer.status };
}

function ballot(member: TestMember, choice: 'for' | 'against', number: number): string {
  return signedNote(network, member, { kind: 'vote', state: 0, proposal, number, choice });
}

async function vote(choice: 'for' | 'against'): Promise<string> {
  let [out, err] = ['', ''];
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  const seat = ['--seat', seatFile, '--passphrase-file', passphrase, '--yes', '--url', rights.httpUrl];
  const status = await run(['rights', 'vote', proposal, choice, ...seat], {
    ...io,
    coloured: false,
    width: null,
  });
  expect([status, err]).toEqual([0, expect.stringContaining('to be signed by alpha')]);
  return out.trim();
}

interface Shown {
  readonly votes: readonly object[];
  readonly pending: readonly object[] | null;
}

async function shown(): Promise<Shown> {
  return (await (await apiFetch(`${rights.httpUrl}/v1/rights/proposals/${proposal}`)).json()) as Shown;
}

async function did(note: string): Promise<unknown[]> {
  const answer = await apiFetch(`${rights.httpUrl}/v1/rights/history`);
  const { entries } = (await answer.json()) as { entries: { note: string | null; outcome: object }[] };
  return entries.filter((entry) => entry.note === note).map(({ outcome }) => outcome);
}

describe('a vote that no final block holds yet', () => {
  it('is shown, also after a restart, and a later one takes its place', async () => {
    const first = await vote('for');
    const pending = [{ member: 'alpha', choice: 'for', number: 1 }];
    expect(await shown()).toMatchObject({ votes: [], pending });
    await rights.stop();
    rights = await startBoard();
    await waitUntil({ what: 'the board' }, async () =>
      (await apiFetch(`${rights.httpUrl}/v1/rights`)).ok ? true : undefined,
    );
    expect(await shown()).toMatchObject({ votes: [], pending });
    const second = await vote('against');
    expect((await shown()).pending).toEqual([{ member: 'alpha', choice: 'against', number: 2 }]);
    await final(2);
    await confirmed();
    expect(await shown()).toMatchObject({
      votes: [{ member: 'alpha', choice: 'against', number: 2, note: second }],
      pending: [],
    });
    // In whichever order a block has them: the later one counts, and what became of the earlier one can be looked up.
    expect(await did(second)).toEqual([{ did: 'voted', id: proposal }]);
    expect(await did(first)).toHaveLength(1);
  });

  it('leaves its number to nobody else, is taken again itself, and is not forgotten before it counts', async () => {
    const [, , exchange] = network.members;
    const number = (least: number): object => ({
      ...{ status: 422, type: 'urn:besure:problem:rights-number', field: 'number' },
      rule: expect.stringContaining(`must be ${least} or more`) as string,
    });
    // Its votes are all for it: one against it would close it.
    const [first, second] = [ballot(exchange, 'for', 1), ballot(exchange, 'for', 2)];
    expect((await handIn(first)).status).toBe(202);
    expect(await handIn(ballot(exchange, 'against', 1))).toMatchObject(number(2));
    expect(await handIn(second)).toEqual({ status: 202, id: parseNote(second, sha256).id });
    expect(await handIn(ballot(exchange, 'against', 1))).toMatchObject(number(3));
    for (const note of [first, second]) expect((await handIn(note)).status).toBe(202);
    await final(2);
    // The quorum has not signed it: the board does not count it, and still knows of it.
    expect((await shown()).votes).toHaveLength(1);
    expect((await shown()).pending).toEqual([{ member: 'exchange', choice: 'for', number: 2 }]);
    expect(await handIn(ballot(exchange, 'against', 2))).toMatchObject(number(3));
    // Said again, with this or another signature, it is taken, and nobody publishes it once more.
    for (const note of [second, ballot(exchange, 'for', 2)]) expect((await handIn(note)).status).toBe(202);
    for (let blocks = 0; blocks < 5; blocks += 1) network.chain.mine();
    await confirmed();
    expect(await shown()).toMatchObject({ pending: [], votes: [{}, { member: 'exchange', number: 2 }] });
    expect(await did(parseNote(second, sha256).id)).toEqual([{ did: 'voted', id: proposal }]);
  });

  it('is the only one of those that came at once with its number', async () => {
    const [, , exchange] = network.members;
    const votes = (['for', 'against'] as const).map((choice) => ballot(exchange, choice, 3));
    const answers = await Promise.all(votes.map(handIn));
    expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([202, 422]);
  });
});
