import { setTimeout as pause } from 'node:timers/promises';
import { atFaultPoint, marksOf } from '@besure/fault-points';
import type { Client, PoolClient } from 'pg';
import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  type DataSource,
  type EntityManager,
  type QueryRunner,
} from 'typeorm';
import { EventStoreError } from './error.js';
import { markWrites } from './mark-writes.js';

/** A transaction under way: `tx.query(sql, parameters)`. */
export type Tx = EntityManager;

const ATTEMPTS = 6;
const FIRST_PAUSE_MILLIS = 10;
const SOCKET_ERRORS: ReadonlySet<string> = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT']);

/**
 * Runs `work` in one READ COMMITTED transaction and commits it. Where PostgreSQL gave it up for others' sake
 * (serialization failure, deadlock) or the connection broke before COMMIT was sent, `work` runs again, a few times: it must have no
 * effects outside the transaction. A connection that breaks during COMMIT gives `commit-unknown`, which is never retried here.
 */
export async function runTransaction<T>(dataSource: DataSource, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptTransaction(dataSource, work);
    } catch (error) {
      if (attempt >= ATTEMPTS || !isWorthRetrying(error)) throw withoutParameters(error);
      await pause(FIRST_PAUSE_MILLIS * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }
}

async function attemptTransaction<T>(dataSource: DataSource, work: (tx: Tx) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as PoolClient;
    markWrites(runner);
    await runner.startTransaction();
    const result = await workOrRollBack(runner, work);
    // Seen broken before COMMIT was sent: surely not stored.
    if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError();
    await commit(dataSource, client, runner.manager);
    return result;
  } finally {
    await runner.release();
  }
}

async function workOrRollBack<T>(runner: QueryRunner, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await work(runner.manager);
  } catch (error) {
    try {
      await runner.query('ROLLBACK');
    } catch {
      // The connection is gone, and the transaction with it. The first error is the one that tells something.
    }
    throw error;
  }
}

/**
 * Not the ORM's own commit: PostgreSQL answers COMMIT of a transaction that it has given up with "ROLLBACK" and no error, and
 * that must never pass for a commit.
 */
async function commit(
  { driver: { database, schema } }: DataSource,
  client: PoolClient,
  tx: Tx,
): Promise<void> {
  const point = {
    adapter: 'commit',
    at: `${database}.${schema}`,
    target: schema ?? '',
    marks: marksOf(tx),
    lost: lostConnection,
  } as const;
  let command: string;
  try {
    ({ command } = await atFaultPoint(point, () => client.query('COMMIT')));
  } catch (error) {
    if (isLostConnection(error)) {
      // Should the server still have it, then with a transaction that is open: nobody else may get that.
      void (client as PoolClient & Client).end().catch(() => {});
      throw new EventStoreError('commit-unknown', 'the connection broke during COMMIT', { cause: error });
    }
    throw error;
  }
  if (command !== 'COMMIT') {
    throw new EventStoreError('transaction-aborted', 'an error inside the transaction was not passed on');
  }
}

function isWorthRetrying(error: unknown): boolean {
  if (error instanceof EventStoreError) return false;
  const state = sqlState(error);
  return state === '40001' || state === '40P01' || isLostConnection(error);
}

/**
 * Whether an error says that the database is away, full or overloaded, or that it is not known whether a commit took place: the same call may
 * succeed later.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof EventStoreError) return error.code === 'commit-unknown';
  return isLostConnection(error) || sqlState(error)?.startsWith('53') === true;
}

function lostConnection(): Error {
  return Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' });
}

/** Classes 08 (connection) and 57P (shutdown, terminated by an administrator) of SQLSTATE, or an error of the socket. */
function isLostConnection(error: unknown): boolean {
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  // What a query says on a connection that broke between two of them.
  if (error instanceof QueryRunnerProviderAlreadyReleasedError) return true;
  const state = sqlState(error);
  if (state !== null) return state.startsWith('08') || state.startsWith('57P') || state === '25P03';
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (!(cause instanceof Error)) return false;
  const code = 'code' in cause ? cause.code : undefined;
  return (
    (typeof code === 'string' && SOCKET_ERRORS.has(code)) ||
    /connection (terminated|ended|error)|not queryable|timeout exceeded when trying to connect/i.test(
      cause.message,
    )
  );
}

/** The SQLSTATE of an error of PostgreSQL; null for any other. */
export function sqlState(error: unknown): string | null {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return null;
  return typeof cause.code === 'string' && /^[0-9A-Z]{5}$/.test(cause.code) ? cause.code : null;
}

/** Errors end in logs: the values that a statement carried, and PostgreSQL's echo of them, must not. */
function withoutParameters(error: unknown): unknown {
  if (error instanceof QueryFailedError) {
    Object.assign(error, { parameters: [] });
    const cause: unknown = error.driverError;
    if (typeof cause === 'object' && cause !== null) {
      if ('detail' in cause) cause.detail = undefined;
      if ('where' in cause) cause.where = undefined;
    }
  }
  return error;
}
