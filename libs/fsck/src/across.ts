import { type Db, pagesOf, type ZoneDatabase } from './database.js';
import type { Findings } from './report.js';

/** A zone with its database open. */
export interface OpenZone {
  readonly id: string;
  readonly database: ZoneDatabase;
}

/**
 * What two zones have in common. Each set is taken from the snapshot of the zone that must be behind, and then looked up in what the other one has
 * by now: so what is under way is not taken for lost.
 *
 * @returns how many copies organisations have not fetched yet
 */
export async function checkAcross(
  organisations: readonly OpenZone[],
  exchange: OpenZone,
  findings: Findings,
): Promise<number> {
  let underway = 0;
  for (const organisation of organisations) {
    for (const rule of ['without-event', 'countersignature', 'copy'] as const)
      findings.look(organisation.id, rule);
    await statementsAtExchange(organisation, exchange, findings);
    await countersignatures(organisation, exchange, findings);
    await copiesOfExchange(organisation, exchange, findings);
    underway += await fetchedCopies(organisation, exchange, findings);
  }
  return underway;
}

/** What the exchange holds of an organisation was made there: it was committed before it was sent. */
async function statementsAtExchange(
  { id: zone, database }: OpenZone,
  exchange: OpenZone,
  findings: Findings,
): Promise<void> {
  await lookUp(
    pagesOf<Known>(
      exchange.database.snapshot,
      'SELECT id, md5(jws) AS bytes FROM proof.statement WHERE issuer = $1',
      'id',
      [zone],
    ),
    database.fresh,
    'SELECT id, md5(jws) AS bytes FROM proof.statement WHERE id = ANY($1::text[])',
    (subject, has) =>
      findings.add({
        zone: exchange.id,
        rule: has ? 'countersignature' : 'without-event',
        subject,
        detail: has ? `is another statement than in ${zone}` : `a statement of ${zone} that it never made`,
      }),
  );
}

/** Who has a countersignature has it from the exchange, which committed it before it answered. */
async function countersignatures(
  { id: zone, database }: OpenZone,
  exchange: OpenZone,
  findings: Findings,
): Promise<void> {
  await lookUp(
    pagesOf<Known>(
      database.snapshot,
      'SELECT id, md5(countersignature) AS bytes FROM proof.statement WHERE countersignature IS NOT NULL',
      'id',
    ),
    exchange.database.fresh,
    'SELECT id, md5(countersignature) AS bytes FROM proof.statement WHERE id = ANY($1::text[]) AND countersignature IS NOT NULL',
    (subject, has) =>
      findings.add({
        zone,
        rule: 'countersignature',
        subject,
        detail: has
          ? 'the exchange gave another countersignature'
          : 'the exchange does not know its countersignature',
      }),
  );
}

/** What an organisation has as recorded by the exchange stands so in the archive of the exchange. */
async function copiesOfExchange(
  { id: zone, database }: OpenZone,
  exchange: OpenZone,
  findings: Findings,
): Promise<void> {
  const recordings = `SELECT r.statement AS id, md5(concat_ws(' ', p.slot, p.root, r.index, r.path, s.countersignature)) AS bytes
      FROM archive.recording r JOIN archive.part p ON p.id = r.part JOIN archive.statement s ON s.id = r.statement
     WHERE r.member = $1`;
  await lookUp(
    pagesOf<Known>(database.snapshot, recordings, 'id', [exchange.id]),
    exchange.database.fresh,
    `${recordings.replace('$1', '$2')} AND r.statement = ANY($1::text[])`,
    (subject, has) =>
      findings.add({
        zone,
        rule: 'copy',
        subject,
        detail: has ? 'is not what the exchange recorded' : 'the exchange did not record it',
      }),
    [exchange.id],
  );
}

/** What an organisation says that it has fetched, it has. */
async function fetchedCopies(
  { id: zone, database }: OpenZone,
  exchange: OpenZone,
  findings: Findings,
): Promise<number> {
  const { cursor, last, underway } = await copiesOf({ id: zone, database }, exchange);
  const broken = (subject: string, detail: string): void =>
    findings.add({ zone, rule: 'copy', subject, detail });
  if (cursor > last) broken('cursor', `${cursor} copies were fetched, the exchange has ${last}`);
  const [known] = await exchange.database.snapshot.query<{ acknowledged: string }>(
    'SELECT acknowledged FROM archive.copy_reader WHERE organisation = $1',
    [zone],
  );
  const [now] = await database.fresh.query<{ cursor: string }>('SELECT cursor FROM archive.copy_source');
  if (Number(known?.acknowledged ?? 0) > Number(now?.cursor ?? 0)) {
    broken(
      'cursor',
      `the exchange takes ${known?.acknowledged} copies for fetched, ${now?.cursor ?? 0} were`,
    );
  }
  await lookUp(
    copiesUpTo(exchange.database.fresh, zone, cursor),
    database.snapshot,
    `SELECT statement AS id, NULL AS bytes FROM archive.recording WHERE statement = ANY($1::text[]) AND member = $2`,
    (subject, has) => {
      if (!has) broken(subject, 'a copy that was fetched is not kept');
    },
    [exchange.id],
  );
  return underway;
}

/** How far an organisation has fetched its copies: up to `cursor`, of those that the exchange has by now. */
export async function copiesOf(
  { id, database }: OpenZone,
  exchange: OpenZone,
): Promise<{ readonly cursor: number; readonly last: number; readonly underway: number }> {
  const [source] = await database.snapshot.query<{ cursor: string }>(
    'SELECT cursor FROM archive.copy_source',
  );
  const [reader] = await exchange.database.fresh.query<{ last: string }>(
    'SELECT last FROM archive.copy_reader WHERE organisation = $1',
    [id],
  );
  const [cursor, last] = [Number(source?.cursor ?? 0), Number(reader?.last ?? 0)];
  return { cursor, last, underway: Math.max(0, last - cursor) };
}

const COPIES_AT_A_TIME = 5000;

/** What was sent to an organisation, up to a cursor. */
async function* copiesUpTo(db: Db, organisation: string, cursor: number): AsyncGenerator<Known[]> {
  for (let from = 0; from < cursor; from += COPIES_AT_A_TIME) {
    yield await db.query<Known>(
      'SELECT statement AS id, NULL AS bytes FROM archive.copy WHERE organisation = $1 AND cursor > $2 AND cursor <= $3',
      [organisation, from, Math.min(from + COPIES_AT_A_TIME, cursor)],
    );
  }
}

type Known = {
  readonly id: string;
  readonly bytes: string | null;
};

/** Rows that are taken from one database, some thousand at a time, are looked up in another one. `missed`: it has none, or one with other bytes. */
async function lookUp(
  pages: AsyncIterable<readonly Known[]>,
  into: Db,
  found: string,
  missed: (subject: string, has: boolean) => void,
  more: readonly unknown[] = [],
): Promise<void> {
  for await (const page of pages) {
    const rows = await into.query<Known>(found, [page.map(({ id }) => id), ...more]);
    const there = new Map(rows.map(({ id, bytes }) => [id, bytes]));
    for (const { id, bytes } of page) if (there.get(id) !== bytes) missed(id, there.has(id));
  }
}
