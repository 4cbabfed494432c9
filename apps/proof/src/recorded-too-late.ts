import { type Tx, arrays } from '@besure/event-store';
import { makeAnew, type RenewalContext, isSignedBy } from './made-anew.js';

/** Slots that are looked at in one go: after a decision there are as many as were under way. */
const GROUP = 10;

interface LateSlot {
  readonly slot: string;
  readonly height: string;
}

/**
 * Makes anew what stands in blocks in which its key did not count any more: who signed and sent it had not heard of the decision. The slot stays as it is;
 * nothing of it can be taken back, and nothing of it proves anything.
 */
export async function renewLate(context: RenewalContext, tx: Tx): Promise<void> {
  const ended = context.ended();
  if (ended.length === 0 || !context.mayMake()) return;
  // Of the first so many keys it was known before; of those that ended after them the first ended lowest.
  const slots = await tx.query<LateSlot[]>(
    `SELECT s.slot, s.height FROM unnest($1::integer[], $2::bigint[]) AS k (known, until)
       JOIN slot s ON s.ended_keys = k.known AND s.height >= k.until
      ORDER BY s.slot LIMIT $3`,
    [ended.map((_, known) => known), ended.map(({ until }) => until), GROUP],
  );
  for (const { slot, height } of slots) {
    const keys = ended.filter(({ until }) => until <= Number(height));
    const rows = await statementsIn(context, tx, slot);
    const { waiting } = await makeAnew(
      context,
      tx,
      rows.filter(({ jws }) => isSignedBy(keys, jws)),
    );
    // What cannot be opened yet is looked at again.
    if (waiting.length > 0) continue;
    await tx.query('UPDATE slot SET ended_keys = $2 WHERE slot = $1', [slot, ended.length]);
  }
}

interface RecordedRow {
  readonly id: string;
  readonly event: string | null;
  readonly jws: string;
  readonly openings: Buffer | null;
  readonly openings_key: Buffer | null;
}

/** The statements in a slot, by the events that told of them: the table has no index for it. */
async function statementsIn({ store }: RenewalContext, tx: Tx, slot: string) {
  const ids: string[] = [];
  for (let part = 0; ; part++) {
    const events = await store.readStream(`recorded-${slot}-${part}`);
    if (events.length === 0) break;
    for (const { data } of events) {
      const { entries } = data as unknown as { readonly entries: readonly { readonly statement: string }[] };
      ids.push(...entries.map(({ statement }) => statement));
    }
  }
  const rows = await tx.query<RecordedRow[]>(
    `SELECT id, event, jws, openings, openings_key FROM statement
     WHERE id = ANY($1::text[]) AND state <> 'replaced' ORDER BY id FOR UPDATE`,
    [arrays.text(ids)],
  );
  return rows.map(({ id, event, jws, openings, openings_key: key }) => ({
    id,
    event,
    jws,
    openings: openings === null || key === null ? null : { ciphertext: openings, key },
  }));
}
