import { migrate } from '@besure/event-store';
import { nodePrimitives } from '@besure/keys';
import { type Bus, connectBus, inboxPrefixOf, onHint, request } from '@besure/messaging';
import {
  type CheckpointBody,
  formatCheckpoint,
  NO_TIME,
  noteKey,
  parseCheckpoint,
  parseCosignAnswer,
  parsePendingCheckpoints,
  type PendingCheckpoints,
  signCheckpoint,
  SUBJECTS,
} from '@besure/protocol';
import { type RunningService, runService } from '@besure/service';
import { apiFetch, freshDatabase, type Nats, startNats, waitUntil } from '@besure/testing';
import { judgeCheckpoint } from '@besure/verification';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { itemBy, makeNetwork, type TestNetwork, type TestWitness } from '../contract/scripted-network.js';
import { migrations, SCHEMA } from './migrations.js';
import { buildWith, ledgerWriterService } from './service.js';

const { sha256 } = nodePrimitives;
/** Later than the hub signs, whenever that is. */
const NOW = Math.floor(Date.now() / 1000) + 3600;
let nats: Nats;
let network: TestNetwork;
let service: RunningService;
let databaseUrl: string;
let bus: Bus;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.stop());

beforeEach(async () => {
  network = makeNetwork({ hubs: 2, witnesses: 3, quorum: { hubs: 1, witnesses: 2 } });
  databaseUrl = (await freshDatabase()).url;
  await migrate({ url: databaseUrl, schema: SCHEMA, migrations });
  const [{ signer }] = network.hubs as [TestNetwork['hubs'][0]];
  service = await runService(
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
      signer,
      node: { url: 'http://127.0.0.1:1', user: 'unused', password: 'unused' },
      timeStamps: null,
    },
  );
  cleanups.push(() => service.stop());
  bus = connectBus({ url: nats.url, name: 'alpha', inboxPrefix: inboxPrefixOf('alpha') });
  cleanups.push(() => bus.close());
  await network.chain.createStream('proofs');
  network.chain.mineEmpty(1);
  await grow(1_001);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** One more slot with an item, final, and its checkpoint pending. */
async function grow(slot: number): Promise<CheckpointBody> {
  const before = await newest().catch(() => null);
  network.chain.mine([itemBy(network.members[0], network.chain.entity('proofs'), slot).raw]);
  network.chain.mineEmpty(2);
  return waitUntil({ what: 'a checkpoint' }, async () => {
    const body = await newest().catch(() => null);
    return body !== null && body.size !== before?.size ? body : undefined;
  });
}

async function pending(): Promise<PendingCheckpoints> {
  return parsePendingCheckpoints(await (await apiFetch(`${service.httpUrl}/log/proofs/pending`)).json());
}

async function newest(): Promise<CheckpointBody> {
  const { origin, size, root } = parseCheckpoint((await pending()).checkpoints.at(-1) ?? '');
  return { origin, size, root };
}

async function published(): Promise<string | null> {
  const response = await apiFetch(`${service.httpUrl}/log/proofs/checkpoint`);
  return response.ok ? response.text() : null;
}

async function metric(kind: string): Promise<string | undefined> {
  const text = await (await apiFetch(`${service.httpUrl}/metrics`)).text();
  return new RegExp(`besure_alarms\\{.*kind="${kind}".*\\} (\\d+)`).exec(text)?.[1];
}

function cosigned(body: CheckpointBody, at: number, time: number): string {
  const { witness, signer } = network.witnesses[at] as TestWitness;
  const key = noteKey('ml-dsa-44', witness.name, signer.publicKey, sha256);
  return formatCheckpoint(body, [signCheckpoint(key, body, time, (message) => signer.sign(message))]);
}

function signedByHub(body: CheckpointBody, at: number, time: number): string {
  const { hub, signer } = network.hubs[at]!;
  return formatCheckpoint(
    body,
    (
      [
        [network.charter.log.origin, signer.log.mlDsa44, NO_TIME],
        [hub.name, signer.witness.mlDsa44, time],
      ] as const
    ).map(([name, key, stamp]) =>
      signCheckpoint(noteKey('ml-dsa-44', name, key.publicKey, sha256), body, stamp, (bytes) =>
        key.sign(bytes),
      ),
    ),
  );
}

async function hand(...checkpoints: string[]): Promise<number> {
  await waitUntil({ what: 'the hub to listen' }, async () => {
    try {
      return (
        parseCosignAnswer(
          await request(bus, SUBJECTS.cosign('alpha'), { checkpoints: [] }, { timeoutMillis: 5000 }),
        ) + 1
      );
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'no-responders') return undefined;
      throw error;
    }
  });
  return parseCosignAnswer(
    await request(bus, SUBJECTS.cosign('alpha'), { checkpoints }, { timeoutMillis: 5000 }),
  );
}

const judged = (note: string | null) => judgeCheckpoint(note ?? '', network.charter, nodePrimitives);

describe('cosignatures', () => {
  it('gather on a checkpoint until a quorum has signed, which is then published, and others told', async () => {
    const body = await newest();
    expect(await published()).toBeNull();
    let hints = 0;
    const end = onHint(bus, SUBJECTS.logHint, () => (hints += 1));
    expect(await hand(cosigned(body, 0, NOW + 1))).toBe(1);
    expect(await hand(cosigned(body, 0, NOW + 1))).toBe(0);
    expect(await published()).toBeNull();
    expect(hints).toBe(0);
    // What an archive saw of others comes as well as its own.
    expect(await hand(cosigned(body, 0, NOW + 1), cosigned(body, 1, NOW + 2))).toBe(1);
    await waitUntil({ what: 'the hint' }, () => (hints === 1 ? true : undefined));
    const note = await published();
    expect(judged(note)).toMatchObject({ signedByLog: true, witnesses: ['witness-0', 'witness-1'] });
    expect(judged(note).recordedTime).toBe(NOW + 2);
    // Published, it still gathers: the third line makes nothing later.
    expect(await hand(cosigned(body, 2, NOW + 9))).toBe(1);
    const grown = await published();
    expect(judged(grown).recordedTime).toBe(NOW + 2);
    expect(parseCheckpoint(grown ?? '').text).toBe(parseCheckpoint(note ?? '').text);
    expect((await pending()).checkpoints).toEqual([grown]);
    end();
  });

  it('for several checkpoints come in one request, and the newest under a quorum is published', async () => {
    const first = await newest();
    const second = await grow(1_002);
    const third = await grow(1_003);
    expect(
      await hand(...[0, 1].flatMap((at) => [first, second].map((body) => cosigned(body, at, NOW)))),
    ).toBe(4);
    expect(parseCheckpoint((await published()) ?? '').size).toBe(second.size);
    const sizes = (await pending()).checkpoints.map((note) => parseCheckpoint(note).size);
    expect(sizes).toEqual([second.size, third.size]);
    // An older one, again or with more, moves nothing back.
    expect(await hand(cosigned(first, 2, NOW))).toBe(1);
    expect(parseCheckpoint((await published()) ?? '').size).toBe(second.size);
  });

  it('of unknown keys, damaged ones, and times outside of a key’s period are never stored', async () => {
    const body = await newest();
    const [before] = (await pending()).checkpoints;
    const good = cosigned(body, 0, NOW);
    const stranger = makeNetwork({ witnesses: 1 }).witnesses[0]!;
    const strangerKey = noteKey('ml-dsa-44', 'witness-0.example', stranger.signer.publicKey, sha256);
    const bad = [
      good.replace(/.{8}\n$/, 'AAAAAAA=\n'),
      formatCheckpoint(body, [
        signCheckpoint(strangerKey, body, NOW, (message) => stranger.signer.sign(message)),
      ]),
      cosigned(body, 1, 4_000_000_000),
      cosigned(body, 1, NO_TIME),
    ];
    expect(await hand(...bad)).toBe(0);
    expect((await pending()).checkpoints).toEqual([before]);
    await expect(hand(...Array.from({ length: 17 }, () => good))).rejects.toMatchObject({
      refusal: 'invalid',
    });
    await expect(hand('no note')).rejects.toMatchObject({ refusal: 'invalid' });
  });

  it.each([
    ['long ago', 1],
    ['far ahead', 3_999_999_999],
  ])(
    'with a time %s of one witness do not move the recorded time past the honest ones',
    async (_name, absurd) => {
      const body = await newest();
      await hand(cosigned(body, 0, absurd), cosigned(body, 1, NOW + 5), cosigned(body, 2, NOW + 7));
      const { recordedTime } = judged(await published());
      expect(recordedTime).toBe(absurd === 1 ? NOW + 5 : NOW + 7);
      // A better time of that witness takes its place; a worse one would not.
      expect(await hand(cosigned(body, 0, NOW + 6))).toBe(absurd === 1 ? 0 : 1);
    },
  );

  it('that a hub has lost come back', async () => {
    const body = await newest();
    const [own] = (await pending()).checkpoints;
    const lines = [cosigned(body, 0, NOW), cosigned(body, 1, NOW + 1)];
    await hand(...lines);
    const note = await published();
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(`UPDATE ${SCHEMA}.log_checkpoint SET note = $1, published = false`, [own]);
    await client.end();
    expect(await published()).toBeNull();
    expect(await hand(...lines)).toBe(2);
    expect(await published()).toBe(note);
  });

  it('of other hubs are gathered, too', async () => {
    const body = await newest();
    expect(await hand(signedByHub(body, 1, NOW))).toBe(2);
    await hand(cosigned(body, 0, NOW), cosigned(body, 1, NOW));
    expect(judged(await published())).toMatchObject({ hubs: ['hub-0', 'hub-1'] });
  });
});

describe('a checkpoint with another root', () => {
  it('is refused, raises an alarm and is shown to witnesses, where a hub has signed it', async () => {
    await grow(1_002);
    const { origin, size } = await newest();
    const lie = { origin, size: size - 1, root: sha256(Buffer.from('another log')) };
    const unsigned = cosigned(lie, 0, NOW).replace(/.{8}\n$/, 'AAAAAAA=\n');
    await expect(hand(unsigned)).rejects.toMatchObject({ refusal: 'other-root' });
    expect(await pending()).toMatchObject({ contradictions: [] });
    expect(await metric('other-root')).toBe('0');

    // A member's witness key over any root says nothing about a hub.
    await expect(hand(cosigned(lie, 0, NOW))).rejects.toMatchObject({ refusal: 'other-root' });
    expect(await pending()).toMatchObject({ contradictions: [] });
    expect(await metric('other-root')).toBe('0');

    const note = signedByHub(lie, 1, NOW);
    const honest = cosigned(await newest(), 0, NOW);
    await expect(hand(note, honest)).rejects.toMatchObject({ refusal: 'other-root' });
    await expect(hand(note)).rejects.toMatchObject({ refusal: 'other-root' });
    expect((await pending()).contradictions).toEqual([note]);
    expect(await metric('other-root')).toBe('1');
    // What came beside it was taken in.
    const names = parseCheckpoint((await pending()).checkpoints.at(-1)!).signatures.map(({ name }) => name);
    expect(names).toContain('witness-0.example');
  });

  it('is kept a few times of each signer, and not beyond what the log has', async () => {
    const { origin, size } = await newest();
    const lies = Array.from({ length: 6 }, (_, i) =>
      signedByHub({ origin, size, root: sha256(Buffer.from(`log ${i}`)) }, 1, NOW),
    );
    await expect(hand(...lies)).rejects.toMatchObject({ refusal: 'other-root' });
    expect((await pending()).contradictions).toEqual(lies.slice(0, 4));
    const ahead = { origin, size: size + 100, root: sha256(Buffer.from('later')) };
    expect(await hand(signedByHub(ahead, 1, NOW))).toBe(0);
    expect((await pending()).contradictions).toHaveLength(4);
  });
});
