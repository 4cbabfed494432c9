import {
  type EventStore,
  type StoredEvent,
  EventStore as Store,
  coreMigrations,
  migrate,
  openDataSource,
} from '@besure/event-store';
import type { Charter } from '@besure/governance';
import { type FactsVault, ephemeralFactsVault, nodePrimitives } from '@besure/keys';
import { acceptQuorate, HttpLogSource, LogFollower, LogStore, logMigrations } from '@besure/log-store';
import {
  CLAIM_NAMES,
  type CopiesRequest,
  formatCheckpointText,
  SlotPaths,
  utf8Encode,
  upcastStatementsRecorded,
} from '@besure/protocol';
import { freshDatabase, waitUntil } from '@besure/testing';
import { TEST_AUTHORITY } from '@besure/time-stamp/test-authority';
import type { DataSource } from 'typeorm';
import { assembleEvidence } from '../src/assemble.js';
import { readEvidence } from '../src/evidence-rows.js';
import { itemsOf, keepItems } from '../src/follow.js';
import { FollowedLog } from '../src/followed-log.js';
import { keepParts } from '../src/keep.js';
import type { KeptPart } from '../src/kept-part.js';
import { archiveMigrations } from '../src/migrations.js';
import { pullCopies } from '../src/pull-copies.js';
import { readRecorded } from '../src/recorded-events.js';
import { serveCopies } from '../src/serve-copies.js';
import { type Settled, settleParts } from '../src/settle.js';
import { TimeStampFollower } from '../src/time-stamps/follow.js';
import { type RecordedSlot, recordedEvent } from './scripted-network.js';

const schema = 'archive';
const primitives = nodePrimitives;

/** The archive of one organisation without its shell: its database, its keys, and each step on demand. */
export class ArchiveZone {
  readonly organisation: string;
  readonly store: EventStore;
  readonly database: DataSource;
  readonly vault: FactsVault = ephemeralFactsVault();
  readonly mismatches: string[] = [];
  readonly #paths = new SlotPaths(primitives.sha256);
  readonly refused: string[] = [];
  readonly logStore: LogStore;
  readonly ledger: FollowedLog;
  readonly #charter: Charter;
  /** Where a hub serves the log. */
  readonly #hub: string;

  private constructor(organisation: string, charter: Charter, hub: string, database: DataSource) {
    this.organisation = organisation;
    this.#charter = charter;
    this.#hub = hub;
    this.logStore = new LogStore({ schema, log: 'proofs', origin: charter.log.origin });
    this.ledger = new FollowedLog(this.logStore, () => charter, primitives);
    this.database = database;
    this.store = new Store({ dataSource: database, schema });
  }

  /** Opens one with a database of its own; whoever opened it closes its `database`. */
  static async open(organisation: string, charter: Charter, hub: string): Promise<ArchiveZone> {
    const { url } = await freshDatabase();
    const migrations = [...coreMigrations(schema), ...logMigrations(schema), ...archiveMigrations];
    await migrate({ url, schema, migrations });
    return new ArchiveZone(organisation, charter, hub, await openDataSource({ url, schema }));
  }

  get role(): 'organisation' | 'exchange' {
    return this.organisation === 'exchange' ? 'exchange' : 'organisation';
  }

  /** Keeps what its proof recorded; answers what is kept with other signatures. */
  keep(...slots: RecordedSlot[]): Promise<ReadonlySet<string>> {
    return this.store.transaction((tx) => keepParts(tx, this.read(...slots)));
  }

  read(...slots: RecordedSlot[]): KeptPart[] {
    const events = slots.map((slot) => stored(recordedEvent(slot, this.vault)));
    return readRecorded(events, {
      organisation: this.organisation,
      vault: this.vault,
      sha256: primitives.sha256,
      paths: this.#paths,
      onMismatch: (statement) => this.mismatches.push(statement),
    });
  }

  async follow(size: number): Promise<void> {
    const members = new Set([this.organisation, 'exchange']);
    const failures: unknown[] = [];
    const follower = new LogFollower({
      store: this.store,
      log: this.logStore,
      sources: [new HttpLogSource(`${this.#hub}/log/proofs`)],
      accept: (note) => acceptQuorate(note, this.#charter, primitives),
      handler: (tx, { from, entries }) => keepItems(tx, itemsOf(entries, from, members, this.#charter)),
      pollMillis: 20,
      backoff: { firstMillis: 20, largestMillis: 20 },
      onFailure: (error) => failures.push(error),
    });
    follower.start();
    try {
      await waitUntil({ what: `${this.organisation} to follow to ${size}` }, () => {
        if (failures.length > 0) throw failures[0];
        return follower.status().size === size ? true : undefined;
      });
    } finally {
      await follower.stop();
    }
  }

  /** A hub had the checkpoint of that size stamped. */
  async followTimeStamp(size: number, time: number): Promise<void> {
    const { origin } = this.#charter.log;
    const root = await this.store.transaction((tx) => this.logStore.root(tx, size));
    const checkpoint = formatCheckpointText({ origin, size, root });
    const follower = new TimeStampFollower({
      charter: this.#charter,
      store: this.store,
      log: this.logStore,
      sources: [
        {
          name: 'hub',
          list: () => Promise.resolve([{ size, checkpoint, time }]),
          token: () => Promise.resolve(TEST_AUTHORITY.stamp(utf8Encode(checkpoint), time)),
        },
      ],
      onRefused: (_source, [refused]) => {
        throw refused!.error;
      },
    });
    await follower.round();
  }

  settle(): Promise<Settled> {
    return settleParts({
      organisation: this.organisation,
      role: this.role,
      store: this.store,
      log: this.ledger,
    });
  }

  pull(
    exchange: ArchiveZone,
    change: (answer: unknown) => unknown = (answer) => answer,
  ): ReturnType<typeof pullCopies> {
    return pullCopies({
      organisation: this.organisation,
      charter: this.#charter,
      store: this.store,
      vault: this.vault,
      primitives,
      paths: this.#paths,
      logSize: (tx) => this.ledger.size(tx),
      request: async (request) => change(await exchange.serve(this.organisation, request)),
      onRefused: (_cursor, code) => this.refused.push(code),
    });
  }

  async serve(organisation: string, request: CopiesRequest): Promise<unknown> {
    const answer = await serveCopies(
      { exchange: 'exchange', charter: this.#charter, store: this.store, vault: this.vault },
      organisation,
      request,
    );
    // As it would come over the bus.
    return JSON.parse(JSON.stringify(answer));
  }

  async evidence(
    statement: string,
    show: readonly (typeof CLAIM_NAMES)[number][] = CLAIM_NAMES,
  ): Promise<string> {
    const kept = await this.store.transaction((tx) =>
      readEvidence(tx, statement, { log: this.ledger, vault: this.vault }),
    );
    if (kept === null) throw new RangeError('no such statement');
    return assembleEvidence(kept, show);
  }

  async ready(): Promise<unknown[]> {
    const events = await this.store.readAll(0, 1000);
    return events.flatMap((event) =>
      (event.data as unknown as { entries: { statement: string; state: string }[] }).entries.map(
        ({ statement, state }) => [statement, state],
      ),
    );
  }

  async count(table: string): Promise<number> {
    const [row] = await this.database.query<{ count: number }[]>(
      `SELECT count(*)::integer AS count FROM ${table}`,
    );
    return row?.count ?? -1;
  }
}

function stored(event: { type: string; data: object; attachment: Uint8Array }): StoredEvent {
  const data = JSON.parse(JSON.stringify(event.data)) as StoredEvent['data'];
  const { attachment } = upcastStatementsRecorded(event);
  const recordedAt = new Date().toISOString();
  return { ...event, data, attachment, position: 1, stream: 's', version: 1, recordedAt };
}
