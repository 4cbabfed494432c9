import { type Charter, countedAs, type Period } from '@besure/governance';
import { decodeBase64url, type NoteKey, type NoteKeyType, noteKey, type Sha256 } from '@besure/protocol';

/** A key that may sign checkpoints of the network's log, and for whom it stands. */
export interface CheckpointKey {
  readonly key: NoteKey;
  /** As the log, under the origin's name and without a time, or as a witness, under its own name and with one. */
  readonly role: 'log' | 'witness';
  readonly by: Cosigner;
  /** The times (POSIX seconds) for which it counts as a witness. */
  readonly period: Period;
}

/** Who signs checkpoints. */
export interface Cosigner {
  readonly kind: 'hub' | 'witness';
  readonly id: string;
  /** What the operator or the group that really runs it counts as (countedAs): all of one party count once. */
  readonly party: string;
}

const known = new WeakMap<Charter, readonly CheckpointKey[]>();

/**
 * All keys that may sign checkpoints under a charter, in the order in which their lines stand: as the log first, then hubs as
 * witnesses, then the other witnesses; each in the charter's order, and ML-DSA-44 before Ed25519.
 */
export function checkpointKeys(charter: Charter, sha256: Sha256): readonly CheckpointKey[] {
  const made = known.get(charter) ?? makeKeys(charter, sha256);
  known.set(charter, made);
  return made;
}

/** Those whose lines may stand in evidence: only what counts does. */
export function evidenceKeys(charter: Charter, sha256: Sha256): readonly CheckpointKey[] {
  return checkpointKeys(charter, sha256).filter(({ key }) => key.type === 'ml-dsa-44');
}

function makeKeys({ hubs, witnesses, log }: Charter, sha256: Sha256): CheckpointKey[] {
  const make = (type: NoteKeyType, name: string, encoded: string): NoteKey =>
    noteKey(type, name, decodeBase64url(encoded), sha256);
  const ofHubs = (role: 'log' | 'witness'): CheckpointKey[] =>
    hubs.flatMap(({ id, operator, name, keys }) =>
      keys.flatMap((period): CheckpointKey[] => {
        const by = { kind: 'hub', id, party: countedAs(operator) } as const;
        const signsAs = role === 'log' ? log.origin : name;
        const ed25519 = role === 'log' ? 'ed25519-log' : 'ed25519-cosignature';
        return [
          { role, by, period, key: make('ml-dsa-44', signsAs, period[role].mlDsa44) },
          { role, by, period, key: make(ed25519, signsAs, period[role].ed25519) },
        ];
      }),
    );
  return [
    ...ofHubs('log'),
    ...ofHubs('witness'),
    ...witnesses.flatMap(({ id, group, name, keys }) =>
      keys.map((period): CheckpointKey => {
        const by = { kind: 'witness', id, party: countedAs(group) } as const;
        return { role: 'witness', by, period, key: make('ml-dsa-44', name, period.mlDsa44) };
      }),
    ),
  ];
}
