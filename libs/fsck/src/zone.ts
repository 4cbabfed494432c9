import { type Charter, exchangeOf } from '@besure/governance';
import { ACCEPTED_CHECKS } from './accepted.js';
import { ARCHIVE_CHECKS, EXCHANGE_ARCHIVE_CHECKS, ORGANISATION_ARCHIVE_CHECKS } from './archive.js';
import type { Db } from './database.js';
import { FsckError } from './error.js';
import { INTAKE_STATE_CHECKS } from './intake-states.js';
import type { ReadLog } from './hubs.js';
import { readStoredLog } from './log-check.js';
import { compareItems, compareSlots } from './member-items.js';
import type { ConsumerStanding, DeadLetters, Findings } from './report.js';
import { SLOT_CHECKS } from './slots.js';
import { consumedBy, NEWEST_VERSIONS, runChecks } from './sql-check.js';
import { EXCHANGE_CHECKS, ORGANISATION_CHECKS } from './statements.js';

const SCHEMAS = ['intake', 'proof', 'archive'] as const;

/** What looking at a zone needs. */
export interface ZoneContext {
  readonly db: Db;
  readonly zone: string;
  readonly charter: Charter;
  readonly findings: Findings;
}

/** Looks at all that the services of one organisation hold, in one view. Answers the ledger log that its archive has followed. */
export async function checkZone(context: ZoneContext): Promise<ReadLog> {
  const { db, zone, charter, findings } = context;
  const exchange = exchangeOf(charter).id;
  const checks = [
    ...ACCEPTED_CHECKS,
    ...SLOT_CHECKS,
    ...ARCHIVE_CHECKS,
    ...INTAKE_STATE_CHECKS,
    ...(zone === exchange
      ? [...EXCHANGE_CHECKS, ...EXCHANGE_ARCHIVE_CHECKS]
      : [...ORGANISATION_CHECKS, ...ORGANISATION_ARCHIVE_CHECKS]),
  ];
  await runChecks(db, zone, checks, findings);
  const followed = await readStoredLog(context, { schema: 'proof', log: 'proofs' });
  await compareSlots(db, zone, followed.items, findings);
  const archived = await readStoredLog(context, { schema: 'archive', log: 'proofs' });
  await compareItems(db, zone, new Set([zone, exchange]), archived.items, findings);
  await readStoredLog(context, { schema: 'archive', log: 'witnessed' });
  return { zone, ...archived };
}

/** Throws FsckError `not-a-zone` where the schemas of an organisation's services are not there, or not to be read. */
export async function assertZone(db: Db, zone: string): Promise<void> {
  const rows = await db.query<{ name: string; readable: boolean | null }>(
    `SELECT name, has_schema_privilege(to_regnamespace(name), 'USAGE') AS readable
       FROM unnest($1::text[]) AS name`,
    [SCHEMAS],
  );
  const lacking = rows.filter(({ readable }) => readable !== true).map(({ name }) => name);
  if (lacking.length > 0) {
    throw new FsckError('not-a-zone', `the database of ${zone} has no schema to read: ${lacking.join(', ')}`);
  }
}

/** Throws FsckError `newer-release` where there are events of versions that are not known here: it would take them for missing. */
export async function assertKnownVersions(db: Db, zone: string): Promise<void> {
  const types = SCHEMAS.map(
    (schema) => `SELECT DISTINCT type FROM ${schema}.event WHERE type ~ '\\.v[0-9]+$'`,
  );
  for (const { type } of await db.query<{ type: string }>(types.join(' UNION '))) {
    const [, name = '', version] = /^(.+)\.v(\d+)$/.exec(type) ?? [];
    if (Number(version) <= (NEWEST_VERSIONS[name] ?? 1)) continue;
    throw new FsckError(
      'newer-release',
      `${zone} has events ${type}: this needs the fsck of the release that wrote them`,
    );
  }
}

const CONSUMERS = [
  ['proof', 'intake'],
  ['archive', 'proof'],
  ['intake', 'proof'],
  ['intake', 'archive'],
] as const;

/** How far the services of a zone have read each other's events. */
export function consumerStandings(db: Db, zone: string): Promise<ConsumerStanding[]> {
  const standings = CONSUMERS.map(
    ([consumer, source]) =>
      `SELECT '${consumer}' AS consumer, '${source}' AS source, count(*)::integer AS lag,
              coalesce(extract(epoch FROM now() - min(recorded_at)), 0)::integer AS "oldestSeconds"
         FROM ${source}.event WHERE position > ${consumedBy(consumer, source)}`,
  );
  return db.query<ConsumerStanding>(
    `SELECT $1::text AS zone, s.* FROM (${standings.join(' UNION ALL ')}) AS s`,
    [zone],
  );
}

/** Events that services of a zone have put aside, and nobody has replayed or discarded. */
export function deadLetters(db: Db, zone: string): Promise<DeadLetters[]> {
  const waiting = SCHEMAS.map(
    (consumer) =>
      `SELECT '${consumer}' AS consumer, source, count(*)::integer AS waiting FROM ${consumer}.dead_letter
        WHERE id NOT IN (SELECT letter FROM ${consumer}.dead_letter_end) GROUP BY source`,
  );
  return db.query<DeadLetters>(`SELECT $1::text AS zone, d.* FROM (${waiting.join(' UNION ALL ')}) AS d`, [
    zone,
  ]);
}
