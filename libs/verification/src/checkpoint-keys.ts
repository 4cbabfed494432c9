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
    ...hubs.flatMap(({ id: hub, logKeys }): CheckpointKey[] => [
      { hub, role: 'log', key: make('ml-dsa-44', log.origin, logKeys.mlDsa44) },
      { hub, role: 'log', key: make('ed25519-log', log.origin, logKeys.ed25519) },
    ]),
    ...hubs.flatMap(({ id: hub, name, witnessKey }): CheckpointKey[] => [
      { hub, role: 'witness', key: make('ml-dsa-44', name, witnessKey.mlDsa44) },
      { hub, role: 'witness', key: make('ed25519-cosignature', name, witnessKey.ed25519) },
    ]),
  ];
}
