import { coreMigrations, EventStore, migrate, openDataSource } from '@besure/event-store';
import { freshDatabase } from '@besure/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { proofMigrations } from './migrations.js';
import type { SlotSigned } from './slot-chain.js';
import { evolveSlotChain } from './slot-chain.js';
import { markFinal, readSlotChain, writeSlotEvent } from './slot-rows.js';

const schema = 'proof';
const root = 'ab'.repeat(32);
let store: EventStore;
let close: () => Promise<void>;

beforeAll(async () => {
  const database = await freshDatabase();
  await migrate({ url: database.url, schema, migrations: [...coreMigrations(schema), ...proofMigrations] });
  const dataSource = await openDataSource({ url: database.url, schema });
  store = new EventStore({ dataSource, schema });
  close = async () => {
    await dataSource.destroy();
    await database.drop();
  };
});

afterAll(() => close());

function signed(type: SlotSigned['type'], txid: string): SlotSigned {
  const change = { txid, vout: 1, script: '00' };
  return { type, slot: 7, root, input: { txid: 'in', vout: 0 }, txid, raw: '00', change };
}

it('lets no slot become final while it is signed again, so that it cannot be taken for signed afterwards', async () => {
  await store.transaction(async (tx) => {
    const { chain, version } = await readSlotChain(tx);
    const first = signed('SlotSigned', 'first');
    const after = { chain: evolveSlotChain(chain, first), version: version + 1, since: 0 };
    await writeSlotEvent(store, tx, after, first);
  });
  let final: Promise<unknown> = Promise.resolve();
  await store.transaction(async (tx) => {
    const { chain, version } = await readSlotChain(tx);
    // Whoever follows the log would wait here.
    await expect(
      store.transaction((other) => other.query('SELECT 1 FROM slot WHERE slot = 7 FOR UPDATE NOWAIT')),
    ).rejects.toMatchObject({ driverError: { code: '55P03' } });
    final = store.transaction((other) => markFinal(other, [{ slot: 7, root, leaf: 3, height: 9 }]));
    const again = signed('SlotSignedAgain', 'again');
    const after = { chain: evolveSlotChain(chain, again), version: version + 1, since: 0 };
    await writeSlotEvent(store, tx, after, again);
  });
  await final;
  const rows = await store.transaction((tx) => tx.query<object[]>('SELECT state, txid, leaf FROM slot'));
  expect(rows).toEqual([{ state: 'final', txid: 'again', leaf: '3' }]);
});
