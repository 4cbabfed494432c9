import type { Migration } from '@besure/event-store';
import { ACCUSATION_TABLE } from './accusations/rows.js';
import { TIME_STAMP_TABLE } from './time-stamps/rows.js';

/** What `main.js migrate` lays on top of the tables of the event store and of the log store, in order. Only ever added to. */
export const archiveMigrations: readonly Migration[] = [
  {
    name: 'archive-001',
    sql: `
      -- Statements: this organisation's own, those of its counterparts (copies), or at the exchange those that it countersigned. What
      -- stands here tells nothing without openings.
      CREATE TABLE statement (
        id text PRIMARY KEY,
        issuer text NOT NULL,
        jws text NOT NULL,
        countersignature text,
        kept_at timestamptz NOT NULL DEFAULT statement_timestamp()
      ) WITH (toast_tuple_target = 8160);

      -- The only place with facts, sealed under a key of each statement. Deleting a row erases: nothing else is needed.
      CREATE TABLE opening (
        statement text PRIMARY KEY,
        ciphertext bytea NOT NULL,
        key bytea NOT NULL,
        -- keyed hash of the message's identifier, to find all statements about a message
        message bytea NOT NULL
      ) WITH (toast_tuple_target = 8160);
      CREATE INDEX opening_message ON opening (message);

      -- A part of what a member recorded in one slot, as it came in one message. What becomes of the slot's item is noted here once for
      -- all of them.
      CREATE TABLE part (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        member text NOT NULL,
        slot bigint NOT NULL,
        root bytea NOT NULL,
        -- the item's place in the ledger log, once a quorate checkpoint covers it
        leaf bigint,
        -- when the quorum had seen it
        recorded_at timestamptz,
        -- the ledger has another root for that member and slot: this part proves nothing
        contradicted boolean NOT NULL DEFAULT false
      );
      CREATE INDEX part_waiting ON part (member, slot) WHERE leaf IS NULL AND NOT contradicted;

      CREATE TABLE recording (
        statement text NOT NULL,
        member text NOT NULL,
        part bigint NOT NULL,
        index integer NOT NULL,
        -- hashes of 32 bytes, from the leaf upwards
        path bytea NOT NULL,
        -- whether the recorded leaf holds the countersignature
        countersigned boolean NOT NULL,
        -- the counterpart of the statement, where this is the exchange: who else gets a copy
        counterpart text,
        PRIMARY KEY (statement, member)
      );
      CREATE INDEX recording_part ON recording (part);

      -- The ledger items of this member and of the exchange, from the followed log.
      CREATE TABLE item (
        member text NOT NULL,
        slot bigint NOT NULL,
        root bytea NOT NULL,
        leaf bigint NOT NULL UNIQUE,
        height bigint NOT NULL,
        PRIMARY KEY (member, slot)
      );

      -- One row. Whoever adds parts or items shares it until commit, whoever settles has it alone: so the settler that was woken by them
      -- sees them, and of two recordings of a statement the second one sees the first.
      CREATE TABLE settling (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton));
      INSERT INTO settling DEFAULT VALUES;

      -- At the exchange: copies for the organisations, in the order in which they became final. Dense cursor per organisation.
      CREATE TABLE copy (
        organisation text NOT NULL,
        cursor bigint NOT NULL,
        statement text NOT NULL,
        with_openings boolean NOT NULL,
        PRIMARY KEY (organisation, cursor)
      );
      CREATE TABLE copy_reader (
        organisation text PRIMARY KEY,
        last bigint NOT NULL DEFAULT 0,
        acknowledged bigint NOT NULL DEFAULT 0,
        acknowledged_at timestamptz
      );

      -- In an organisation: up to where copies were taken from the exchange, and those that could not be believed, sealed.
      CREATE TABLE copy_source (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), cursor bigint NOT NULL);
      INSERT INTO copy_source (cursor) VALUES (0);
      CREATE TABLE refused_copy (
        cursor bigint PRIMARY KEY,
        code text NOT NULL,
        ciphertext bytea NOT NULL,
        key bytea NOT NULL,
        refused_at timestamptz NOT NULL DEFAULT statement_timestamp()
      );
    `,
  },
  {
    name: 'archive-002',
    sql: `
      -- For counting alarms without a scan.
      CREATE INDEX part_contradicted ON part (id) WHERE contradicted;
      -- A reader that never acknowledged anything waits since its first copy.
      ALTER TABLE copy_reader ALTER COLUMN acknowledged_at SET DEFAULT statement_timestamp();
    `,
  },
  {
    name: 'archive-003',
    sql: `
      -- Who read which evidence, and which claims it showed. No fact. Only added to, also by whoever owns the table.
      CREATE TABLE reading (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        read_at timestamptz NOT NULL DEFAULT statement_timestamp(),
        -- SHA-256 of the token, as in the tokens file
        token text NOT NULL,
        organisation text,
        statement text NOT NULL,
        shown text[] NOT NULL
      );
      CREATE INDEX reading_statement ON reading (statement, id);
      CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'this table is only added to';
      END $$;
      CREATE TRIGGER reading_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON reading
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    `,
  },
  {
    name: 'archive-004',
    sql: `
      -- Who read may have shown a certificate: SHA-256 of its public key, as in the tokens file.
      ALTER TABLE reading
        ALTER COLUMN token DROP NOT NULL,
        ADD COLUMN certificate text,
        ADD CHECK (num_nonnulls(token, certificate) = 1);
    `,
  },
  { name: 'archive-005-time-stamps', sql: TIME_STAMP_TABLE },
  {
    name: 'archive-006-witness',
    sql: `
      -- How far this archive has cosigned, as a witness: forward only. Locked by whoever cosigns.
      CREATE TABLE witness_state (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        size bigint NOT NULL DEFAULT 0,
        root bytea NOT NULL DEFAULT '',
        -- POSIX seconds
        signed_at bigint NOT NULL DEFAULT 0
      );
      INSERT INTO witness_state DEFAULT VALUES;

      -- What hubs signed that cannot both be honest, with what proves it. Only added to, a bounded number for each hub.
      CREATE TABLE contradiction (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL,
        -- who signed theirs, and where it was shown
        hub text NOT NULL,
        source text NOT NULL,
        our_note text NOT NULL,
        their_text text NOT NULL,
        their_note text NOT NULL,
        -- the first entry at which the two logs differ, and its proof under each note (C2SP tlog-proof)
        our_entry bytea,
        our_proof text,
        their_entry bytea,
        their_proof text,
        seen_at timestamptz NOT NULL DEFAULT statement_timestamp(),
        UNIQUE (kind, hub, their_text)
      );
      CREATE TRIGGER contradiction_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON contradiction
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    `,
  },
  { name: 'archive-007-accusations', sql: ACCUSATION_TABLE },
  {
    name: 'archive-008',
    sql: `
      -- At the exchange openings wait for their organisation, and nobody looks for them.
      ALTER TABLE opening ALTER COLUMN message DROP NOT NULL;
    `,
  },
  {
    name: 'archive-009-two-logs',
    sql: `
      -- A witness goes forward in each log by itself: that of proofs (witnessed) and that of rights.
      ALTER TABLE witness_state DROP COLUMN singleton;
      ALTER TABLE witness_state ADD COLUMN log text PRIMARY KEY DEFAULT 'witnessed';
      ALTER TABLE witness_state ALTER COLUMN log DROP DEFAULT;
      INSERT INTO witness_state (log) VALUES ('rights');

      ALTER TABLE contradiction ADD COLUMN log text NOT NULL DEFAULT 'witnessed';
      ALTER TABLE contradiction ALTER COLUMN log DROP DEFAULT;
    `,
  },
];
