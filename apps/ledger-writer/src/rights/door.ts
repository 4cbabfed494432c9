import { parseBigint, type Tx } from '@besure/event-store';
import { PUBLISHER_ROOM, type RoomSize, useRoom } from '@besure/ledger-log';
import { LedgerWriterError } from '../error.js';

/** The table of what members had carried; migration 007. */
export const DOOR_TABLE = `
  CREATE TABLE carried_note (
    member text PRIMARY KEY,
    -- of entries, as used at that height
    bytes bigint NOT NULL,
    height bigint NOT NULL
  );
`;

/** What one member has of the hub's own room, so that no seat can use up what all others need. */
export const MEMBER_ROOM: RoomSize = {
  bytes: PUBLISHER_ROOM.bytes / 8,
  perBlock: PUBLISHER_ROOM.perBlock / 8,
};

/** Notes that a member has so many bytes carried. Throws `too-much`. */
export async function enter(tx: Tx, member: string, bytes: number, height: number): Promise<void> {
  // First there is a row, so that two at once wait for each other.
  await tx.query(
    'INSERT INTO carried_note (member, bytes, height) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING',
    [member, height],
  );
  const [row] = await tx.query<{ bytes: string; height: string }[]>(
    'SELECT bytes, height FROM carried_note WHERE member = $1 FOR UPDATE',
    [member],
  );
  const before = { bytes: parseBigint(row!.bytes), height: parseBigint(row!.height) };
  const used = useRoom(MEMBER_ROOM, before, bytes, height);
  if (used === null)
    throw new LedgerWriterError(
      'too-much',
      `${member} has had more carried than a member may: ${MEMBER_ROOM.bytes} bytes at once, ${MEMBER_ROOM.perBlock} for each block after that`,
    );
  await tx.query('UPDATE carried_note SET bytes = $2, height = $3 WHERE member = $1', [
    member,
    used.bytes,
    used.height,
  ]);
}
