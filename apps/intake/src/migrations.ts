import type { Migration } from '@besure/event-store';

/** What `main.js migrate` lays on top of the event store's own tables, in order. Only ever added to. */
export const intakeMigrations: readonly Migration[] = [
  {
    name: 'intake-001',
    sql: `
      -- What makes a repeat a repeat, for 400 days. Keyed hashes only: no id, no source, no fact. Not a read model: an append-only log must
      -- not hold them for ever, so they are written in the transaction of the event and nowhere else.
      CREATE TABLE request (
        hash bytea PRIMARY KEY,
        content bytea NOT NULL,
        event uuid NOT NULL,
        accepted_at timestamptz NOT NULL DEFAULT statement_timestamp()
      );

      -- What was stated of each (message, event, corrects): one set of facts, and no other.
      CREATE TABLE subject (
        hash bytea PRIMARY KEY,
        facts bytea NOT NULL,
        event uuid NOT NULL
      );

      -- Read model: how far each accepted event is, from this service's own events and from proof's.
      CREATE TABLE event_state (
        event uuid PRIMARY KEY,
        statement text,
        disputed boolean NOT NULL DEFAULT false,
        accepted_at timestamptz NOT NULL,
        prepared_at timestamptz,
        countersigned_at timestamptz,
        one_sided_at timestamptz,
        record_at timestamptz,
        discarded_at timestamptz,
        erased_at timestamptz
      ) WITH (fillfactor = 70);
      -- The backlog: what proof has not taken up yet. Small, so counting it is cheap.
      CREATE INDEX event_state_waiting ON event_state (event) WHERE prepared_at IS NULL AND record_at IS NULL;

      -- Read model: what the archive has evidence of. A table of its own, because its pipe may be ahead of proof's.
      CREATE TABLE evidence (
        statement text PRIMARY KEY,
        recorded_at timestamptz NOT NULL,
        complete_at timestamptz
      ) WITH (fillfactor = 70);
    `,
  },
  {
    name: 'intake-002',
    sql: `
      -- To look events up: keyed hashes of source and message, and source and id sealed under a key of their own. Still no fact in clear.
      ALTER TABLE request
        ADD COLUMN source bytea, ADD COLUMN message bytea, ADD COLUMN name bytea, ADD COLUMN name_key bytea;
      CREATE INDEX request_event ON request (event, hash);
      CREATE INDEX request_message ON request (message, event, hash);
    `,
  },
  {
    name: 'intake-003',
    sql: `
      ALTER TABLE event_state ADD COLUMN why text;

      -- Each question is answered by a walk along one index, in the order of acceptance. Those of states hold what is rare or does not last;
      -- for states that most events end in or pass together there is the order itself.
      CREATE INDEX request_source ON request (source, event, hash);
      CREATE INDEX event_state_prepared ON event_state (event)
        WHERE prepared_at IS NOT NULL AND countersigned_at IS NULL AND one_sided_at IS NULL;
      CREATE INDEX event_state_one_sided ON event_state (event) WHERE one_sided_at IS NOT NULL;
      CREATE INDEX event_state_record ON event_state (event) WHERE record_at IS NOT NULL;
      CREATE INDEX event_state_discarded ON event_state (event) WHERE discarded_at IS NOT NULL;
      CREATE INDEX event_state_erased ON event_state (event) WHERE erased_at IS NOT NULL;
    `,
  },
  {
    name: 'intake-004',
    sql: `
      -- What an operator discarded waits no longer.
      CREATE INDEX event_state_backlog ON event_state (event)
        WHERE prepared_at IS NULL AND record_at IS NULL AND discarded_at IS NULL;
      DROP INDEX event_state_waiting;
    `,
  },
  {
    name: 'intake-005',
    sql: `
      -- Whoever asks for a source is led along its index, also where nearly all there is has another one: the way in order of acceptance, which looks
      -- as short then, reads everything. In force from the next ANALYZE on.
      ALTER TABLE request ALTER COLUMN source SET (n_distinct = 1000);
    `,
  },
];
