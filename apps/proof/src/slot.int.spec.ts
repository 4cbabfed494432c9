import { join } from 'node:path';
import { generateLedgerKey, nodePrimitives } from '@besure/keys';
import { p2pkhScript, parseTransaction, proofItemOf } from '@besure/ledger-tx';
import {
  ITEM_LENGTH,
  ITEM_MAGIC,
  type SealedBytes,
  decodeHex,
  encodeHex,
  equalBytes,
  parseItem,
  parseStatementsRecorded,
  rootFromSlotPath,
  statementLeaf,
} from '@besure/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { facts } from '../contract/proof-zone.js';
import { IAT, TwoZones, ENTITY } from '../contract/two-zones.js';
import { FreshStatements } from './fresh-statements.js';
import type { HubClient } from './hub-client.js';
import { OLDEST_READY } from './ready-statements.js';
import { SendingPace } from './sending-pace.js';
import { closeSlot } from './slot-closer.js';
import { markFinal, provenStreamEntity } from './slot-rows.js';
import { type SendingContext, sendSlots } from './slot-sender.js';

let zones: TwoZones;

beforeEach(async () => {
  zones = await TwoZones.open();
});

afterEach(() => zones.close());

async function recordedByAlpha() {
  const events = await zones.alpha.store.readAll(0, 100);
  return events
    .filter((event) => event.type === 'StatementsRecorded.v2')
    .map(({ data, attachment }) => parseStatementsRecorded(data, attachment!));
}

function buffers(sealed: SealedBytes | null): unknown {
  return sealed && { ciphertext: Buffer.from(sealed.ciphertext), key: Buffer.from(sealed.key) };
}

describe('a slot', () => {
  const outputTxid = 'a'.repeat(64);

  function sending(hub: Partial<HubClient>): SendingContext {
    const ledgerSigner = generateLedgerKey(join(zones.folder, `ledger-${zones.now}.hex`));
    return {
      ...zones.closingWith(ledgerSigner),
      hub: {
        hubs: 1,
        turnToNext: () => {},
        places: () => [0],
        submitTo: (_place: number, raws: readonly string[]) => hub.submit?.(raws),
        outputsAt: () => hub.outputs?.(),
        ...hub,
      } as HubClient,
      now: () => zones.now,
      resendMillis: 5000,
      pace: new SendingPace(),
      onOverdue: () => {},
      onRefused: () => undefined,
    };
  }

  function firstOutput(context: SendingContext) {
    return { txid: outputTxid, vout: 0, script: encodeHex(p2pkhScript(context.keyHash)) };
  }

  it.each([
    ['of a moment ago', false],
    ['of before a restart', true],
  ])('holds what is countersigned under one root, with a path for each: %s', async (_when, restarted) => {
    const several = ['m-1', 'm-2', 'm-3'].map((message) => ({ ...facts, message }));
    await zones.record(...several);
    await zones.state(...several);
    await zones.ask();
    const context = { ...sending({}), ...(restarted && { fresh: new FreshStatements(1000) }) };
    expect(await closeSlot(context, 5, firstOutput(context))).toBe(3);
    const [told] = await recordedByAlpha();
    const { root, entries, slot } = told!;
    expect(slot).toBe(5);
    const ids = entries.map((entry) => entry.statement);
    const stored = await zones.alpha.store.transaction((tx) => new FreshStatements(1000).take(tx, ids));
    for (const entry of entries) {
      expect(buffers(entry.openings)).toEqual(buffers(stored.get(entry.statement)!.openings));
      const leaf = statementLeaf(entry.jws, entry.countersignature, nodePrimitives.sha256);
      expect(equalBytes(rootFromSlotPath(leaf, entry.index, entry.path, nodePrimitives.sha256), root)).toBe(
        true,
      );
    }
    const [row] = await zones.alpha.store.transaction((tx) =>
      tx.query<{ raw: string }[]>('SELECT raw FROM slot'),
    );
    const item = proofItemOf(parseTransaction(decodeHex(row!.raw)), ENTITY, ITEM_LENGTH, ITEM_MAGIC);
    expect('skip' in item).toBe(false);
    expect(parseItem((item as { data: Uint8Array }).data)).toEqual({ slot: 5, root });
  });

  it.each([5, 6, 7, 8])(
    'takes as many as it has place for, part by part: %i, and the next one the rest, the oldest first',
    async (place) => {
      const ids: string[] = [];
      for (let at = 0; at < 4; at++) {
        const two = [0, 1].map((which) => ({ ...facts, message: `letter ${at} ${which}` }));
        await zones.record(...two);
        await zones.state(...two);
        zones.now += 1;
      }
      await zones.ask();
      const context = { ...sending({}), sizes: { slot: place, part: 2 } };
      expect(await closeSlot(context, 5, firstOutput(context))).toBe(place);
      expect(await closeSlot(context, 6, null)).toBe(8 - place);
      const recorded = await recordedByAlpha();
      for (const { root, entries } of recorded) {
        for (const entry of entries) {
          const leaf = statementLeaf(entry.jws, entry.countersignature, nodePrimitives.sha256);
          const reached = rootFromSlotPath(leaf, entry.index, entry.path, nodePrimitives.sha256);
          expect(encodeHex(reached)).toBe(encodeHex(root));
          expect(entry.openings).not.toBeNull();
          ids.push(entry.statement);
        }
      }
      const stored = await zones.alpha.store.transaction((tx) =>
        tx.query<{ id: string; slot: string; prepared_at: string }[]>(
          'SELECT id, slot, prepared_at FROM statement ORDER BY slot, prepared_at',
        ),
      );
      expect(ids.toSorted()).toEqual(stored.map(({ id }) => id).toSorted());
      const times = stored.map((row) => Number(row.prepared_at));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    },
  );

  it('leaves what is being decided at this moment to the next slot, and does not wait for it', async () => {
    const two = ['m-1', 'm-2'].map((message) => ({ ...facts, message }));
    await zones.record(...two);
    await zones.state(...two);
    await zones.ask();
    const context = sending({});
    await zones.alpha.store.transaction(async (tx) => {
      await tx.query('SELECT FROM statement ORDER BY id LIMIT 1 FOR UPDATE');
      expect(await closeSlot(context, 5, firstOutput(context))).toBe(1);
    });
    expect(await closeSlot(context, 6, null)).toBe(1);
  });

  it('takes a part of much without a look at all of it', async () => {
    await zones.alpha.store.transaction((tx) =>
      tx.query(
        `INSERT INTO statement (id, issuer, counterpart, uniqueness, lookup, state, jws, prepared_at)
         SELECT n, 'alpha', 'beta', n, n, 'one-sided', '', n FROM generate_series(1, 20000) n`,
      ),
    );
    await zones.alpha.store.transaction((tx) => tx.query('ANALYZE statement'));
    const plan = await zones.alpha.store.transaction((tx) =>
      tx.query<object[]>(`EXPLAIN ${OLDEST_READY.replace('$2', IAT.toString()).replace('$3', '100')}`),
    );
    expect(JSON.stringify(plan)).toContain('using statement_ready');
    expect(JSON.stringify(plan)).not.toContain('Sort');
  });

  it('leaves out openings that were erased, although they were here a moment ago', async () => {
    await zones.record(facts);
    await zones.state(facts);
    await zones.ask();
    await zones.alpha.store.transaction((tx) => tx.query('UPDATE statement SET openings = NULL'));
    const context = sending({});
    expect(await closeSlot(context, 5, firstOutput(context))).toBe(1);
    const [told] = await recordedByAlpha();
    const { entries } = told!;
    expect(entries.map(({ openings }) => openings)).toEqual([null]);
  });

  it('attack: counting what an organisation does: an empty slot looks like a full one', async () => {
    const several = Array.from({ length: 40 }, (_, i) => ({ ...facts, message: `m-${i}` }));
    await zones.record(...several);
    await zones.state(...several);
    await zones.ask();
    const context = sending({});
    expect(await closeSlot(context, 5, firstOutput(context))).toBe(40);
    for (const slot of [6, 7, 8]) expect(await closeSlot(context, slot, null)).toBe(0);
    const rows = await zones.alpha.store.transaction((tx) =>
      tx.query<{ raw: string }[]>('SELECT raw FROM slot ORDER BY slot'),
    );
    const transactions = rows.map(({ raw }) => parseTransaction(decodeHex(raw)));
    const items = transactions.map((one) => proofItemOf(one, ENTITY, ITEM_LENGTH, ITEM_MAGIC));
    const roots = items.map((item) => encodeHex(parseItem((item as { data: Uint8Array }).data).root));
    expect(new Set(roots).size).toBe(4);
    const shapes = transactions.map(({ inputs, outputs }) => ({
      inputs: inputs.length,
      outputs: outputs.map(({ value, script }) => ({ value, length: script.length })),
    }));
    for (const shape of shapes) expect(shape).toEqual(shapes[0]);
  });

  it('leaves what was signed in a later slot to that slot, however late it is closed', async () => {
    await zones.record(facts);
    await zones.state(facts);
    await zones.ask();
    const context = sending({});
    const output = firstOutput(context);
    expect(await closeSlot({ ...context, iatOf: () => IAT - 1 }, 5, output)).toBe(0);
    expect(await closeSlot(context, 6, null)).toBe(1);
  });

  it('is signed once, whoever closes it and however often', async () => {
    const context = sending({});
    const output = firstOutput(context);
    const results = await Promise.all([
      closeSlot(context, 5, output),
      closeSlot(context, 5, output),
      closeSlot(context, 4, output),
    ]);
    expect(results.filter((result) => result === 0).length).toBeGreaterThanOrEqual(1);
    const rows = await zones.alpha.store.transaction((tx) =>
      tx.query<{ slot: string }[]>('SELECT slot FROM slot ORDER BY slot'),
    );
    expect(rows.filter((row) => row.slot === '5')).toHaveLength(1);
    expect(await closeSlot(context, 5, output)).toBeNull();
  });

  it('is not closed because this clock was a year ahead for a moment: all slots until then would be lost', async () => {
    const yearAhead = Math.floor(Date.now() / 1000) + 365 * 86_400;
    const context = sending({});
    const wrong = { ...context, iatOf: () => yearAhead };
    await expect(closeSlot(wrong, 5_000_000, firstOutput(context))).rejects.toMatchObject({
      code: 'clock-ahead',
    });
    expect(await closeSlot(context, 5, firstOutput(context))).toBe(0);
  });

  it('that is final tells the stream of all items: no hub is needed after a restart', async () => {
    const context = sending({});
    await closeSlot(context, 5, firstOutput(context));
    const { store } = zones.alpha;
    expect(await store.transaction(provenStreamEntity)).toBeNull();
    const [row] = await store.transaction((tx) => tx.query<{ root: string }[]>('SELECT root FROM slot'));
    await store.transaction((tx) => markFinal(tx, [{ slot: 5, root: row!.root, leaf: 0, height: 9 }]));
    await closeSlot({ ...context, streamEntity: () => new Uint8Array(16) }, 6, null);
    expect(await store.transaction(provenStreamEntity)).toEqual(ENTITY);
  });

  it('is sent until the ledger has it, with the same bytes', async () => {
    const sent: string[][] = [];
    const context = sending({
      submit: (raws) => {
        sent.push([...raws]);
        return Promise.resolve(raws.map((raw) => ({ txid: `txid of ${raw.slice(0, 8)}` })));
      },
    });
    await closeSlot(context, 5, firstOutput(context));
    expect(await sendSlots(context)).toBe(1);
    expect(await sendSlots(context)).toBe(0);
    zones.now += 6000;
    expect(await sendSlots(context)).toBe(1);
    expect(sent[1]).toEqual(sent[0]);
  });

  it('keeps its root when its input has become void, and the slots after it follow', async () => {
    const other = 'b'.repeat(64);
    const context: SendingContext = sending({
      // A ledger that only knows the other output: whatever spends the first one is refused.
      submit: (raws) => {
        let refused = false;
        return Promise.resolve(
          raws.map((raw) => {
            const { inputs } = parseTransaction(decodeHex(raw));
            const good = !refused && inputs[0]!.txid === other;
            refused ||= !good;
            return good ? { txid: 'x' } : { code: 'inputs-spent', message: '' };
          }),
        );
      },
      outputs: () =>
        Promise.resolve({
          outputs: [{ txid: other, vout: 0, script: encodeHex(p2pkhScript(context.keyHash)) }],
          streamEntity: ENTITY,
        }),
    });
    await closeSlot(context, 5, firstOutput(context));
    await closeSlot(context, 6, null);
    const before = await zones.alpha.store.transaction((tx) =>
      tx.query<{ root: string }[]>('SELECT root FROM slot ORDER BY slot'),
    );
    await sendSlots(context);
    const after = await zones.alpha.store.transaction((tx) =>
      tx.query<{ root: string; raw: string; txid: string }[]>(
        'SELECT root, raw, txid FROM slot ORDER BY slot',
      ),
    );
    expect(after.map((row) => row.root)).toEqual(before.map((row) => row.root));
    expect(parseTransaction(decodeHex(after[0]!.raw)).inputs[0]!.txid).toBe(other);
    expect(parseTransaction(decodeHex(after[1]!.raw)).inputs[0]!.txid).toBe(after[0]!.txid);
  });
});
