import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coreMigrations, EventStore, migrate, openDataSource } from '@besure/event-store';
import { generateLedgerKey, nodePrimitives } from '@besure/keys';
import { hash160, p2pkhScript, parseTransaction, txidOf } from '@besure/ledger-tx';
import { decodeHex, encodeHex, type SubmitResult } from '@besure/protocol';
import { freshDatabase } from '@besure/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubClient, type HubRequest } from './hub-client.js';
import { proofMigrations } from './migrations.js';
import { closeSlot } from './slot-closer.js';
import { countLateSlots, markFinal } from './slot-rows.js';
import { type SendingContext, sendSlots } from './slot-sender.js';

const { sha256 } = nodePrimitives;
const RESEND_MILLIS = 5000;
const FUNDS = 'a'.repeat(64);

/** A ledger that takes a transaction whose input it has, and each only once. */
class Ledger {
  readonly taken: string[] = [];
  readonly #outputs = new Set([FUNDS]);

  take(raw: string): SubmitResult {
    const txid = txidOf(decodeHex(raw), sha256);
    if (this.#outputs.has(txid)) return { txid };
    const [input] = parseTransaction(decodeHex(raw)).inputs;
    if (input === undefined || !this.#outputs.has(input.txid))
      return { code: 'missing-inputs', message: 'x' };
    this.#outputs.add(txid);
    this.taken.push(txid);
    return { txid };
  }
}

let now: number;
let ledger: Ledger;
let store: EventStore;
let overdue: number[];
let closing: (() => Promise<unknown>)[] = [];
let folder: string;

beforeEach(async () => {
  now = 1_795_341_000_000;
  ledger = new Ledger();
  overdue = [];
  folder = mkdtempSync(join(tmpdir(), 'besure-hubs-'));
  const database = await freshDatabase();
  const schema = 'proof';
  await migrate({ url: database.url, schema, migrations: [...coreMigrations(schema), ...proofMigrations] });
  const dataSource = await openDataSource({ url: database.url, schema });
  closing.push(
    () => database.drop(),
    () => dataSource.destroy(),
  );
  store = new EventStore({ dataSource, schema });
});

afterEach(async () => {
  for (const close of closing.toReversed()) await close();
  closing = [];
  rmSync(folder, { recursive: true });
});

type Transactions = { readonly transactions: readonly string[] };

/** A hub that carries. */
const honest: HubRequest = async (_subject, payload) => ({
  ok: true,
  results: (payload as Transactions).transactions.map((raw) => ledger.take(raw)),
});

/** A hub that says that it carries, and does not. */
const swallowing: HubRequest = async (_subject, payload) => ({
  ok: true,
  results: (payload as Transactions).transactions.map((raw) => ({ txid: txidOf(decodeHex(raw), sha256) })),
});

/** A hub that refuses everything, and shows that nothing can be spent. */
const refusing: HubRequest = async (subject, payload) =>
  subject.includes('submit')
    ? {
        ok: true,
        results: (payload as Transactions).transactions.map(() => ({ code: 'inputs-spent', message: 'x' })),
      }
    : { ok: true, outputs: [], streams: { proofs: { raw: '' } } };

const down: HubRequest = () => Promise.reject(new Error('no answer'));

function sendingTo(...hubs: HubRequest[]): SendingContext {
  const ledgerSigner = generateLedgerKey(join(folder, 'ledger-key'));
  const keyHash = hash160(ledgerSigner.publicKey, sha256);
  return {
    organisation: 'alpha',
    store,
    ledgerSigner,
    keyHash,
    sha256,
    iatOf: () => 0,
    streamEntity: () => new Uint8Array(16).fill(7),
    hub: new HubClient({
      organisation: 'alpha',
      address: 'unused',
      keyHash,
      stream: 'proofs',
      finalDepth: 2,
      hubs,
      sha256,
    }),
    now: () => now,
    resendMillis: RESEND_MILLIS,
    onOverdue: (slots) => overdue.push(...slots),
  };
}

async function close(context: SendingContext, slot: number): Promise<void> {
  const script = encodeHex(p2pkhScript(context.keyHash));
  expect(await closeSlot(context, slot, { txid: FUNDS, vout: 0, script })).toBe(0);
}

async function rows(): Promise<{ slot: number; txid: string; root: string; state: string }[]> {
  const found = await store.transaction((tx) =>
    tx.query<{ slot: string; txid: string; root: string; state: string }[]>(
      'SELECT slot, txid, root, state FROM slot ORDER BY slot',
    ),
  );
  return found.map((row) => ({ ...row, slot: Number(row.slot) }));
}

describe('a member with two hubs', () => {
  it('sends through the second when the first is down', async () => {
    const context = sendingTo(down, honest);
    await close(context, 5);
    expect(await sendSlots(context)).toBe(1);
    expect(ledger.taken).toEqual((await rows()).map((row) => row.txid));
    expect(overdue).toEqual([]);
  });

  it('sends the same bytes through the second when the first swallows them, and what follows too', async () => {
    const context = sendingTo(swallowing, honest);
    await close(context, 5);
    expect(await sendSlots(context)).toBe(1);
    now += RESEND_MILLIS - 1000;
    await close(context, 6);
    expect(await sendSlots(context)).toBe(1);
    expect(ledger.taken).toEqual([]);
    now += 1001;
    expect(await sendSlots(context)).toBe(1);
    expect(overdue).toEqual([5]);
    // The next slot spends the change of one that only the first hub was given: it brings that one along.
    await close(context, 7);
    await sendSlots(context);
    expect(ledger.taken).toEqual((await rows()).map((row) => row.txid));
    expect((await rows()).map((row) => row.state)).toEqual(['submitted', 'submitted', 'submitted']);
  });

  it('signs nothing again because one hub refuses what the other takes', async () => {
    const context = sendingTo(refusing, honest);
    await close(context, 5);
    await close(context, 6);
    const before = await rows();
    await sendSlots(context);
    expect(ledger.taken).toEqual(before.map((row) => row.txid));
    expect((await rows()).map(({ txid, root }) => [txid, root])).toEqual(
      before.map(({ txid, root }) => [txid, root]),
    );
  });

  it('turns from one hub to the other until the item is in the log, and then rests', async () => {
    const context = sendingTo(swallowing, swallowing);
    await close(context, 5);
    for (let times = 0; times < 4; times += 1) {
      expect(await sendSlots(context)).toBe(1);
      now += RESEND_MILLIS + 1;
    }
    expect(overdue).toEqual([5, 5, 5]);
    const late = (before: number): Promise<number> => store.transaction((tx) => countLateSlots(tx, before));
    expect([await late(5), await late(6)]).toEqual([0, 1]);
    const [row] = await rows();
    await store.transaction((tx) => markFinal(tx, [{ slot: 5, root: row?.root ?? '', leaf: 0 }]));
    expect(await sendSlots(context)).toBe(0);
    expect(await late(6)).toBe(0);
  });
});
