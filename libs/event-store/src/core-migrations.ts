import type { Migration } from './migrate.js';
import { parseSchemaName } from './sql.js';

/**
 * The tables of the event store itself. A service puts them before its own migrations. Only ever added to.
 *
 * `data` is `json`, not `jsonb`: the text stays as it came. `attachment` stands apart because it can be erased.
 */
export function coreMigrations(schema: string): readonly Migration[] {
  const s = parseSchemaName(schema);
  return [
    {
      name: 'event-store-001',
      sql: `
        CREATE TABLE ${s}.head (
          single boolean PRIMARY KEY DEFAULT true CHECK (single),
          position bigint NOT NULL
        );
        INSERT INTO ${s}.head (position) VALUES (0);

        CREATE TABLE ${s}.event (
          position bigint PRIMARY KEY,
          stream text NOT NULL,
          version bigint NOT NULL CHECK (version > 0),
          type text NOT NULL,
          data json NOT NULL,
          recorded_at timestamptz NOT NULL DEFAULT statement_timestamp(),
          UNIQUE (stream, version)
        );

        CREATE TABLE ${s}.attachment (
          position bigint PRIMARY KEY,
          content bytea NOT NULL
        );
        -- Sealed bytes do not compress: do not try.
        ALTER TABLE ${s}.attachment ALTER COLUMN content SET STORAGE EXTERNAL;

        -- Up to where this service has consumed others' events.
        CREATE TABLE ${s}.checkpoint (
          source text PRIMARY KEY,
          position bigint NOT NULL
        );

        -- Up to where others say that they have consumed this service's events.
        CREATE TABLE ${s}.consumer (
          name text PRIMARY KEY,
          position bigint NOT NULL
        );
      `,
    },
    {
      name: 'event-store-002',
      sql: `
        -- How many events in a row were put aside since the last one that had an effect.
        ALTER TABLE ${s}.checkpoint ADD COLUMN dead_in_a_row integer NOT NULL DEFAULT 0;

        -- Others' events that could not be handled, whole or single entries of them. Only added to.
        CREATE TABLE ${s}.dead_letter (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          source text NOT NULL,
          position bigint NOT NULL,
          -- which entry of the event; null for all of it
          entry integer,
          stream text NOT NULL,
          version bigint NOT NULL,
          type text NOT NULL,
          data json NOT NULL,
          recorded_at timestamptz NOT NULL,
          attempts integer NOT NULL,
          -- why, without a fact: class and code of the error, and its message where that quotes nothing
          error text NOT NULL,
          code text,
          reason text,
          dead_at timestamptz NOT NULL DEFAULT statement_timestamp()
        );
        CREATE UNIQUE INDEX dead_letter_once ON ${s}.dead_letter (source, position, coalesce(entry, -1));

        -- What was attached, sealed as it came. Apart, because it goes with the end of the letter.
        CREATE TABLE ${s}.dead_letter_attachment (
          letter bigint PRIMARY KEY REFERENCES ${s}.dead_letter,
          content bytea NOT NULL
        );
        ALTER TABLE ${s}.dead_letter_attachment ALTER COLUMN content SET STORAGE EXTERNAL;

        -- What an operator made of it: once, and for ever.
        CREATE TABLE ${s}.dead_letter_end (
          letter bigint PRIMARY KEY REFERENCES ${s}.dead_letter,
          ending text NOT NULL CHECK (ending IN ('replayed', 'discarded')),
          -- in the operator's words
          why text CHECK ((ending = 'discarded') = (why IS NOT NULL)),
          -- who, as the command was told, and as the database knows it
          ended_by text NOT NULL,
          database_user text NOT NULL DEFAULT session_user,
          ended_at timestamptz NOT NULL DEFAULT statement_timestamp()
        );

        CREATE FUNCTION ${s}.keep_dead_letters() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'this table is only added to';
        END $$;
        CREATE TRIGGER dead_letter_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON ${s}.dead_letter
          FOR EACH STATEMENT EXECUTE FUNCTION ${s}.keep_dead_letters();
        CREATE TRIGGER dead_letter_end_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON ${s}.dead_letter_end
          FOR EACH STATEMENT EXECUTE FUNCTION ${s}.keep_dead_letters();
      `,
    },
  ];
}
