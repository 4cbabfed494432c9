import type { SeenCheckpoint } from './seen-checkpoint.js';

/** Two checkpoints of one hub, by which it went back: the smaller one was cosigned later. */
export interface GoingBack {
  readonly hub: string;
  readonly ours: SeenCheckpoint;
  readonly theirs: SeenCheckpoint;
}

/**
 * Whether a hub cosigned a smaller size at a later time than a larger one: cosigners go forward only, so the two lines by one of its keys name it. An old
 * checkpoint with its old time says nothing.
 */
export function caughtGoingBack(seen: SeenCheckpoint, others: readonly SeenCheckpoint[]): GoingBack | null {
  for (const { role, by, key, time } of seen.lines) {
    if (role !== 'witness' || by.kind !== 'hub' || key.type !== 'ml-dsa-44') continue;
    for (const other of others) {
      const line = other.lines.find((one) => one.key.keyId === key.keyId && one.key.name === key.name);
      if (line === undefined || other.body.size === seen.body.size) continue;
      const isEarlier = seen.body.size < other.body.size;
      if (isEarlier ? time > line.time : time < line.time) return { hub: by.id, ours: other, theirs: seen };
    }
  }
  return null;
}
