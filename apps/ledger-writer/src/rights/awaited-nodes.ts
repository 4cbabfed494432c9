import { addressFormatOf, type Hub, hubAdmittedAt, type RightsState, standingHubs } from '@besure/governance';
import type { Rooms } from '@besure/ledger-log';
import { decodeAddress, toHex } from '@besure/ledger-tx';

/**
 * Addresses of nodes that the board has admitted with their hubs and that have published no entry of the log of rights since. Who has published one follows the
 * chain beyond the block that let it; before that it must not count as a miner or an administrator, for whom others would wait.
 */
export function awaitedNodes(state: RightsState | null, rooms: Rooms): readonly string[] {
  if (state === null) return [];
  const format = addressFormatOf(state.charter);
  // Hubs may share a node: it is there if one of them is no new one.
  const nodes = Map.groupBy(standingHubs(state.charter), ({ nodeAddress }) => nodeAddress);
  return [...nodes].flatMap(([address, hubs]) => {
    const published = rooms.get(toHex(decodeAddress(address, format)));
    const isNew = ({ id }: Hub): boolean => {
      const admittedAt = hubAdmittedAt(state, id);
      return admittedAt !== null && (published === undefined || published.height <= admittedAt);
    };
    return hubs.every(isNew) ? [address] : [];
  });
}
