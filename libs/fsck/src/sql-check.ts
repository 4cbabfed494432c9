import type { Db } from './database.js';
import type { Findings } from './report.js';
import type { FsckRule } from './rules.js';

/** A rule as a question: each row of the answer breaks it. `$1` is the organisation; columns `subject` and `detail`. */
export interface SqlCheck {
  readonly rule: FsckRule;
  readonly sql: string;
}

interface BrokenRow {
  readonly check: number;
  readonly subject: string | null;
  readonly detail: string | null;
  readonly total: string;
}

/** Rows of a check that are brought here; all are counted. */
const MOST_ROWS = 100;

/** Asks all at once, and adds what is found. */
export async function runChecks(
  db: Db,
  zone: string,
  checks: readonly SqlCheck[],
  findings: Findings,
): Promise<void> {
  const questions = checks.map(
    ({ sql }, at) =>
      `(SELECT ${at} AS check, subject, detail, count(*) OVER () AS total FROM (${sql}) AS broken ORDER BY subject LIMIT ${MOST_ROWS})`,
  );
  const rows = await db.query<BrokenRow>(questions.join('\nUNION ALL\n'), [zone]);
  for (const [at, { rule }] of checks.entries()) {
    findings.look(zone, rule);
    const broken = rows.filter(({ check }) => check === at);
    const more = Number(broken[0]?.total ?? 0) - broken.length;
    for (const [place, { subject, detail }] of broken.entries()) {
      const finding = { zone, rule, subject: subject ?? 'unnamed', detail: detail ?? '' };
      findings.add(finding, place === 0 ? 1 + more : 1);
    }
  }
}

/** The type of an event `e` without its version. */
export const NAME_OF_TYPE = "regexp_replace(e.type, '[.]v[0-9]+$', '')";

/** Types of which there is more than one version, with the newest: what is read here is the same in all of them. */
export const NEWEST_VERSIONS: Readonly<Record<string, number>> = { EventsAccepted: 2, StatementsRecorded: 2 };

/** The schemas of a zone whose services tell each other of events. */
export type Schema = 'intake' | 'proof' | 'archive';

/**
 * The entries of a service's events of some types, with `columns` taken from each. What has another form has no entries.
 *
 * @param consumer only what this service has consumed: neither what it has put aside as a dead letter, nor what was discarded after that
 */
export function entriesOf(
  schema: Schema,
  types: readonly string[],
  columns: readonly string[],
  consumer?: Schema,
): string {
  const names = types.map((type) => `'${type}'`).join(', ');
  const taken = columns.map((column) => `entry ->> '${column}' AS ${column}`).join(', ');
  // The version of an event stands at the end of its type; its entries have the same members in all of them.
  return `SELECT e.position, e.recorded_at, ${NAME_OF_TYPE} AS type, e.data, ${taken}
    FROM ${schema}.event e
   CROSS JOIN LATERAL json_array_elements(
     CASE json_typeof(e.data -> 'entries') WHEN 'array' THEN e.data -> 'entries' ELSE '[]' END) WITH ORDINALITY AS x (entry, place)
   WHERE ${NAME_OF_TYPE} IN (${names})${consumer === undefined ? '' : ` AND ${isConsumed(schema, consumer)}`}`;
}

function isConsumed(schema: Schema, consumer: Schema): string {
  return `e.position <= ${consumedBy(consumer, schema)} AND NOT EXISTS (
     SELECT FROM ${consumer}.dead_letter d LEFT JOIN ${consumer}.dead_letter_end z ON z.letter = d.id
      WHERE d.source = '${schema}' AND d.position = e.position AND coalesce(d.entry, place - 1) = place - 1
        AND z.ending IS DISTINCT FROM 'replayed')`;
}

/** Up to where a service has consumed the events of another one. */
export function consumedBy(schema: Schema, source: Schema): string {
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
