import type { Charter } from '@besure/governance';
import { decodeBase64url, type NoteKey, type NoteKeyType, noteKey, type Sha256 } from '@besure/protocol';

/** A key that may sign checkpoints of the network's log, and for whom it stands. */
export interface CheckpointKey {
  readonly key: NoteKey;
  readonly hub: string;
  /** As the log, under the origin's name, or as a witness, under the hub's own. */
  readonly role: 'log' | 'witness';
}

/**
 * All keys that may sign checkpoints under a charter, in the order in which their lines stand in evidence: as the log
 * first, then as witnesses, each in the charter's order of hubs, ML-DSA-44 before Ed25519.
 */
export function checkpointKeys({ hubs, log }: Charter, sha256: Sha256): CheckpointKey[] {
  const make = (type: NoteKeyType, name: string, encoded: string): NoteKey =>
    noteKey(type, name, decodeBase64url(encoded), sha256);
  return [
    ...hubs.flatMap(({ id: hub, keys }) =>
      keys.flatMap(({ log: { mlDsa44, ed25519 } }): CheckpointKey[] => [
        { hub, role: 'log', key: make('ml-dsa-44', log.origin, mlDsa44) },
        { hub, role: 'log', key: make('ed25519-log', log.origin, ed25519) },
      ]),
    ),
    ...hubs.flatMap(({ id: hub, name, keys }) =>
      keys.flatMap(({ witness: { mlDsa44, ed25519 } }): CheckpointKey[] => [
        { hub, role: 'witness', key: make('ml-dsa-44', name, mlDsa44) },
        { hub, role: 'witness', key: make('ed25519-cosignature', name, ed25519) },
      ]),
    ),
  ];
}
