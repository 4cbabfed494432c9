import { type EventStore, type NewEvent, type Tx, arrays, parseBigint } from '@besure/event-store';
import { MAX_ENTRIES } from '@besure/protocol';
import { type NewCopy, dropOpenings, queueCopies } from './copy-rows.js';
import type { LedgerLog } from './ledger-log.js';

/** What settling needs. */
export interface SettlingContext {
  readonly organisation: string;
  readonly role: 'organisation' | 'exchange';
  readonly store: EventStore;
  readonly log: LedgerLog;
}

/** What one round settled. */
export interface Settled {
  readonly parts: readonly { readonly slot: number; readonly recordedAt: Date }[];
  readonly recordings: number;
  /** Slots whose item in the log has another root than the one that was recorded: somebody else used that member's ledger key, or it lies. */
  readonly contradicted: readonly { readonly member: string; readonly slot: number }[];
}

interface DuePart {
  readonly id: number;
  readonly member: string;
  readonly slot: number;
  readonly leaf: number;
  readonly agrees: boolean;
}

interface SettledRow {
  readonly statement: string;
  readonly issuer: string;
  readonly member: string;
  readonly counterpart: string | null;
  readonly recorded_at: Date;
  readonly other_at: Date | null;
}

/** For who adds parts or items: whoever settles from now on waits for this transaction, and then sees what it added. */
export async function shareSettling(tx: Tx): Promise<void> {
  await tx.query('SELECT FROM settling FOR SHARE');
}

/** Parts in one round: at most 100 statements each. */
export const MAX_PARTS = 50;

/**
 * One round: finds parts whose item stands in the log under a quorate checkpoint, with the very root that was recorded, and tells what is
 * evidence now. It finds them whichever came first, the part or the item, so it is also what runs after a crash.
 */
export async function settleParts(context: SettlingContext): Promise<Settled> {
  return context.store.transaction(async (tx) => {
    await tx.query('SELECT FROM settling FOR UPDATE');
    const due = await readDue(tx, await context.log.coveredSize(tx));
    const contradicted = due.filter((part) => !part.agrees);
    await markContradicted(tx, contradicted);
    const parts = await withTimes(
      context.log,
      tx,
      due.filter((part) => part.agrees),
    );
    await markSettled(tx, parts);
    const rows = await readSettled(
      tx,
      parts.map((part) => part.id),
    );
    if (context.role === 'exchange') await offerCopies(tx, context.organisation, rows);
    await context.store.append(tx, evidenceReady(context.organisation, rows));
    return { parts, recordings: rows.length, contradicted };
  });
}

async function readDue(tx: Tx, covered: number): Promise<DuePart[]> {
  const rows = await tx.query<{ id: string; member: string; slot: string; leaf: string; agrees: boolean }[]>(
    `SELECT p.id, p.member, p.slot, i.leaf, p.root = i.root AS agrees
       FROM part p
      CROSS JOIN LATERAL (SELECT root, leaf FROM item WHERE member = p.member AND slot = p.slot LIMIT 1) i
      WHERE p.leaf IS NULL AND NOT p.contradicted AND i.leaf < $1
      ORDER BY i.leaf, p.id LIMIT $2`,
    [covered, MAX_PARTS],
  );
  return rows.map((row) => ({
    ...row,
    id: parseBigint(row.id),
    slot: parseBigint(row.slot),
    leaf: parseBigint(row.leaf),
  }));
}

async function markContradicted(tx: Tx, parts: readonly DuePart[]): Promise<void> {
  if (parts.length === 0) return;
  await tx.query('UPDATE part SET contradicted = true WHERE id = ANY($1::bigint[])', [
    arrays.bigint(parts.map((part) => part.id)),
  ]);
}

async function withTimes(
  log: LedgerLog,
  tx: Tx,
  parts: readonly DuePart[],
): Promise<(DuePart & { readonly recordedAt: Date })[]> {
  const times = new Map<number, Date>();
  for (const leaf of new Set(parts.map((part) => part.leaf))) {
    const checkpoint = await log.covering(tx, leaf);
    if (checkpoint !== null) times.set(leaf, checkpoint.recordedAt);
  }
  return parts.flatMap((part) => {
    const recordedAt = times.get(part.leaf);
    return recordedAt === undefined ? [] : [{ ...part, recordedAt }];
  });
}

async function markSettled(
  tx: Tx,
  parts: readonly (DuePart & { readonly recordedAt: Date })[],
): Promise<void> {
  if (parts.length === 0) return;
  await tx.query(
    `UPDATE part AS p SET leaf = s.leaf, recorded_at = s.recorded_at
       FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) AS s (id, leaf, recorded_at)
      WHERE p.id = s.id`,
    [
      arrays.bigint(parts.map((part) => part.id)),
      arrays.bigint(parts.map((part) => part.leaf)),
      arrays.timestamptz(parts.map((part) => part.recordedAt.toISOString())),
    ],
  );
}

/** The recordings of parts that are settled now, with the time of the other member's recording where that is settled too. */
async function readSettled(tx: Tx, parts: readonly number[]): Promise<SettledRow[]> {
  if (parts.length === 0) return [];
  return tx.query<SettledRow[]>(
    // LATERAL with LIMIT or OFFSET keeps this a look into an index for each row; see `readCopies`.
    `SELECT r.statement, s.issuer, r.member, r.counterpart, p.recorded_at, other.recorded_at AS other_at
       FROM unnest($1::bigint[]) AS given (id)
      CROSS JOIN LATERAL (SELECT recorded_at FROM part WHERE id = given.id LIMIT 1) p
      CROSS JOIN LATERAL (SELECT statement, member, counterpart FROM recording WHERE part = given.id OFFSET 0) r
      CROSS JOIN LATERAL (SELECT issuer FROM statement WHERE id = r.statement LIMIT 1) s
       LEFT JOIN LATERAL (SELECT part FROM recording WHERE statement = r.statement AND member <> r.member LIMIT 1) o ON true
       LEFT JOIN LATERAL (SELECT recorded_at FROM part WHERE id = o.part LIMIT 1) other ON true
      ORDER BY given.id, r.statement`,
    [arrays.bigint(parts)],
  );
}

/** At the exchange: both organisations get what it recorded; the openings go to the one that did not make the statement. */
async function offerCopies(tx: Tx, exchange: string, rows: readonly SettledRow[]): Promise<void> {
  const copies = rows.flatMap(({ statement, issuer, counterpart }): NewCopy[] => [
    { organisation: issuer, statement, withOpenings: false },
    ...(counterpart === null || counterpart === issuer || counterpart === exchange
      ? []
      : [{ organisation: counterpart, statement, withOpenings: true }]),
  ]);
  await queueCopies(tx, copies);
  // Sender and recipient in one organisation: it has its openings, nobody else needs them.
  await dropOpenings(
    tx,
    rows.filter((row) => row.counterpart === row.issuer).map((row) => row.statement),
  );
}

/** What intake shows: about this organisation's own statements only. */
function evidenceReady(organisation: string, rows: readonly SettledRow[]): NewEvent[] {
  const own = new Map(rows.filter((row) => row.issuer === organisation).map((row) => [row.statement, row]));
  const entries = [...own.values()].map(({ statement, recorded_at: first, other_at: other }) => ({
    statement,
    state: other === null ? 'recorded' : 'complete',
    recordedTime: (other !== null && other < first ? other : first).toISOString(),
  }));
  const events: NewEvent[] = [];
  for (let from = 0; from < entries.length; from += MAX_ENTRIES) {
    const group = entries.slice(from, from + MAX_ENTRIES);
    events.push({
      stream: 'evidence',
      expectedVersion: 'any',
      type: 'EvidenceReady',
      data: { entries: group },
    });
  }
  return events;
}
