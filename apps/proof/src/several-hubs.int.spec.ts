import { FreshStatements } from './fresh-statements.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coreMigrations, EventStore, migrate, openDataSource } from '@besure/event-store';
import { generateLedgerKey, nodePrimitives } from '@besure/keys';
import {
  hash160,
  keyOutputOf,
  p2pkhScript,
  parseTransaction,
  serialiseTransaction,
  streamCreationScript,
  streamEntity as streamEntityOf,
  txidOf,
} from '@besure/ledger-tx';
import { decodeHex, encodeHex, equalBytes, type SubmitResult } from '@besure/protocol';
import { freshDatabase } from '@besure/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubClient, type HubRequest } from './hub-client.js';
import { proofMigrations } from './migrations.js';
import { SendingPace } from './sending-pace.js';
import { closeSlot } from './slot-closer.js';
import { countLateSlots, markFinal, streamEntityOf as entityIn } from './slot-rows.js';
import { type SendingContext, sendSlots } from './slot-sender.js';

const { sha256 } = nodePrimitives;
const RESEND_MILLIS = 5000;
const FUNDS = 'a'.repeat(64);

/** A ledger that takes a transaction whose input it has, and each only once. */
class Ledger {
  readonly taken: string[] = [];
  readonly #outputs: Set<string>;

  constructor(funds = FUNDS) {
    this.#outputs = new Set([funds]);
  }

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
let refusals: (string | null)[];
let closing: (() => Promise<unknown>)[] = [];
let folder: string;
let memberKeyHash: Uint8Array;

beforeEach(async () => {
  now = 1_795_341_000_000;
  ledger = new Ledger();
  overdue = [];
  refusals = [];
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

/** A hub that refuses everything with a code, and shows another output of the member that can be spent. */
function stuck(code: string): HubRequest {
  return async (subject, payload) => {
    if (subject.includes('submit')) {
      return {
        ok: true,
        results: (payload as Transactions).transactions.map(() => ({ code, message: 'x' })),
      };
    }
    return showing([transaction(p2pkhScript(memberKeyHash))]);
  };
}

/** What a hub answers that shows the member's first outputs of these transactions, all of them final. */
function showing(raws: readonly string[]): object {
  return {
    ok: true,
    outputs: raws.map((raw) => {
      const bytes = decodeHex(raw);
      const vout = parseTransaction(bytes).outputs.findIndex(
        ({ script }) => keyOutputOf(script) !== undefined,
      );
      return { txid: txidOf(bytes, sha256), vout, raw, confirmations: 9 };
    }),
    streams: { proofs: { raw: transaction(streamCreationScript('proofs')) } },
  };
}

function transaction(script: Uint8Array, vout = 0): string {
  return encodeHex(
    serialiseTransaction({
      version: 1,
      inputs: [{ txid: 'b'.repeat(64), vout, script: new Uint8Array(0), sequence: 0 }],
      outputs: [{ value: 0n, script }],
      lockTime: 0,
    }),
  );
}

function sendingTo(...hubs: HubRequest[]): SendingContext {
  const ledgerSigner = generateLedgerKey(join(folder, 'ledger-key'));
  const keyHash = hash160(ledgerSigner.publicKey, sha256);
  memberKeyHash = keyHash;
  return {
    organisation: 'alpha',
    store,
    fresh: new FreshStatements(1000),
    ledgerSigner,
    keyHash,
    sha256,
    sizes: { slot: 100, part: 100 },
    mostAheadMillis: 150_000,
    renewal: null,
    publishesSince: () => 0,
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
    pace: new SendingPace(),
    onOverdue: (slots) => overdue.push(...slots),
    onRefused: (refusal) => refusals.push(refusal?.code ?? null),
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
    const sent: number[] = [];
    for (let times = 0; times < 5; times += 1) {
      sent.push(await sendSlots(context));
      now += RESEND_MILLIS + 1;
    }
    // Once to each, and then at half the pace; it is told once.
    expect(sent).toEqual([1, 1, 1, 0, 1]);
    expect(overdue).toEqual([5]);
    const late = (before: number): Promise<number> => store.transaction((tx) => countLateSlots(tx, before));
    expect([await late(5), await late(6)]).toEqual([0, 1]);
    const [row] = await rows();
    await store.transaction((tx) => markFinal(tx, [{ slot: 5, root: row?.root ?? '', leaf: 0, height: 9 }]));
    expect(await sendSlots(context)).toBe(0);
    expect(await late(6)).toBe(0);
  });

  it('signs again when all refuse for the input and another is there, but not while one is not to be reached', async () => {
    let isDown = true;
    const sometimes: HubRequest = (subject, payload) =>
      isDown ? Promise.reject(new Error('no answer')) : stuck('inputs-spent')(subject, payload);
    const context = sendingTo(sometimes, stuck('missing-inputs'));
    await close(context, 5);
    const [before] = await rows();
    for (let times = 0; times < 3; times += 1) {
      expect(await sendSlots(context)).toBe(0);
      now += 1000;
    }
    expect(await rows()).toEqual([before]);
    isDown = false;
    now += 30_000;
    await sendSlots(context);
    const [after] = await rows();
    expect(after).toMatchObject({ slot: 5, root: before?.root });
    expect(after?.txid).not.toBe(before?.txid);
    // The input that was offered is spent by what was signed now: there is no other, whatever is refused.
    for (let times = 0; times < 5; times += 1) {
      now += 60_000;
      await sendSlots(context);
    }
    expect(await rows()).toEqual([after]);
  });

  it('does not wait for ever for a hub that is gone', async () => {
    const context = sendingTo(down, stuck('inputs-spent'));
    await close(context, 5);
    const [before] = await rows();
    await sendSlots(context);
    expect(await rows()).toEqual([before]);
    now += RESEND_MILLIS + 1;
    await sendSlots(context);
    expect((await rows())[0]?.txid).not.toBe(before?.txid);
  });

  describe('of which one lies, signs again what the other refuses for its input,', () => {
    /** A hub whose ledger has no funds of before, but another output of the member. */
    function withOther(): HubRequest {
      const other = transaction(p2pkhScript(memberKeyHash));
      ledger = new Ledger(txidOf(decodeHex(other), sha256));
      return async (subject, payload) =>
        subject.includes('submit')
          ? honest(subject, payload)
          : showing(ledger.taken.length > 0 ? [] : [other]);
    }

    const made: string[] = [];
    /** The transactions that it was given last, of this member. */
    let given: readonly string[] = [];
    const refusingAs =
      (code: string, shows: () => readonly string[]): HubRequest =>
      async (subject, payload) => {
        if (!subject.includes('submit')) return showing(shows());
        given = (payload as Transactions).transactions;
        return { ok: true, results: given.map(() => ({ code, message: 'x' })) };
      };
    const inventing = (): readonly string[] => {
      made.push(transaction(p2pkhScript(memberKeyHash), made.length + 1));
      return made.slice(-1);
    };

    it.each<[string, HubRequest]>([
      ['whatever else that one says is wrong', refusingAs('slot-not-begun', () => [])],
      ['though that one says that it takes everything', swallowing],
      ['though that one says that it is in the ledger', refusingAs('inputs-spent', () => given)],
      ['though that one shows nothing of use', refusing],
      ['and not for ever on outputs that that one makes up', refusingAs('inputs-spent', inventing)],
    ])('%s', async (_what, liar) => {
      const real: { hub: HubRequest } = { hub: down };
      const context = sendingTo(liar, (subject, payload) => real.hub(subject, payload));
      real.hub = withOther();
      await close(context, 5);
      const [before] = await rows();
      for (let second = 0; second < 300 && ledger.taken.length === 0; second += 1) {
        await sendSlots(context);
        now += 1000;
      }
      const [after] = await rows();
      expect(ledger.taken).toEqual([after?.txid]);
      expect(after).toMatchObject({ slot: 5, root: before?.root });
    });

    it('and what was written to a stream that that one made up, as long as nothing is final', async () => {
      let isTaken = false;
      const right = streamEntityOf(txidOf(decodeHex(transaction(streamCreationScript('proofs'))), sha256));
      const real: { hub: HubRequest } = { hub: down };
      const context = sendingTo(swallowing, (subject, payload) => real.hub(subject, payload));
      const other = withOther();
      real.hub = async (subject, payload) => {
        if (!subject.includes('submit')) return other(subject, payload);
        const raws = (payload as Transactions).transactions;
        const isForeign = (raw: string): boolean => !equalBytes(entityIn(raw)!, right);
        if (raws.some(isForeign))
          return { ok: true, results: raws.map(() => ({ code: 'not-an-item', message: 'x' })) };
        isTaken = true;
        return other(subject, payload);
      };
      const script = encodeHex(p2pkhScript(context.keyHash));
      const txid = txidOf(decodeHex(transaction(p2pkhScript(memberKeyHash))), sha256);
      for (const slot of [5, 6]) expect(await closeSlot(context, slot, { txid, vout: 0, script })).toBe(0);
      const before = await rows();
      for (let second = 0; second < 300 && !isTaken; second += 1) {
        await sendSlots(context);
        now += 1000;
      }
      const after = await rows();
      expect(ledger.taken).toEqual(after.map((row) => row.txid));
      expect(after.map(({ slot, root }) => [slot, root])).toEqual(
        before.map(({ slot, root }) => [slot, root]),
      );
    });

    it('and signs nothing again as long as an item may take, where the other takes it', async () => {
      const context = sendingTo(refusingAs('inputs-spent', inventing), honest);
      await close(context, 5);
      const before = await rows();
      for (let second = 0; second < 20; second += 1) {
        await sendSlots(context);
        now += 1000;
      }
      expect((await rows()).map(({ txid }) => txid)).toEqual(before.map(({ txid }) => txid));
      expect(ledger.taken).toEqual(before.map(({ txid }) => txid));
    });
  });

  it('waits ever longer where the refusal is not of the input, says so, and signs nothing', async () => {
    let takes = false;
    let asked = 0;
    const early: HubRequest = (subject, payload) => {
      asked += 1;
      return takes ? honest(subject, payload) : stuck('publisher')(subject, payload);
    };
    const context = sendingTo(early);
    await close(context, 5);
    const before = await rows();
    for (let second = 0; second < 60; second += 1) {
      await sendSlots(context);
      now += 1000;
    }
    // At seconds 0, 1, 3, 7, 15 and 31, twice each.
    expect(asked).toBe(12);
    expect(await rows()).toEqual(before);
    expect(refusals).toEqual(Array.from({ length: 6 }, () => 'publisher'));
    takes = true;
    now += 30_000;
    expect(await sendSlots(context)).toBe(1);
    expect(refusals.at(-1)).toBeNull();
    expect(ledger.taken).toEqual(before.map((row) => row.txid));
  });
});
