import { PUBLISHER_ROOM, type Rooms, usedAt } from '@besure/ledger-log';

/** How many publishers have used more than half of their room in the log of rights at a height: far more than a board at work does. */
export function crowdedIn(rooms: Rooms, height: number): number {
  return [...rooms.values()].filter((used) => usedAt(PUBLISHER_ROOM, used, height) > PUBLISHER_ROOM.bytes / 2)
    .length;
}
