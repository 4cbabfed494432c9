import type { Db } from './database.js';
import type { Findings } from './report.js';
import type { FsckRule } from './rules.js';

/** A rule as a question: each row of the answer breaks it. `$1` is the organisation; columns `subject` and `detail`. */
export interface SqlCheck {
  readonly rule: FsckRule;
  readonly sql: string;
}

interface BrokenRow {
  readonly subject: string;
  readonly detail: string;
  readonly total: string;
}

/** Rows that are brought here; all are counted. */
const MOST_ROWS = 100;

/** Asks, and adds what is found. */
export async function runCheck(
  db: Db,
  zone: string,
  { rule, sql }: SqlCheck,
  findings: Findings,
): Promise<void> {
  findings.look(zone, rule);
  const rows = await db.query<BrokenRow>(
    `SELECT subject, detail, count(*) OVER () AS total
       FROM (${sql}) AS broken, (SELECT $1::text AS organisation) AS zone
      ORDER BY subject LIMIT ${MOST_ROWS}`,
    [zone],
  );
  const more = Number(rows[0]?.total ?? 0) - rows.length;
  rows.forEach(({ subject, detail }, at) =>
    findings.add({ zone, rule, subject, detail }, at === 0 ? 1 + more : 1),
  );
}

/** The entries of a service's events of some types, with `columns` taken from each. What has another form has no entries. */
export function entriesOf(
  schema: 'intake' | 'proof' | 'archive',
  types: readonly string[],
  columns: readonly string[],
  upTo = '',
): string {
  const names = types.map((type) => `'${type}'`).join(', ');
  const taken = columns.map((column) => `entry ->> '${column}' AS ${column}`).join(', ');
  return `SELECT e.position, e.recorded_at, e.type, e.data, ${taken}
    FROM ${schema}.event e
   CROSS JOIN LATERAL json_array_elements(
     CASE json_typeof(e.data -> 'entries') WHEN 'array' THEN e.data -> 'entries' ELSE '[]' END) AS entry
   WHERE e.type IN (${names})${upTo === '' ? '' : ` AND e.position <= ${upTo}`}`;
}

/** Up to where a service has consumed the events of another one. */
export function consumedBy(schema: string, source: string): string {
  return `(SELECT coalesce(max(position), 0) FROM ${schema}.checkpoint WHERE source = '${source}')`;
}

/** What a rebuilt and a live table must have in common. */
export interface Comparison {
  /** Common table expressions, without WITH. */
  readonly with?: readonly string[];
  /** What must be there, by the events. */
  readonly rebuilt: string;
  readonly live: string;
  /** The column by which rows belong together. */
  readonly key: string;
  readonly columns: readonly string[];
}

/** Rows that differ, or are missing, in the form of a check. `surplus` rows are a matter of its own: see {@link surplusRows}. */
export function differingRows({ key, columns, ...comparison }: Comparison): string {
  const differs = columns.map((column) => `r.${column} IS DISTINCT FROM l.${column}`);
  const names = columns.map((column, at) => `CASE WHEN ${differs[at]} THEN '${column}' END`);
  const isMissing = `l.${key} IS NULL`;
  return `${compared(comparison)}
    SELECT r.${key}::text AS subject,
           CASE WHEN ${isMissing} THEN 'missing' ELSE 'differs in ' || concat_ws(', ', ${names.join(', ') || 'NULL'}) END AS detail
      FROM rebuilt r LEFT JOIN live l ON l.${key} = r.${key}
     WHERE ${[isMissing, ...differs].join(' OR ')}`;
}

/** Live rows that nothing tells of, in the form of a check. */
export function surplusRows({ key, ...comparison }: Omit<Comparison, 'columns'>, what: string): string {
  return `${compared(comparison)}
    SELECT l.${key}::text AS subject, '${what}' AS detail
      FROM live l LEFT JOIN rebuilt r ON r.${key} = l.${key}
     WHERE r.${key} IS NULL`;
}

function compared({
  with: tables = [],
  rebuilt,
  live,
}: Pick<Comparison, 'with' | 'rebuilt' | 'live'>): string {
  return `WITH ${[...tables, `rebuilt AS (${rebuilt})`, `live AS (${live})`].join(', ')}`;
}
