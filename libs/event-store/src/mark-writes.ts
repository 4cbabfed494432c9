import { isMarked, mark } from '@besure/fault-points';
import type { QueryRunner } from 'typeorm';

const WRITES = /(?:\bINSERT INTO|\bDELETE FROM|(?<!\bFOR |\bDO )\bUPDATE)\s+(?!OF\b|SET\b)([\w.]+)/g;

/** The tables that a statement writes to, as it names them. */
export function tablesWritten(sql: string): string[] {
  return [...sql.matchAll(WRITES)].map(([, table = '']) => table);
}

/** Where faults are installed, notes for the commit which tables a transaction writes to: `wrote slot`. */
export function markWrites(runner: QueryRunner): void {
  if (!isMarked()) return;
  const query = runner.query.bind(runner) as (...given: unknown[]) => unknown;
  const marking = (...given: [sql: string, ...unknown[]]): unknown => {
    for (const table of tablesWritten(given[0])) mark(runner.manager, 'wrote', table);
    return query(...given);
  };
  Object.assign(runner, { query: marking });
}
