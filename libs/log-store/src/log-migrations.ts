import { parseSchemaName, type Migration } from '@besure/event-store';

/**
 * The tables of Merkle logs in a service's schema; several logs share them. Only ever added to.
 *
 * Hashes stand in tiles of 256, as they are served: one row of 8 KB instead of 512 small ones. `edge` holds the hashes of the complete subtrees
 * that a tree of `size` consists of, so that appending reads nothing else.
 */
export function logMigrations(schema: string): readonly Migration[] {
  const s = parseSchemaName(schema);
  return [
    {
      name: 'log-store-001',
      sql: `
        CREATE TABLE ${s}.log_head (
          log text PRIMARY KEY,
          size bigint NOT NULL,
          edge bytea NOT NULL
        );
        CREATE TABLE ${s}.log_leaf (
          log text NOT NULL,
          index bigint NOT NULL,
          entry bytea NOT NULL,
          PRIMARY KEY (log, index)
        );
        CREATE TABLE ${s}.log_tile (
          log text NOT NULL,
          level smallint NOT NULL,
          index bigint NOT NULL,
          hashes bytea NOT NULL,
          PRIMARY KEY (log, level, index)
        );
        -- Hashes do not compress: do not try.
        ALTER TABLE ${s}.log_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
        CREATE TABLE ${s}.log_checkpoint (
          log text NOT NULL,
          size bigint NOT NULL,
          note text NOT NULL,
          PRIMARY KEY (log, size)
        );
      `,
    },
    {
      name: 'log-store-002',
      sql: `
        -- Whether this checkpoint is shown to those who want one that suffices; until then it gathers signatures.
        ALTER TABLE ${s}.log_checkpoint ADD COLUMN published boolean NOT NULL DEFAULT true;
        CREATE INDEX log_checkpoint_published ON ${s}.log_checkpoint (log, size) WHERE published;
      `,
    },
    {
      name: 'log-store-003',
      sql: `
        -- Signatures do not compress: do not try.
        ALTER TABLE ${s}.log_checkpoint ALTER COLUMN note SET STORAGE EXTERNAL;
      `,
    },
  ];
}
