import { decodeBase64url, encodeVerifierKey, type NoteKeyType, noteKey, type Sha256 } from '@besure/protocol';
import type { Charter } from './charter.js';
import { countedAs } from './counted-name.js';
import { groupsOf, operatorsOf } from './quorum.js';

/**
 * The quorum of a charter as a C2SP tlog-policy, so that others' tools can judge checkpoints by it. Such a policy knows no
 * periods: it holds every key that the charter lists, whatever its time. Only ML-DSA-44 keys stand in it, as only they count.
 */
export function tlogPolicyOf({ network, log, hubs, witnesses, quorum }: Charter, sha256: Sha256): string {
  const vkey = (name: string, key: string): string => {
    const type: NoteKeyType = 'ml-dsa-44';
    return encodeVerifierKey(noteKey(type, name, decodeBase64url(key), sha256));
  };
  const lines = [
    `# Checkpoints of the network ${network}, by its charter.`,
    ...hubs.flatMap(({ keys }) => keys.map((key) => `log ${vkey(log.origin, key.log.mlDsa44)}`)),
    ...partiesOf(
      'operator',
      hubs.map(({ id, name, operator, keys }) => ({
        runBy: operator,
        keys: keys.map(({ witness }, i) => [`hub-${id}-${i + 1}`, vkey(name, witness.mlDsa44)] as const),
      })),
    ),
    ...partiesOf(
      'group',
      witnesses.map(({ id, name, group, keys }) => ({
        runBy: group,
        keys: keys.map(({ mlDsa44 }, i) => [`witness-${id}-${i + 1}`, vkey(name, mlDsa44)] as const),
      })),
    ),
    ...quorumLines('operator', 'operators', quorum.hubs, operatorsOf(hubs).size),
    ...quorumLines('group', 'groups', quorum.witnesses, groupsOf(witnesses).size),
    ...(quorum.witnesses === 0 ? ['quorum operators'] : ['group both all operators groups', 'quorum both']),
  ];
  return `${lines.join('\n')}\n`;
}

interface Cosigner {
  readonly runBy: string;
  readonly keys: readonly (readonly [name: string, vkey: string])[];
}

/** One group for each party: any of its keys will do, and all of them count once. */
function partiesOf(kind: string, cosigners: readonly Cosigner[]): string[] {
  return [...Map.groupBy(cosigners, ({ runBy }) => countedAs(runBy)).values()].flatMap((theirs, i) => {
    const keys = theirs.flatMap((one) => one.keys);
    return [
      `# ${kind}-${i + 1} is ${theirs[0]!.runBy}`,
      ...keys.map(([name, vkey]) => `witness ${name} ${vkey}`),
      `group ${kind}-${i + 1} any ${keys.map(([name]) => name).join(' ')}`,
    ];
  });
}

function quorumLines(kind: string, name: string, needed: number, parties: number): string[] {
  if (needed === 0) return [];
  const members = Array.from({ length: parties }, (_, i) => `${kind}-${i + 1}`);
  return [`group ${name} ${needed} ${members.join(' ')}`];
}
