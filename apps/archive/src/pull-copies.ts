import { type EventStore, type Tx, arrays, parseBigint } from '@besure/event-store';
import { type Charter, exchangeOf } from '@besure/governance';
import type { FactsVault } from '@besure/keys';
import {
  type CopiesRequest,
  MAX_GROUP,
  type Primitives,
  ProtocolError,
  type SlotPaths,
  type Statement,
  type StatementCopy,
  parseCopiesAnswer,
  parseStatement,
} from '@besure/protocol';
import { type KnownStatement, type LoggedItem, checkCopy } from './check-copy.js';
import { ArchiveError } from './error.js';
import { keepParts } from './keep.js';
import type { KeptPart, KeptRecording } from './kept-part.js';

/** What taking copies needs. */
export interface PullingContext {
  readonly organisation: string;
  readonly charter: Charter;
  readonly store: EventStore;
  readonly vault: FactsVault;
  readonly primitives: Primitives;
  readonly paths: SlotPaths;
  /** How many entries of the ledger log were followed so far. */
  readonly logSize: (tx: Tx) => Promise<number>;
  /** Asks the exchange; rejects where no answer came. */
  readonly request: (request: CopiesRequest) => Promise<unknown>;
  /** Told of copies that cannot be believed: they are put aside, and need a person. */
  readonly onRefused: (cursor: number, code: string) => void;
}

/** What became of one copy. One that waits stops those behind it: the cursor tells the exchange what we have. */
type Outcome =
  | {
      readonly type: 'kept';
      readonly copy: StatementCopy;
      readonly recording: KeptRecording;
      readonly root: Uint8Array;
    }
  | { readonly type: 'refused'; readonly copy: StatementCopy; readonly code: string }
  | { readonly type: 'waits' };

/**
 * One round: asks the exchange for what follows the cursor, checks it and keeps it, with the cursor in the same commit. A copy whose slot
 * has not come up in our own log yet is left for later.
 *
 * @returns how many copies were taken, and whether there are more to take at once
 */
export async function pullCopies(
  context: PullingContext,
): Promise<{ readonly taken: number; readonly more: boolean }> {
  const { store } = context;
  const after = await store.transaction(readCursor);
  const { copies, last } = parseCopiesAnswer(await context.request({ after, limit: MAX_GROUP }));
  if (copies.length === 0) return { taken: 0, more: false };
  if (copies.some((copy, at) => copy.cursor <= (copies[at - 1]?.cursor ?? after))) {
    throw new ArchiveError('copies-disordered', 'the copies do not follow the cursor in order');
  }
  const taken = await store.transaction(async (tx) => {
    const judged = await judge(context, tx, copies);
    const end = judged.findIndex((outcome) => outcome.type === 'waits');
    const done = end < 0 ? judged : judged.slice(0, end);
    return keep(context, tx, after, done);
  });
  const reached = copies[taken - 1]?.cursor;
  return { taken, more: taken === copies.length && reached !== undefined && reached < last };
}

async function readCursor(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ cursor: string }[]>('SELECT cursor FROM copy_source');
  return parseBigint(row?.cursor ?? 0);
}

async function judge(context: PullingContext, tx: Tx, copies: readonly StatementCopy[]): Promise<Outcome[]> {
  const exchange = exchangeOf(context.charter).id;
  const statements = copies.map((copy) => parsed(copy, context.primitives));
  // The size first: whatever is below it has its item by the time that items are read.
  const size = await context.logSize(tx);
  const items = await readItems(
    tx,
    exchange,
    copies.map((copy) => copy.recording.slot),
  );
  const known = await readKnown(
    tx,
    statements.flatMap((statement) => (statement instanceof ProtocolError ? [] : [statement.id])),
  );
  return copies.map((copy, at): Outcome => {
    const item = items.get(copy.recording.slot);
    if (item === undefined) {
      // An item that should be behind us and is not there never was.
      return copy.recording.leafIndex < size
        ? { type: 'refused', copy, code: 'copy-recording' }
        : { type: 'waits' };
    }
    const statement = statements[at]!;
    if (statement instanceof ProtocolError) return { type: 'refused', copy, code: statement.code };
    try {
      const recording = checkCopy(copy, statement, known.get(statement.id), item, context);
      // The next one in this answer may be of the same statement.
      known.set(statement.id, { jws: copy.jws, countersignature: copy.countersignature });
      return { type: 'kept', copy, recording, root: item.root };
    } catch (error) {
      if (!(error instanceof ArchiveError || error instanceof ProtocolError)) throw error;
      return { type: 'refused', copy, code: error.code };
    }
  });
}

function parsed(copy: StatementCopy, { sha256 }: Primitives): Statement | ProtocolError {
  try {
    return parseStatement(copy.jws, sha256);
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

async function readItems(tx: Tx, member: string, slots: readonly number[]): Promise<Map<number, LoggedItem>> {
  const rows = await tx.query<{ slot: string; root: Buffer; leaf: string; height: string }[]>(
    'SELECT slot, root, leaf, height FROM item WHERE member = $1 AND slot = ANY($2::bigint[])',
    [member, arrays.bigint(slots)],
  );
  return new Map(
    rows.map((row) => [
      parseBigint(row.slot),
      { root: row.root, leaf: parseBigint(row.leaf), height: parseBigint(row.height) },
    ]),
  );
}

async function readKnown(tx: Tx, ids: readonly string[]): Promise<Map<string, KnownStatement>> {
  const rows = await tx.query<{ id: string; jws: string; countersignature: string | null }[]>(
    'SELECT id, jws, countersignature FROM statement WHERE id = ANY($1::text[])',
    [arrays.text(ids)],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Keeps what was judged and moves the cursor; answers how many copies that were. None where another instance was faster. */
async function keep(
  context: PullingContext,
  tx: Tx,
  after: number,
  outcomes: readonly Outcome[],
): Promise<number> {
  const done = outcomes.filter((outcome) => outcome.type !== 'waits');
  const last = done.at(-1);
  if (last === undefined) return 0;
  const [, moved] = await tx.query<[unknown, number]>(
    'UPDATE copy_source SET cursor = $2 WHERE cursor = $1',
    [after, last.copy.cursor],
  );
  if (moved === 0) return 0;
  const differing = await keepParts(tx, partsOf(done, exchangeOf(context.charter).id));
  const settled = done.map((outcome): Outcome =>
    outcome.type === 'kept' && differing.has(outcome.recording.statement)
      ? { type: 'refused', copy: outcome.copy, code: 'copy-countersignature' }
      : outcome,
  );
  await putAside(context, tx, settled);
  return done.length;
}

function partsOf(outcomes: readonly Outcome[], member: string): KeptPart[] {
  const parts = new Map<number, KeptPart & { recordings: KeptRecording[] }>();
  const seen = new Set<string>();
  for (const outcome of outcomes) {
    if (outcome.type !== 'kept' || seen.has(outcome.recording.statement)) continue;
    seen.add(outcome.recording.statement);
    const { slot } = outcome.copy.recording;
    const part = parts.get(slot) ?? { member, slot, root: outcome.root, recordings: [] };
    part.recordings.push(outcome.recording);
    parts.set(slot, part);
  }
  return [...parts.values()];
}

async function putAside(context: PullingContext, tx: Tx, outcomes: readonly Outcome[]): Promise<void> {
  const refused = outcomes.filter((outcome) => outcome.type === 'refused');
  if (refused.length === 0) return;
  const sealed = refused.map(({ copy }) => context.vault.seal(Buffer.from(JSON.stringify(copy))));
  await tx.query(
    `INSERT INTO refused_copy (cursor, code, ciphertext, key)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[]) ON CONFLICT DO NOTHING`,
    [
      refused.map(({ copy }) => copy.cursor),
      refused.map(({ code }) => code),
      sealed.map(({ ciphertext }) => ciphertext),
      sealed.map(({ wrappedKey }) => wrappedKey),
    ],
  );
  for (const { copy, code } of refused) context.onRefused(copy.cursor, code);
}
