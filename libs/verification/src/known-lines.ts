import { type Charter, isWithin, type Period } from '@besure/governance';
import {
  decodeBase64url,
  NO_TIME,
  type NoteKey,
  type NoteKeyType,
  noteKey,
  parseCheckpoint,
  type Primitives,
  type Sha256,
  verifyCheckpointSignature,
} from '@besure/protocol';

/** A signature line on a published checkpoint that verifies under a key of the charter. */
export interface KnownLine {
  readonly line: string;
  readonly key: NoteKey;
  /** As the log, without a time, or as a witness, with one. */
  readonly role: 'log' | 'witness';
  readonly by: { readonly kind: 'hub' | 'witness'; readonly id: string };
  /** POSIX seconds; 0 for a line as the log. */
  readonly time: number;
}

type PublishedKey = Omit<KnownLine, 'line' | 'time'> & { readonly period: Period };

/** Times with a meaning: after 1970 begins, and before the year 10000, where RFC 3339 ends. */
const ALL_TIMES: Period = { from: 1, until: 253_402_300_800 };
/** Lines of one key that are tried: to verify costs more than to send. */
const MOST_TRIED = 4;

/**
 * The signature lines of a published checkpoint that are of keys of the charter and verify, one of each key, its earliest: those that count, and
 * Ed25519 lines for existing tools. All others are left out, as C2SP asks; so are those with a time outside of the key's period. There are none
 * where the checkpoint is of another log. Throws a ProtocolError for what is no checkpoint.
 */
export function knownLines(note: string, charter: Charter, primitives: Primitives): KnownLine[] {
  const { origin, size, root, signatures } = parseCheckpoint(note);
  if (origin !== charter.log.origin) return [];
  return publishedKeys(charter, primitives.sha256).flatMap(({ period, ...known }) => {
    const { key, role } = known;
    const candidates = signatures.filter(({ name, keyId }) => name === key.name && keyId === key.keyId);
    const verified = candidates.slice(0, MOST_TRIED).flatMap((signature): KnownLine[] => {
      try {
        const time = verifyCheckpointSignature({ origin, size, root }, signature, key, primitives);
        const counts =
          role === 'log' ? time === NO_TIME : isWithin(ALL_TIMES, time) && isWithin(period, time);
        return counts ? [{ ...known, line: signature.line, time }] : [];
      } catch {
        return [];
      }
    });
    return verified.toSorted((a, b) => a.time - b.time).slice(0, 1);
  });
}

/** All keys that may sign published checkpoints, each with the period of the times that it may state. */
function publishedKeys({ log, hubs, witnesses }: Charter, sha256: Sha256): PublishedKey[] {
  const make = (type: NoteKeyType, name: string, encoded: string): NoteKey =>
    noteKey(type, name, decodeBase64url(encoded), sha256);
  return [
    ...hubs.flatMap(({ id, name, keys }) =>
      keys.flatMap((period): PublishedKey[] => {
        const by = { kind: 'hub', id } as const;
        return [
          { role: 'log', by, period, key: make('ml-dsa-44', log.origin, period.log.mlDsa44) },
          { role: 'log', by, period, key: make('ed25519-log', log.origin, period.log.ed25519) },
          { role: 'witness', by, period, key: make('ml-dsa-44', name, period.witness.mlDsa44) },
          { role: 'witness', by, period, key: make('ed25519-cosignature', name, period.witness.ed25519) },
        ];
      }),
    ),
    ...witnesses.flatMap(({ id, name, keys }) =>
      keys.map((period): PublishedKey => {
        const by = { kind: 'witness', id } as const;
        return { role: 'witness', by, period, key: make('ml-dsa-44', name, period.mlDsa44) };
      }),
    ),
  ];
}
