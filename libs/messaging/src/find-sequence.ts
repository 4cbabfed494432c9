import type { NatsConnection } from 'nats';
import { messageHeader, type StreamState } from './jetstream-api.js';
import { positionOf, TO_HEADER } from './pipe-names.js';

/** So many messages in a row may tell no position (vanished meanwhile, or not ours) before the search gives up on them. */
const MOST_PROBES = 8;

/**
 * The sequence number of the first message with an event after a position, by halving: positions grow with sequence
 * numbers. `last + 1` when there is none.
 */
export async function findSequence(
  connection: NatsConnection,
  stream: string,
  state: StreamState,
  after: number,
): Promise<number> {
  let low = state.first;
  let high = state.last + 1;
  if (state.messages === 0) return high;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { sequence, to } = await probe(connection, stream, middle, Math.min(high, middle + MOST_PROBES));
    if (to === null) {
      // Nothing but messages without position up to the end of what is left: look before them. Otherwise they have vanished,
      // and messages vanish at the front.
      if (sequence === high) high = middle;
      else low = sequence;
    } else if (to > after) {
      high = middle;
    } else {
      low = sequence + 1;
    }
  }
  return low;
}

/** The first message from `from` on, and before `end`, that tells a position. */
async function probe(
  connection: NatsConnection,
  stream: string,
  from: number,
  end: number,
): Promise<{ sequence: number; to: number | null }> {
  for (let sequence = from; sequence < end; sequence += 1) {
    const to = positionOf(await messageHeader(connection, stream, sequence, TO_HEADER));
    if (to !== null) return { sequence, to };
  }
  return { sequence: end, to: null };
}
