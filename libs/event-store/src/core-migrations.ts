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
  ];
}
