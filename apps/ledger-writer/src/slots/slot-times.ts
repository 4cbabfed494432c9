import type { Charter } from '@besure/governance';

/** Blocks bear whole seconds, and come when they come: no item is late within this. */
const LEAST_MILLIS = 2000;

/** How long after its slot's end an item may stand in a block and be in time: as long as another slot. */
function allowanceMillis({ slots }: Pick<Charter, 'slots'>): number {
  return Math.max(slots.lengthMillis, LEAST_MILLIS);
}

/** By how many seconds an item for this slot in a block of this time (seconds) came too late, counted from the end of the slot; 0 in time. */
export function lateSeconds(charter: Pick<Charter, 'slots'>, slot: number, blockTime: number): number {
  const { base, startMillis, lengthMillis } = charter.slots;
  const after = blockTime * 1000 - (startMillis + (slot - base + 1) * lengthMillis);
  return after <= allowanceMillis(charter) ? 0 : Math.floor(after / 1000);
}

/** The last slot whose items would come too late in a block of this time (seconds); below the first slot where none would. */
export function lastDueSlot(charter: Pick<Charter, 'slots'>, blockTime: number): number {
  const { base, startMillis, lengthMillis } = charter.slots;
  return (
    base - 1 + Math.floor((blockTime * 1000 - 1 - allowanceMillis(charter) - startMillis) / lengthMillis)
  );
}
