/** How much somebody may have at once, and how much of it is free again with each block: in bytes of entries. */
export interface RoomSize {
  readonly bytes: number;
  readonly perBlock: number;
}

/** That of each publisher of the log of rights: some thousand notes. specs/rights.md, "Room". */
export const PUBLISHER_ROOM: RoomSize = { bytes: 1_048_576, perBlock: 16 };

/** How much was used with the last entry, and the height of that. */
export interface UsedRoom {
  readonly bytes: number;
  readonly height: number;
}

/** What publishers have used, by HASH160 of their key in hexadecimal: nodes of hubs each for itself, all others together. */
export type Rooms = ReadonlyMap<string, UsedRoom>;

/** Whose room is used by whoever is not the node of a hub. */
export const SHARED_ROOM = 'others';

/** How many bytes are used at a height. */
export function usedAt({ perBlock }: RoomSize, used: UsedRoom | undefined, height: number): number {
  return used === undefined ? 0 : Math.max(0, used.bytes - perBlock * Math.max(0, height - used.height));
}

/** What is used with so many bytes more at a height; `null` where there is no room for them. */
export function useRoom(
  size: RoomSize,
  used: UsedRoom | undefined,
  bytes: number,
  height: number,
): UsedRoom | null {
  const sum = usedAt(size, used, height) + bytes;
  return sum > size.bytes ? null : { bytes: sum, height };
}
