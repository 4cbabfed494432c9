import type { EventStore, Tx } from '@besure/event-store';
import type { FactsVault } from '@besure/keys';
import {
  type CountersignVerdict,
  MAX_GROUP,
  type StatementToCountersign,
  decodeOpenings,
} from '@besure/protocol';
import type { FreshStatements, StatementBytes } from './fresh-statements.js';
import { type Outcome, type WaitingRow, keepDecisions } from './keep-decisions.js';
import { KEY_PATIENCE_MILLIS, type Opening, tryToOpen } from './opening.js';
import { lookAgain } from './statement-rows.js';
import { type Decision, decideStatement } from './statement-states.js';
import { type JudgingContext, usableVerdict } from './usable-verdict.js';

/** Asks the exchange about a group: a verdict each, in order. Rejects where no answer came. */
export type CountersignRequest = (
  statements: readonly StatementToCountersign[],
) => Promise<readonly CountersignVerdict[]>;

/** What asking for countersignatures needs. */
export interface AskingContext extends JudgingContext {
  readonly store: EventStore;
  /** What was made here a moment ago. */
  readonly fresh: FreshStatements;
  readonly vault: FactsVault;
  /**
   * Since when this process asks, in milliseconds. What was prepared before it has its deadline from then on: while nobody asked, silence was not
   * the exchange's, and after a stop of both the exchange may be back a moment later.
   */
  readonly askingSince: number;
  /** When the exchange answered last, in milliseconds, or 0: one for all rounds. One request that fails says nothing of those that it was not about. */
  readonly answered: { at: number };
  readonly now: () => number;
  readonly request: CountersignRequest;
  /** From then on no answer is no silence any more, and nothing new is begun. */
  readonly stopping: AbortSignal;
  /** Told once of a statement whose openings do not open: nobody can be asked about it. */
  readonly onDamaged: (statement: string) => void;
  /** Told how many openings wait for a key that the key file does not hold. */
  readonly onKeyMissing: (count: number) => void;
}

interface OverdueRow extends WaitingRow {
  prepared_at: string;
  slot: string | null;
}

interface DueRow extends OverdueRow {
  erased: boolean;
}

/** With its signed bytes, and what is opened to the exchange; null where it was erased or is damaged: nobody can be asked, and its deadline decides. */
interface DueStatement extends OverdueRow {
  readonly jws: string;
  readonly disclosures: readonly string[] | null;
}

/**
 * One round: takes the statements that are due, asks the exchange once about all of them, and keeps what follows. Where no answer came, what has
 * waited for its whole deadline, with no answer about anything in that time, does not wait for a round of its own: there would be fewer rounds
 * than statements.
 *
 * @returns how many statements were due: each is asked about, decided, or put off
 */
export async function askExchange(context: AskingContext): Promise<number> {
  const { due, found } = await dueStatements(context);
  if (due.length === 0) return found;
  const verdicts = await ask(context, due);
  const now = context.now();
  if (verdicts === null && context.stopping.aborted) return 0;
  const since = verdicts === null ? silentSince(context) : context.askingSince;
  await keep(
    context,
    due.map((row, at) => {
      const answer = verdicts?.[at] ?? null;
      const verdict = answer && usableVerdict(context, row.jws, answer, now);
      return { row, decision: decide(context, row, verdict, now, since) };
    }),
  );
  if (verdicts === null) await endOverdue(context);
  return found;
}

/** What was never decided goes before what the exchange was silent about already: after a long silence that is a long line. */
async function dueStatements(
  context: AskingContext,
): Promise<{ due: readonly DueStatement[]; found: number }> {
  const { store, fresh, vault, now, onDamaged } = context;
  const columns = `id, event, state, openings IS NULL OR openings_key IS NULL AS erased, prepared_at, attempts, slot`;
  return store.transaction(async (tx) => {
    const rows = await tx.query<DueRow[]>(
      `(SELECT ${columns} FROM statement WHERE state = 'prepared' AND attempt_at <= $1 ORDER BY attempt_at LIMIT $2)
       UNION ALL
       (SELECT ${columns} FROM statement WHERE state = 'one-sided' AND attempt_at <= $1 ORDER BY attempt_at LIMIT $2)
       LIMIT $2`,
      [now(), MAX_GROUP],
    );
    const ids = rows.map((row) => row.id);
    const bytes = rows.length === 0 ? new Map<string, StatementBytes>() : await fresh.read(tx, ids);
    const due: DueStatement[] = [];
    const sealed: string[] = [];
    for (const { erased, ...row } of rows) {
      const known = bytes.get(row.id)!;
      const opening = erased ? null : disclosuresOf(vault, known);
      if (opening === 'key-missing') {
        sealed.push(row.id);
        continue;
      }
      if (opening === 'damaged' && row.attempts === 0) onDamaged(row.id);
      const disclosures = opening === null || opening === 'damaged' ? null : opening.opened;
      due.push({ ...row, jws: known.jws, disclosures });
    }
    await putOff(context, tx, sealed);
    return { due, found: rows.length };
  });
}

/** Decides, as after silence, about all whose deadline is over. */
async function endOverdue(context: AskingContext): Promise<void> {
  const { store, vault, deadlineMillis, stopping } = context;
  const now = context.now();
  const before = now - deadlineMillis;
  const since = silentSince(context);
  if (since > before) return;
  while (!stopping.aborted) {
    const found = await store.transaction((tx) =>
      tx.query<(OverdueRow & { openings_key: Buffer | null })[]>(
        `SELECT id, event, state, prepared_at, attempts, slot, openings_key FROM statement
         WHERE state = 'prepared' AND attempt_at <= $1 AND prepared_at <= $2 ORDER BY attempt_at LIMIT $3`,
        [now, before, MAX_GROUP],
      ),
    );
    const isSealed = ({ openings_key: key }: (typeof found)[number]): boolean =>
      key !== null && vault.lacksKeyOf(key);
    const sealed = found.filter(isSealed).map(({ id }) => id);
    if (sealed.length > 0) await store.transaction((tx) => putOff(context, tx, sealed));
    await keep(
      context,
      found
        .filter((row) => !isSealed(row))
        .map((row) => ({ row, decision: decide(context, row, null, now, since) })),
    );
    if (found.length < MAX_GROUP) return;
  }
}

/** They are about nobody's silence: without them the exchange could not be asked. */
async function putOff(
  { now, onKeyMissing }: AskingContext,
  tx: Tx,
  sealed: readonly string[],
): Promise<void> {
  if (sealed.length === 0) return;
  await lookAgain(tx, sealed, now(), now() + KEY_PATIENCE_MILLIS);
  onKeyMissing(sealed.length);
}

/** Since when nothing was heard of the exchange. */
function silentSince({ askingSince, answered }: AskingContext): number {
  return Math.max(askingSince, answered.at);
}

async function keep(context: AskingContext, outcomes: readonly Outcome[]): Promise<void> {
  if (outcomes.length === 0) return;
  await context.store.transaction((tx) => keepDecisions(context, tx, outcomes));
}

/** What the exchange says of each; null where there was nothing that it could be asked. Null in place of all where it does not answer. */
async function ask(
  { request, answered, now }: AskingContext,
  due: readonly DueStatement[],
): Promise<(CountersignVerdict | null)[] | null> {
  const asked = due.flatMap(({ jws, disclosures }, at) =>
    disclosures === null ? [] : [{ at, jws, disclosures }],
  );
  const answers: (CountersignVerdict | null)[] = due.map(() => null);
  if (asked.length === 0) return answers;
  try {
    const verdicts = await request(asked.map(({ jws, disclosures }) => ({ jws, disclosures })));
    answered.at = now();
    asked.forEach(({ at }, i) => (answers[at] = verdicts[i] ?? null));
  } catch {
    // No answer is an answer here: the deadline decides, and the statement's own state asks again.
    return null;
  }
  return answers;
}

/** Null where they were erased. */
function disclosuresOf(
  vault: FactsVault,
  { openings, disclosures }: StatementBytes,
): Opening<readonly string[]> | null {
  if (disclosures !== undefined) return { opened: disclosures };
  if (openings === null) return null;
  const sealed = { ciphertext: openings.ciphertext, wrappedKey: openings.key };
  return tryToOpen(() => decodeOpenings(vault.open(sealed)));
}

function decide(
  { deadlineMillis }: AskingContext,
  row: OverdueRow,
  verdict: CountersignVerdict | null,
  now: number,
  since: number,
): Decision {
  return decideStatement(
    {
      state: row.state,
      preparedAt: Math.max(Number(row.prepared_at), since),
      attempts: row.attempts,
      inSlot: row.slot !== null,
    },
    verdict,
    now,
    deadlineMillis,
  );
}
