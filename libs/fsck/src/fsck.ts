import { type Charter, exchangeOf } from '@besure/governance';
import type { OpenedTrust } from '@besure/verification';
import { checkAcross, copiesOf, type OpenZone } from './across.js';
import { openDatabase, type OpenDatabase } from './database.js';
import { endedStatements, type Endings, endings } from './ending.js';
import { type ArchiveAccess, verifyEvidence } from './evidence.js';
import { compareLogs, type HubAccess, type ReadLog, readHubs } from './hubs.js';
import { type LedgerBlocks, readLedger } from './ledger.js';
import { type ConsumerStanding, type DeadLetters, Findings, type FsckReport } from './report.js';
import { assertKnownVersions, assertZone, checkZone, consumerStandings, deadLetters } from './zone.js';

/** An organisation, by what fsck reads of it. */
export interface FsckZone {
  readonly organisation: string;
  /** The database with the schemas of its services, as a user who may read them. */
  readonly database: string;
  /** Null: no evidence is fetched. */
  readonly archive: ArchiveAccess | null;
}

/** What fsck looks at. */
export interface FsckOptions {
  readonly charter: Charter;
  /** What evidence is verified against; null: none is. */
  readonly trust: OpenedTrust | null;
  readonly zones: readonly FsckZone[];
  readonly hubs: readonly HubAccess[];
  /** A node, where there is one to read: the log is derived from its first block on, and compared with those of hubs and organisations. */
  readonly ledger?: LedgerBlocks;
  /** How much evidence of each zone is verified. */
  readonly sample: number | 'all';
  /** How databases are opened; from their URL where nothing else is said. */
  readonly open?: OpenDatabase;
}

/**
 * Compares everything that a network holds with what was acknowledged: each event in exactly one state, nothing without an event, read models as the
 * events make them, one item of a member for a slot, evidence that verifies. It only reads, and may run beside services that are at work: each zone
 * is looked at in one view of its database, and what is under way is counted, not found.
 *
 * @throws FsckError where it cannot look: nothing is said then
 */
export function fsck(options: FsckOptions): Promise<FsckReport> {
  return withZones(options, (open) => look(options, open, new Findings()));
}

/** How the acknowledged events of a network stand. */
export type Standing = Pick<FsckReport, 'acknowledged' | 'states' | 'underway' | 'copiesUnderway'>;

/** Counts how the acknowledged events stand, and looks at nothing else: quick enough to be asked again and again. */
export function standing(options: Pick<FsckOptions, 'charter' | 'zones' | 'open'>): Promise<Standing> {
  return withZones(options, async (open) => {
    const total = new Total();
    for (const { database } of open) total.add(await endings(database.snapshot));
    const { exchange, organisations } = sides(open, options.charter);
    let copiesUnderway = 0;
    for (const organisation of organisations) {
      if (exchange !== undefined) copiesUnderway += (await copiesOf(organisation, exchange)).underway;
    }
    return { ...total.counts, copiesUnderway };
  });
}

async function withZones<T>(
  options: Pick<FsckOptions, 'zones' | 'open'>,
  work: (open: readonly OpenZone[]) => Promise<T>,
): Promise<T> {
  const open: OpenZone[] = [];
  try {
    for (const { organisation, database } of options.zones) {
      open.push({ id: organisation, database: await (options.open ?? openDatabase)(database) });
    }
    return await work(open);
  } finally {
    await Promise.all(open.map(({ database }) => database.close()));
  }
}

function sides(
  open: readonly OpenZone[],
  charter: Charter,
): { readonly exchange: OpenZone | undefined; readonly organisations: readonly OpenZone[] } {
  const exchange = open.find(({ id }) => id === exchangeOf(charter).id);
  return { exchange, organisations: open.filter((one) => one !== exchange) };
}

/** Adds up how the events of zones ended. */
class Total {
  #acknowledged = 0;
  #underway = 0;
  readonly #states: Record<string, number> = {};

  add({ acknowledged, underway, states }: Endings): void {
    this.#acknowledged += acknowledged;
    this.#underway += underway;
    for (const [state, count] of Object.entries(states))
      this.#states[state] = (this.#states[state] ?? 0) + count;
  }

  get counts(): Endings {
    return { acknowledged: this.#acknowledged, states: this.#states, underway: this.#underway };
  }
}

async function look(
  { charter, trust, zones, hubs, ledger, sample }: FsckOptions,
  open: readonly OpenZone[],
  findings: Findings,
): Promise<FsckReport> {
  const logs: ReadLog[] = [];
  const consumers: ConsumerStanding[] = [];
  const dead: DeadLetters[] = [];
  const total = new Total();
  let evidenceVerified = 0;
  for (const [at, { id: zone, database }] of open.entries()) {
    const db = database.snapshot;
    await assertZone(db, zone);
    await assertKnownVersions(db, zone);
    logs.push(await checkZone({ db, zone, charter, findings }));
    consumers.push(...(await consumerStandings(db, zone)));
    dead.push(...(await deadLetters(db, zone)));
    total.add(await endings(db));
    const { archive } = zones[at]!;
    if (archive === null || trust === null || sample === 0) continue;
    const statements = await endedStatements(db, sample);
    evidenceVerified += await verifyEvidence(zone, archive, trust, statements, findings);
  }
  const { exchange, organisations } = sides(open, charter);
  const copiesUnderway = exchange === undefined ? 0 : await checkAcross(organisations, exchange, findings);
  logs.push(...(await readHubs(hubs, charter, findings)));
  compareLogs(logs, ledger === undefined ? null : await readLedger(ledger, charter), findings);
  return {
    ok: findings.shown.length === 0,
    ...total.counts,
    copiesUnderway,
    evidenceVerified,
    consumers,
    deadLetters: dead,
    findings: findings.shown,
    checks: findings.checks,
  };
}
