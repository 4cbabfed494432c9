import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatTrust, slotIat, trustOf } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { acceptQuorate } from '@besure/log-store';
import { waitUntil } from '@besure/testing';
import { verify } from '@besure/verification';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ArchiveZone } from '../contract/archive-zone.js';
import { ScriptedLog } from '../contract/scripted-log.js';
import { type RecordedSlot, ScriptedNetwork, type Stated } from '../contract/scripted-network.js';
import { keepParts } from './keep.js';

const primitives = nodePrimitives;
let folder: string;
let network: ScriptedNetwork;
let log: ScriptedLog;
let zones: ArchiveZone[] = [];

async function openZone(organisation: string): Promise<ArchiveZone> {
  const zone = await ArchiveZone.open(organisation, network.charter, log.url);
  zones.push(zone);
  return zone;
}

function publish(...slots: RecordedSlot[]): void {
  for (const { by, slot, tree } of slots) log.append(network.member(by).keyHash, { slot, root: tree.root });
  log.publish();
}

function judge(evidence: string): ReturnType<typeof verify> {
  return verify(evidence, formatTrust(trustOf(network.charter)), { primitives });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besure-archive-'));
  network = await ScriptedNetwork.make(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  log = await ScriptedLog.start(network.hub, network.charter);
});
afterEach(async () => {
  await log.stop();
  await Promise.all(zones.map((zone) => zone.database.destroy()));
  zones = [];
});

describe('the archive', () => {
  it('turns a countersigned statement into evidence in both archives', async () => {
    const [alpha, beta, exchange] = await Promise.all(
      ['alpha', 'beta', 'exchange'].map((id) => openZone(id)),
    );
    const slot = network.lastSlot;
    const stated = network.countersign(network.state());
    const byAlpha = network.record('alpha', slot, [stated]);
    const byExchange = network.record('exchange', slot, [stated]);
    await alpha!.keep(byAlpha);
    await exchange!.keep(byExchange);
    expect((await alpha!.settle()).recordings).toBe(0);

    publish(byAlpha, byExchange);
    await Promise.all(zones.map((zone) => zone.follow(2)));
    expect(await alpha!.settle()).toMatchObject({ recordings: 1, contradicted: [] });
    expect(await alpha!.ready()).toEqual([[stated.id, 'recorded']]);
    const alone = judge(await alpha!.evidence(stated.id));
    expect(alone).toMatchObject({
      result: 'proven',
      statedBy: 'alpha',
      agreedBy: 'exchange',
      evidenceId: stated.id,
    });

    await exchange!.settle();
    expect(await alpha!.pull(exchange!)).toEqual({ taken: 1, more: false });
    await alpha!.settle();
    expect(await alpha!.ready()).toEqual([
      [stated.id, 'recorded'],
      [stated.id, 'complete'],
    ]);
    const full = judge(await alpha!.evidence(stated.id));
    expect(full.result).toBe('proven');
    expect(full.checks.map(({ name }) => name)).toContain('exchange-recording');
    expect(full.checks.map(({ name }) => name)).toContain('issuer-recording');

    await beta!.pull(exchange!);
    await beta!.settle();
    expect(await beta!.ready()).toEqual([]);
    expect(judge(await beta!.evidence(stated.id))).toMatchObject({
      result: 'proven',
      claims: { sender_org: 'alpha', recipient_org: 'beta' },
      hidden: [],
    });
    // Read again a day later: there is a time stamp now. The same evidence, with one thing more in each recording.
    expect(full.recordings.map(({ timeStamp }) => timeStamp)).toEqual([null, null]);
    const time = Math.floor(Date.now() / 1000) - 5;
    await alpha!.followTimeStamp(2, time);
    const stamped = judge(await alpha!.evidence(stated.id));
    const expected = { time: new Date(time * 1000).toISOString().replace('.000', ''), authority: 'test' };
    expect(stamped).toMatchObject({ result: 'proven', recordedTime: expected.time });
    expect(stamped.recordings.map(({ timeStamp }) => timeStamp)).toEqual([expected, expected]);

    const hidden = judge(await beta!.evidence(stated.id, ['event', 'time']));
    expect(hidden).toMatchObject({ result: 'proven', claims: { sender: null, message: null } });
    expect(hidden.hidden).toHaveLength(8);
  });

  it('keeps openings at the exchange only until the counterpart has acknowledged', async () => {
    const [alpha, beta, exchange] = await Promise.all(
      ['alpha', 'beta', 'exchange'].map((id) => openZone(id)),
    );
    const slot = network.lastSlot;
    const recorded = network.record('exchange', slot, [
      network.countersign(network.state()),
      network.countersign(network.state()),
    ]);
    await exchange!.keep(recorded);
    publish(recorded);
    await Promise.all(zones.map((zone) => zone.follow(1)));
    await exchange!.settle();
    await alpha!.pull(exchange!);
    await alpha!.pull(exchange!);
    expect(await exchange!.count('opening')).toBe(2);
    await beta!.pull(exchange!);
    expect(await exchange!.count('opening')).toBe(2);
    expect(await beta!.count('opening')).toBe(2);
    await beta!.pull(exchange!);
    expect(await exchange!.count('opening')).toBe(0);
    // Asked again from the start, as from a restored backup: everything but the openings.
    const again = (await exchange!.serve('beta', { after: 0, limit: 100 })) as {
      copies: { disclosures: unknown }[];
    };
    expect(again.copies.map(({ disclosures }) => disclosures)).toEqual([null, null]);
    await expect(exchange!.serve('beta', { after: 3, limit: 1 })).rejects.toMatchObject({
      code: 'cursor-ahead',
    });
    await expect(exchange!.serve('gamma', { after: 0, limit: 1 })).rejects.toMatchObject({
      code: 'organisation-unknown',
    });
  });

  it('keeps no openings at the exchange where sender and recipient share an organisation', async () => {
    const [alpha, exchange] = await Promise.all(['alpha', 'exchange'].map((id) => openZone(id)));
    const within = { scheme: 'person', id: '90.01.01-123.45', organisation: 'alpha' };
    const stated = network.countersign(network.state({ recipient: within }));
    const recorded = network.record('exchange', network.lastSlot, [stated]);
    await exchange!.keep(recorded);
    publish(recorded);
    await Promise.all(zones.map((zone) => zone.follow(1)));
    await exchange!.settle();
    expect([await exchange!.count('opening'), await exchange!.count('copy')]).toEqual([0, 1]);
    expect(await alpha!.pull(exchange!)).toEqual({ taken: 1, more: false });
  });

  it('gives one-sided evidence, and completes it when the exchange agrees late', async () => {
    const [alpha, exchange] = await Promise.all(['alpha', 'exchange'].map((id) => openZone(id)));
    const slot = network.lastSlot;
    const stated = network.state();
    const byAlpha = network.record('alpha', slot, [stated]);
    await alpha!.keep(byAlpha);
    publish(byAlpha);
    await alpha!.follow(1);
    await alpha!.settle();
    expect(judge(await alpha!.evidence(stated.id))).toMatchObject({
      result: 'unacceptable',
      code: 'one-sided',
    });

    const agreed = network.countersign(stated);
    const byExchange = network.record('exchange', slot, [agreed]);
    await exchange!.keep(byExchange);
    publish(byExchange);
    await Promise.all(zones.map((zone) => zone.follow(2)));
    await exchange!.settle();
    await alpha!.pull(exchange!);
    // The agreement counts once its recording is settled, not before.
    expect(judge(await alpha!.evidence(stated.id))).toMatchObject({ code: 'one-sided' });
    await alpha!.settle();
    expect(await alpha!.ready()).toEqual([
      [stated.id, 'recorded'],
      [stated.id, 'complete'],
    ]);
    expect(judge(await alpha!.evidence(stated.id))).toMatchObject({ result: 'proven', agreedBy: 'exchange' });
  });

  it('takes the same recordings and copies again without any effect', async () => {
    const [alpha, exchange] = await Promise.all(['alpha', 'exchange'].map((id) => openZone(id)));
    const slot = network.lastSlot;
    const stated = network.countersign(network.state());
    const byAlpha = network.record('alpha', slot, [stated]);
    const byExchange = network.record('exchange', slot, [stated]);
    await exchange!.keep(byExchange);
    publish(byAlpha, byExchange);
    await Promise.all(zones.map((zone) => zone.follow(2)));
    await exchange!.settle();
    // The copy first, then what proof says: openings come with the second.
    await alpha!.pull(exchange!);
    await alpha!.settle();
    await alpha!.keep(byAlpha);
    await alpha!.keep(byAlpha);
    await alpha!.database.query('UPDATE copy_source SET cursor = 0');
    await alpha!.pull(exchange!);
    await alpha!.settle();
    await alpha!.settle();
    expect(await alpha!.ready()).toEqual([
      [stated.id, 'recorded'],
      [stated.id, 'complete'],
    ]);
    expect([
      await alpha!.count('statement'),
      await alpha!.count('recording'),
      await alpha!.count('opening'),
    ]).toEqual([1, 2, 1]);
    expect(judge(await alpha!.evidence(stated.id)).result).toBe('proven');
  });

  describe('where the exchange signed twice over one statement', () => {
    interface Twice {
      readonly alpha: ArchiveZone;
      readonly exchange: ArchiveZone;
      readonly id: string;
      readonly byAlpha: RecordedSlot;
    }

    /** Alpha recorded one countersignature, the exchange the other. */
    async function signedTwice(): Promise<Twice> {
      const [alpha, exchange] = await Promise.all(['alpha', 'exchange'].map((id) => openZone(id)));
      const slot = network.lastSlot;
      const [earlier, later] = [slotIat(network.charter, slot - 1), slotIat(network.charter, slot)];
      const stated = network.state({}, 'alpha', earlier);
      const [first, second] = [earlier, later].map((iat) => network.countersign(stated, iat));
      const byAlpha = network.record('alpha', slot, [first!]);
      const byExchange = network.record('exchange', slot, [second!]);
      await exchange!.keep(byExchange);
      publish(byAlpha, byExchange);
      await Promise.all([alpha!.follow(2), exchange!.follow(2)]);
      await exchange!.settle();
      return { alpha: alpha!, exchange: exchange!, id: stated.id, byAlpha };
    }

    it('keeps the one that came first, and evidence of it is good', async () => {
      const { alpha, exchange, id, byAlpha } = await signedTwice();
      await alpha.pull(exchange);
      expect(await alpha.keep(byAlpha)).toEqual(new Set([id]));
      await alpha.settle();
      expect([await alpha.count('recording'), await alpha.count('opening')]).toEqual([1, 1]);
      expect(judge(await alpha.evidence(id))).toMatchObject({ result: 'proven', agreedBy: 'exchange' });
    });

    it('refuses the copy, also where its own recording is kept at the same time', async () => {
      const { alpha, exchange, id, byAlpha } = await signedTwice();
      const kept = Promise.withResolvers<void>();
      const waits = Promise.withResolvers<void>();
      const keeping = alpha.store.transaction(async (tx) => {
        await keepParts(tx, alpha.read(byAlpha));
        kept.resolve();
        await waits.promise;
      });
      await kept.promise;
      const pulling = alpha.pull(exchange);
      await waitUntil({ what: 'the copy to wait for what is being kept' }, async () => {
        const [row] = await alpha.database.query<{ waiting: number }[]>(
          `SELECT count(*)::integer AS waiting FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return row?.waiting === 1 ? true : undefined;
      });
      waits.resolve();
      await keeping;
      expect(await pulling).toEqual({ taken: 1, more: false });
      expect(alpha.refused).toEqual(['copy-countersignature']);
      expect([await alpha.count('recording'), await alpha.count('refused_copy')]).toEqual([1, 1]);
      await alpha.settle();
      expect(judge(await alpha.evidence(id))).toMatchObject({ result: 'proven', agreedBy: 'exchange' });
    });

    it('refuses the second of two copies in one answer', async () => {
      const { alpha, exchange } = await signedTwice();
      const stated = network.state();
      const byExchange = network.record('exchange', network.lastSlot + 1, [network.countersign(stated)]);
      await exchange.keep(byExchange);
      publish(byExchange);
      await Promise.all([alpha.follow(3), exchange.follow(3)]);
      await exchange.settle();
      const other = network.countersign(stated, slotIat(network.charter, network.lastSlot + 1));
      await alpha.pull(exchange, (answer) => {
        const { copies, last } = answer as { copies: { cursor: number }[]; last: number };
        const [before, copy] = copies;
        const again = { ...copy, countersignature: other.countersignature };
        return { copies: [{ ...copy, cursor: before!.cursor }, again], last };
      });
      expect(alpha.refused).toEqual(['copy-countersignature']);
      expect([await alpha.count('recording'), await alpha.count('refused_copy')]).toEqual([1, 1]);
    });
  });

  it('says when the ledger holds another root than was recorded', async () => {
    const alpha = await openZone('alpha');
    const slot = network.lastSlot;
    await alpha.keep(network.record('alpha', slot, [network.state()]));
    publish(network.record('alpha', slot, [network.state()]));
    await alpha.follow(1);
    expect(await alpha.settle()).toMatchObject({ recordings: 0, contradicted: [{ member: 'alpha', slot }] });
    expect(await alpha.ready()).toEqual([]);
    expect((await alpha.settle()).contradicted).toEqual([]);
  });

  it('waits for a quorum', async () => {
    const alpha = await openZone('alpha');
    const slot = network.lastSlot;
    const recorded = network.record('alpha', slot, [network.state()]);
    await alpha.keep(recorded);
    log.append(network.member('alpha').keyHash, { slot, root: recorded.tree.root });
    log.publish({ cosigned: false });
    const refused = await fetch(`${log.url}/log/proofs/checkpoint`).then((response) => response.text());
    expect(() => acceptQuorate(refused, network.charter, primitives)).toThrow(/quorum/);
    log.publish();
    await alpha.follow(1);
    expect((await alpha.settle()).recordings).toBe(1);
  });
});

describe('copies of the exchange', () => {
  type Answer = { copies: Record<string, unknown>[]; last: number };

  async function twoZones(): Promise<{ beta: ArchiveZone; exchange: ArchiveZone; recorded: RecordedSlot }> {
    const [beta, exchange] = await Promise.all(['beta', 'exchange'].map((id) => openZone(id)));
    const recorded = network.record('exchange', network.lastSlot, [
      network.countersign(network.state()),
      network.countersign(network.state()),
    ]);
    await exchange!.keep(recorded);
    publish(recorded);
    await exchange!.follow(1);
    await exchange!.settle();
    return { beta: beta!, exchange: exchange!, recorded };
  }

  it('wait until their slot has come up in our own log', async () => {
    const { beta, exchange } = await twoZones();
    await beta.pull(exchange);
    expect(await beta.count('statement')).toBe(0);
    await beta.follow(1);
    await beta.pull(exchange);
    expect(await beta.count('statement')).toBe(2);
  });

  it('are refused and put aside, sealed, when our log has no such item', async () => {
    const { beta, exchange } = await twoZones();
    await beta.follow(1);
    await beta.pull(exchange, (answer) =>
      changed(answer as Answer, (copy) => ({
        ...copy,
        recording: { ...(copy['recording'] as object), slot: 5 },
      })),
    );
    expect(beta.refused).toEqual(['copy-recording']);
    expect([await beta.count('statement'), await beta.count('refused_copy')]).toEqual([1, 1]);
  });

  it.each<
    [
      string,
      string,
      (copy: Record<string, unknown>, other: Record<string, unknown>) => Record<string, unknown>,
    ]
  >([
    [
      'another countersignature',
      'countersignature-statement',
      (copy, other) => ({ ...copy, countersignature: other['countersignature'] }),
    ],
    [
      'openings of another statement',
      'openings-mismatch',
      (copy, other) => ({ ...copy, disclosures: other['disclosures'] }),
    ],
    [
      'a recording of somebody else',
      'copy-recording',
      (copy) => ({ ...copy, recording: { ...(copy['recording'] as object), by: 'beta' } }),
    ],
    ['another path', 'copy-root', (copy, other) => ({ ...copy, recording: other['recording'] })],
  ])('are refused with %s', async (_what, code, change) => {
    const { beta, exchange } = await twoZones();
    await beta.follow(1);
    await beta.pull(exchange, (answer) => changed(answer as Answer, change));
    expect(beta.refused).toEqual([code]);
    expect(await beta.count('statement')).toBe(1);
    // The queue goes on behind it.
    expect(await beta.pull(exchange)).toEqual({ taken: 0, more: false });
    expect(beta.refused).toHaveLength(1);
  });

  it('are refused where they are about others', async () => {
    const exchange = await openZone('exchange');
    const alpha = await openZone('alpha');
    const foreign = network.countersign(
      network.state({ recipient: { scheme: 'person', id: '1', organisation: 'exchange' } }),
    );
    const recorded = network.record('exchange', network.lastSlot, [
      { ...foreign, issuer: 'alpha', counterpart: 'beta' },
    ]);
    await exchange.keep(recorded);
    publish(recorded);
    const beta = await openZone('beta');
    await Promise.all([exchange.follow(1), beta.follow(1), alpha.follow(1)]);
    await exchange.settle();
    await beta.pull(exchange);
    expect(beta.refused).toEqual(['copy-openings']);
  });

  it.each<[string, string, (start: number) => Stated]>([
    ['statement', 'copy-statement', (start) => network.countersign(network.state({}, 'alpha', start - 1))],
    ['countersignature', 'copy-countersignature', (start) => network.countersign(network.state(), start + 1)],
  ])(
    'are refused where the %s bears a time at which no slot starts: no evidence can hold it',
    async (_what, code, made) => {
      const [beta, exchange] = await Promise.all(['beta', 'exchange'].map((id) => openZone(id)));
      const stated = made(slotIat(network.charter, network.lastSlot));
      const recorded = network.record('exchange', network.lastSlot, [stated]);
      await exchange!.keep(recorded);
      publish(recorded);
      await Promise.all([exchange!.follow(1), beta!.follow(1)]);
      await exchange!.settle();
      await beta!.pull(exchange!);
      expect(beta!.refused).toEqual([code]);
      expect(await beta!.count('statement')).toBe(0);
    },
  );

  it('must come in order', async () => {
    const { beta, exchange } = await twoZones();
    await beta.follow(1);
    const turned = (answer: unknown): unknown => ({
      ...(answer as Answer),
      copies: (answer as Answer).copies.toReversed(),
    });
    await expect(beta.pull(exchange, turned)).rejects.toMatchObject({ code: 'copies-disordered' });
    expect(await beta.count('statement')).toBe(0);
  });

  function changed(
    answer: Answer,
    change: (copy: Record<string, unknown>, other: Record<string, unknown>) => Record<string, unknown>,
  ): Answer {
    const [first, second] = answer.copies;
    return { ...answer, copies: [change(first!, second!), second!] };
  }
});
