import { join } from 'node:path';
import { generateLedgerKey, type LedgerSigner } from '@besure/keys';
import { hash160, p2pkhScript, parseTransaction, proofItemOf } from '@besure/ledger-tx';
import { ITEM_LENGTH, ITEM_MAGIC, decodeHex, encodeHex, parseItem } from '@besure/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { facts } from '../contract/proof-zone.js';
import { TwoZones, ENTITY } from '../contract/two-zones.js';
import type { HubClient } from './hub-client.js';
import { SendingPace } from './sending-pace.js';
import type { Spendable } from './slot-chain.js';
import { closeSlot } from './slot-closer.js';
import { markFinal } from './slot-rows.js';
import { type SendingContext, sendSlots } from './slot-sender.js';

let zones: TwoZones;
let oldKey: LedgerSigner;
let newKey: LedgerSigner;
/** Transactions that the hub was given, each time. */
let given: string[][];

beforeEach(async () => {
  zones = await TwoZones.open();
  [oldKey, newKey] = ['old', 'new'].map((name) => generateLedgerKey(join(zones.folder, `${name}.hex`))) as [
    LedgerSigner,
    LedgerSigner,
  ];
  given = [];
});

afterEach(() => zones.close());

/** The service with that key, which publishes since that height; the hub answers so about each transaction. */
function service(
  ledgerSigner: LedgerSigner,
  publishesSince: () => number | null,
  refusal: string | null = null,
): SendingContext {
  const submit = (raws: readonly string[]) => {
    given.push([...raws]);
    return Promise.resolve(
      raws.map((raw) => (refusal === null ? { txid: raw } : { code: refusal, message: 'x' })),
    );
  };
  return {
    ...zones.closingWith(ledgerSigner),
    publishesSince,
    hub: {
      hubs: 1,
      turnToNext: () => {},
      places: () => [0],
      submit,
      submitTo: (_place: number, raws: readonly string[]) => submit(raws),
      outputsAt: () => Promise.resolve({ outputs: [outputOf(ledgerSigner, 'd')], streamEntity: ENTITY }),
    } as unknown as HubClient,
    now: () => zones.now,
    resendMillis: 5000,
    pace: new SendingPace(),
    onOverdue: () => {},
    onRefused: () => undefined,
  };
}

function outputOf({ publicKey }: LedgerSigner, letter: string): Spendable {
  return { txid: letter.repeat(64), vout: 0, script: encodeHex(p2pkhScript(hash160(publicKey))) };
}

interface Row {
  readonly slot: string;
  readonly root: string;
  readonly txid: string;
  readonly raw: string;
  readonly state: string;
}

function rows(): Promise<Row[]> {
  return zones.alpha.store.transaction((tx) =>
    tx.query<Row[]>('SELECT slot, root, txid, raw, state FROM slot ORDER BY slot'),
  );
}

/** Slot, root, publisher and spent transaction of an item transaction. */
function itemOf(raw: string): readonly [slot: number, root: string, keyHash: string, spends: string] {
  const transaction = parseTransaction(decodeHex(raw));
  const item = proofItemOf(transaction, ENTITY, ITEM_LENGTH, ITEM_MAGIC);
  if ('skip' in item) throw new Error(item.skip);
  const { slot, root } = parseItem(item.data);
  return [slot, encodeHex(root), encodeHex(item.keyHash), transaction.inputs[0]!.txid];
}

it('closes no slot, not even an empty one, while the ledger key is not in force, and still sends what is signed', async () => {
  let since: number | null = 0;
  const context = service(oldKey, () => since);
  await closeSlot(context, 5, outputOf(oldKey, 'a'));
  since = null;
  expect(await closeSlot(context, 6, outputOf(oldKey, 'a'))).toBeNull();
  expect((await rows()).map(({ slot, state }) => [slot, state])).toEqual([['5', 'signed']]);
  expect(await sendSlots(context)).toBe(1);
  expect(given).toEqual([[(await rows())[0]!.raw]]);
});

it('signs nothing again with a key that is not in force, whatever the hub says of inputs', async () => {
  await closeSlot(
    service(oldKey, () => 0),
    5,
    outputOf(oldKey, 'a'),
  );
  // As in a chain of before it was noted since when its key publishes.
  await zones.alpha.store.transaction((tx) => tx.query('UPDATE slot_chain SET since = NULL'));
  const before = await rows();
  for (const [key, since] of [
    [oldKey, null],
    [newKey, null],
    // In force, but the chain is still that of another: it begins anew when a slot is closed.
    [newKey, 120],
  ] as const) {
    await sendSlots(service(key, () => since, 'inputs-spent'));
    expect(await rows()).toEqual(before);
  }
});

it('begins the chain anew with a new key: each slot that is not final is signed again, once, with its root', async () => {
  await zones.record(facts);
  await zones.state(facts);
  await zones.ask();
  const before = service(oldKey, () => 0);
  expect(await closeSlot(before, 5, outputOf(oldKey, 'a'))).toBe(1);
  expect(await closeSlot(before, 6, null)).toBe(0);
  expect(await closeSlot(before, 7, null)).toBe(0);
  const old = await rows();
  const [{ root: first }] = old as [Row, ...Row[]];
  await zones.alpha.store.transaction((tx) => markFinal(tx, [{ slot: 5, root: first, leaf: 3, height: 9 }]));

  const context = service(newKey, () => 120);
  expect(await closeSlot(context, 8, null)).toBeNull();
  expect((await rows()).slice(1)).toEqual(old.slice(1));
  expect(await closeSlot(context, 8, outputOf(newKey, 'b'))).toBe(0);
  const now = await rows();
  const newHash = encodeHex(hash160(newKey.publicKey));
  expect(now[0]).toMatchObject({ slot: '5', state: 'final', txid: old[0]!.txid });
  expect(now.slice(1).map(({ raw }) => itemOf(raw))).toEqual([
    [6, old[1]!.root, newHash, 'b'.repeat(64)],
    [7, old[2]!.root, newHash, now[1]!.txid],
    [8, now[3]!.root, newHash, now[2]!.txid],
  ]);
  expect(await sendSlots(context)).toBe(3);
  expect(given).toEqual([now.slice(1).map(({ raw }) => raw)]);
  // From then on it goes on from its own change.
  expect(await closeSlot(context, 9, outputOf(newKey, 'c'))).toBe(0);
  expect(itemOf((await rows()).at(-1)!.raw)[3]).toBe(now[3]!.txid);
});

it('signs what is not final again after a time in which the key did not count, and not without such a time', async () => {
  const before = service(oldKey, () => 0);
  await closeSlot(before, 5, outputOf(oldKey, 'a'));
  await closeSlot(before, 6, outputOf(oldKey, 'b'));
  const old = await rows();
  const spends = old.map(({ raw }) => itemOf(raw)[3]);
  expect(spends).toEqual(['a'.repeat(64), old[0]!.txid]);
  const after = service(oldKey, () => 120);
  await closeSlot(after, 7, outputOf(oldKey, 'c'));
  const now = await rows();
  expect(now.map(({ root }) => root).slice(0, 2)).toEqual(old.map(({ root }) => root));
  expect(now.map(({ raw }) => itemOf(raw)[3])).toEqual(['c'.repeat(64), now[0]!.txid, now[1]!.txid]);
});

it('goes on from the change of a chain of before it was noted since when the key publishes', async () => {
  const context = service(oldKey, () => 0);
  await closeSlot(context, 5, outputOf(oldKey, 'a'));
  await zones.alpha.store.transaction((tx) => tx.query('UPDATE slot_chain SET since = NULL'));
  const [{ txid }] = (await rows()) as [Row];
  await closeSlot(context, 6, outputOf(oldKey, 'b'));
  expect(itemOf((await rows())[1]!.raw)[3]).toBe(txid);
});
