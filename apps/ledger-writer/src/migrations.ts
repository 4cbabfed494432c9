import type { Migration } from '@besure/event-store';
import { logMigrations } from '@besure/log-store';
import { NATIVE_RIGHTS_TABLE } from './native-rights/rows.js';
import { DOOR_TABLE } from './rights/door.js';
import { RIGHTS_TABLES, ROOM_COLUMN } from './rights/rows.js';
import { VOTE_COLUMNS } from './rights/votes.js';
import { SKIPPED_ITEM_TABLE } from './skipped-items/rows.js';
import { TIME_STAMP_TABLE } from './time-stamps/rows.js';

/** The schema of this service; everything in it can be derived again from the ledger, except cosignatures and time stamps. */
export const SCHEMA = 'ledger_writer';

/** What `main.js migrate` applies, in order. Only ever added to. */
export const migrations: readonly Migration[] = [
  ...logMigrations(SCHEMA),
  {
    name: 'ledger-writer-001',
    sql: `
      -- One row: how far the final part of the chain has been taken in. Locked by whoever takes in more.
      CREATE TABLE chain_state (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        height bigint NOT NULL,
        hash text NOT NULL,
        -- creation transactions of the streams, once final
        proofs text,
        rights text,
        -- size of the log at the last height at which a checkpoint was due
        due_size bigint NOT NULL,
        -- the block up to which the node is locked, and when this hub last cosigned (seconds)
        lock_hash text,
        signed_at bigint NOT NULL
      );
      INSERT INTO chain_state (height, hash, due_size, signed_at) VALUES (-1, '', 0, 0);

      -- The slots for which a member has its leaf: the first item counts.
      CREATE TABLE slot_leaf (
        member text NOT NULL,
        slot bigint NOT NULL,
        leaf bigint NOT NULL,
        PRIMARY KEY (member, slot)
      );
    `,
  },
  {
    name: 'ledger-writer-002-late-slots',
    sql: `
      ALTER TABLE chain_state
        -- the time in the last block (seconds): what is due by then and not here is missing
        ADD COLUMN block_time bigint NOT NULL DEFAULT 0,
        -- the height at which a checkpoint was last due
        ADD COLUMN due_height bigint NOT NULL DEFAULT -1;
      -- by how many seconds the block of an item came too late, 0 in time
      ALTER TABLE slot_leaf ADD COLUMN late_seconds bigint NOT NULL DEFAULT 0;
    `,
  },
  {
    name: 'ledger-writer-003-contradictions',
    sql: `
      -- Checkpoints of this log with a root that it does not have, signed by somebody of the charter: a bounded number for each. Witnesses
      -- are shown them.
      CREATE TABLE contradiction (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        signer text NOT NULL,
        text text NOT NULL UNIQUE,
        note text NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT statement_timestamp()
      );
      CREATE INDEX contradiction_signer ON contradiction (signer);
    `,
  },
  { name: 'ledger-writer-004-time-stamps', sql: TIME_STAMP_TABLE },
  { name: 'ledger-writer-005-rights', sql: RIGHTS_TABLES },
  { name: 'ledger-writer-006-native-rights', sql: NATIVE_RIGHTS_TABLE },
  { name: 'ledger-writer-007-room', sql: `${ROOM_COLUMN}${DOOR_TABLE}${SKIPPED_ITEM_TABLE}` },
  { name: 'ledger-writer-008-votes', sql: VOTE_COLUMNS },
];
