/** What `main.js migrate` lays on top of the event store's own tables, in order. Only ever added to. */
export const proofMigrations: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: '001-statements-and-slots',
    sql: `
      -- Statements under way and done. In an organisation its own, at the exchange those that it was asked to countersign.
      -- Holds openings (sealed, a key each): erasable, unlike the events.
      CREATE TABLE statement (
        id text PRIMARY KEY,
        event uuid,
        issuer text NOT NULL,
        counterpart text NOT NULL,
        -- keyed hash of (issuer, message, event, corrects): at most one statement of each
        uniqueness text NOT NULL UNIQUE,
        -- keyed hash of (message, event, corrects): what the exchange's own record is found by
        lookup text NOT NULL,
        state text NOT NULL CHECK (state IN ('prepared', 'waiting', 'countersigned', 'one-sided', 'disputed')),
        disputed boolean NOT NULL DEFAULT false,
        jws text NOT NULL,
        countersignature text,
        openings bytea,
        openings_key bytea,
        prepared_at bigint NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        attempt_at bigint,
        slot bigint
      );
      CREATE INDEX statement_to_ask ON statement (attempt_at) WHERE attempt_at IS NOT NULL;
      CREATE INDEX statement_to_record ON statement (prepared_at)
        WHERE slot IS NULL AND state IN ('countersigned', 'one-sided');
      CREATE INDEX statement_waiting ON statement (lookup) WHERE state = 'waiting';

      -- The exchange's own records, to compare with. Erasable.
      CREATE TABLE record (
        lookup text PRIMARY KEY,
        event uuid NOT NULL,
        facts bytea NOT NULL,
        facts_key bytea NOT NULL
      );

      CREATE TABLE slot (
        slot bigint PRIMARY KEY,
        state text NOT NULL CHECK (state IN ('signed', 'submitted', 'final')),
        root text NOT NULL,
        txid text NOT NULL,
        raw text NOT NULL,
        submitted_at bigint,
        leaf bigint
      );
      CREATE INDEX slot_pending ON slot (slot) WHERE state <> 'final';

      -- One row: where the chain of this member's transactions stands.
      CREATE TABLE slot_chain (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        version integer NOT NULL DEFAULT 0,
        last_slot bigint,
        tip_txid text,
        tip_vout integer,
        tip_script text
      );
      INSERT INTO slot_chain (single) VALUES (true);
    `,
  },
  {
    name: '002-bytes-apart',
    sql: `
      -- What is signed or sealed is written once, while the row changes with each state: kept beside the row, it is not written again with it.
      -- Signatures and sealed bytes do not compress: do not try.
      ALTER TABLE statement SET (toast_tuple_target = 1024);
      ALTER TABLE statement ALTER COLUMN jws SET STORAGE EXTERNAL;
      ALTER TABLE statement ALTER COLUMN countersignature SET STORAGE EXTERNAL;
      ALTER TABLE statement ALTER COLUMN openings SET STORAGE EXTERNAL;
    `,
  },
  {
    name: '003-under-way',
    sql: `
      -- What is in no slot yet: found by state for closing a slot, and counted for the metrics without a look at all that ever was.
      CREATE INDEX statement_under_way ON statement (state) WHERE slot IS NULL;
      DROP INDEX statement_to_record;
    `,
  },
  {
    name: '004-signed-in',
    sql: `
      -- The latest time that is signed in a statement or its countersignature, in seconds: no slot before it may hold them.
      ALTER TABLE statement ADD COLUMN iat bigint NOT NULL DEFAULT 0;
    `,
  },
  {
    name: '005-disputed',
    sql: `
      -- A dispute that was known at once was not marked as one that showed later.
      UPDATE statement SET disputed = true WHERE state = 'disputed' AND NOT disputed;
    `,
  },
  {
    name: '006-asked-first',
    sql: `
      -- Two lines before the exchange: what was never decided, and behind it what the exchange was silent about. In one line, a long silence
      -- would have kept the first waiting for the second.
      CREATE INDEX statement_to_ask_first ON statement (attempt_at) WHERE state = 'prepared' AND attempt_at IS NOT NULL;
      CREATE INDEX statement_to_ask_again ON statement (attempt_at) WHERE state = 'one-sided' AND attempt_at IS NOT NULL;
      DROP INDEX statement_to_ask;
    `,
  },
  {
    name: '007-oldest-first',
    sql: `
      -- What a slot takes, in the order in which it takes it: after a long stop a slot read and sorted all that waits to take a part of it.
      CREATE INDEX statement_ready ON statement (prepared_at, id)
        WHERE slot IS NULL AND state IN ('countersigned', 'one-sided');
    `,
  },
  {
    name: '008-ledger-key-since',
    sql: `
      -- Since which height the ledger key publishes with which the chain of transactions goes on; null in a chain from before this was noted.
      -- Where it is another height, what is pending may have come into blocks in which the key did not count.
      ALTER TABLE slot_chain ADD COLUMN since bigint;
    `,
  },
  {
    name: '009-made-anew',
    sql: `
      -- In the place of a statement whose key the board has ended before it was recorded stands another one about the same.
      ALTER TABLE statement DROP CONSTRAINT statement_state_check;
      ALTER TABLE statement ADD CONSTRAINT statement_state_check
        CHECK (state IN ('prepared', 'waiting', 'countersigned', 'one-sided', 'disputed', 'replaced')) NOT VALID;
    `,
  },
  {
    name: '010-recorded-too-late',
    sql: `
      -- The block in which a slot's item stands, and of how many signing keys of this organisation it was known that they had ended when it was looked at
      -- last: statements of a key that ended later, but below that block, prove nothing and are made anew.
      ALTER TABLE slot ADD COLUMN height bigint, ADD COLUMN ended_keys smallint NOT NULL DEFAULT 0;
      CREATE INDEX slot_to_look_at ON slot (ended_keys, height);
    `,
  },
];
