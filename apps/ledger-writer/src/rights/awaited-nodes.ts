import { addressFormatOf, hubAdmittedAt, type RightsState, standingHubs } from '@besure/governance';
import type { Rooms } from '@besure/ledger-log';
import { decodeAddress, toHex } from '@besure/ledger-tx';

/**
 * Addresses of nodes that the board has admitted with their hubs and that have published no entry of the log of rights since. Who has published one follows the
 * chain beyond the block that let it; before that it must not count as a miner or an administrator, for whom others would wait.
 */
export function awaitedNodes(state: RightsState | null, rooms: Rooms): readonly string[] {
  if (state === null) return [];
  const format = addressFormatOf(state.charter);
  return standingHubs(state.charter)
    .filter(({ id, nodeAddress }) => {
      const admittedAt = hubAdmittedAt(state, id);
      if (admittedAt === null) return false;
      const published = rooms.get(toHex(decodeAddress(nodeAddress, format)));
      return published === undefined || published.height <= admittedAt;
    })
    .map(({ nodeAddress }) => nodeAddress);
}
