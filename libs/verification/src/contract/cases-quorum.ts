import type { Charter } from '@besure/governance';
import { encodeBase64url } from '@besure/protocol';
import { type SceneOptions, staged } from './case-tools.ts';
import type { EvidenceCase } from './cases.ts';
import { type HubSigners, hubOf, type NetworkOptions, signatureLine } from './network.ts';

type Lines = NonNullable<SceneOptions['lines']>;

/** Half a minute after the end of slot 1100. */
const T = 1_795_371_930;
const ARCHIVES = ['alpha', 'beta', 'exchange'] as const;
const WATCHED: NetworkOptions = {
  witnesses: ARCHIVES,
  quorum: { hubs: 1, witnesses: 2 },
  leastAssurance: 'recorded',
};
/** Three hubs, two of them run by the same. */
const TWO_OPERATORS: NetworkOptions = {
  hubs: 3,
  operators: ['Operator 1', 'Operator 1', 'Operator 2'],
  quorum: 2,
  leastAssurance: 'recorded',
};
const cosignedBy =
  (times: Readonly<Record<string, number>>): Lines =>
  (network) =>
    network.lines(times);

/** Hub 1 has other keys from a second on. */
function rotatedHub(at: number): (charter: Charter) => Charter {
  return (charter) => ({
    ...charter,
    hubs: charter.hubs.map((hub) => {
      const [first] = hub.keys;
      if (hub.id !== 'hub-1' || first === undefined) return hub;
      const { log, witness } = laterKeys(charter.log.origin, hub.name);
      const raw = (signers: HubSigners['log']) => ({
        mlDsa44: encodeBase64url(signers[0]!.key.publicKey),
        ed25519: encodeBase64url(signers[1]!.key.publicKey),
      });
      const second = { from: at, until: null, log: raw(log), witness: raw(witness) };
      return { ...hub, keys: [{ ...first, until: at }, second] };
    }),
  });
}

function laterKeys(origin: string, name: string): HubSigners {
  return hubOf('hub-1 later', origin, name);
}

/** The lines of hub 1 by its first key, its second, or both. */
const byKeys =
  (first: number | null, second: number | null, rest: Readonly<Record<string, number>> = {}): Lines =>
  (network) => {
    const body = network.head();
    const later = laterKeys(network.charter.log.origin, 'hub-1.example/witness').witness[0]!;
    const [log, own] = network.lines({ 'hub-1': first ?? T }, body);
    const others = network.lines(rest, body);
    const logs = others.slice(0, others.length / 2);
    return [
      log!,
      ...logs,
      ...(first === null ? [] : [own!]),
      ...(second === null ? [] : [signatureLine(later, body, second)]),
      ...others.slice(logs.length),
    ];
  };

/** Who must have confirmed a checkpoint: parties, not keys. */
export const quorumCases: readonly EvidenceCase[] = [
  staged(
    'hub-and-archives',
    'One hub, and the archives of three organisations, of which two are needed.',
    'proven',
    { network: WATCHED },
  ),
  staged('hub-and-two-archives', 'The same, and the third archive has not confirmed.', 'proven', {
    network: WATCHED,
    lines: cosignedBy({ 'hub-1': T, 'archive of alpha': T + 5, 'archive of exchange': T + 9 }),
  }),
  staged('hub-and-one-archive', 'One archive where two are needed.', 'quorum-not-met', {
    network: WATCHED,
    lines: cosignedBy({ 'hub-1': T, 'archive of alpha': T + 5 }),
  }),
  staged(
    'archives-without-hub',
    'All archives and no hub: they say that nothing was rewritten, not that it stands in the ledger.',
    'quorum-not-met',
    {
      network: WATCHED,
      lines: (network, { slot }) => network.lines(network.times(slot)).filter((_, i) => i !== 1),
    },
  ),
  staged(
    'archives-of-one-group',
    'Two archives confirmed, but the same organisation runs both: it counts once.',
    'quorum-not-met',
    {
      network: { ...WATCHED, groups: ['Group 1', 'Group 1', 'Group 2'] },
      lines: cosignedBy({ 'hub-1': T, 'archive of alpha': T + 5, 'archive of beta': T + 9 }),
    },
  ),
  staged(
    'archives-of-one-group-spelled-twice',
    'The same, and the name of that organisation is spelled in two ways, with a letter I for the digit.',
    'quorum-not-met',
    {
      network: { ...WATCHED, groups: ['Group 1', 'Group I', 'Group 2'] },
      lines: cosignedBy({ 'hub-1': T, 'archive of alpha': T + 5, 'archive of beta': T + 9 }),
    },
  ),
  staged('archives-of-two-groups', 'The same, and one of another organisation.', 'proven', {
    network: { ...WATCHED, groups: ['Group 1', 'Group 1', 'Group 2'] },
  }),
  staged(
    'one-operator-twice',
    'Two hubs confirmed, where two operators are needed, but the same operator runs both.',
    'quorum-not-met',
    { network: TWO_OPERATORS, lines: cosignedBy({ 'hub-1': T, 'hub-2': T + 1 }) },
  ),
  staged(
    'one-operator-spelled-twice',
    'The same, and the name of that operator is spelled in two ways.',
    'quorum-not-met',
    {
      network: { ...TWO_OPERATORS, operators: ['Operator 1', 'OPERATOR-1', 'Operator 2'] },
      lines: cosignedBy({ 'hub-1': T, 'hub-2': T + 1 }),
    },
  ),
  staged('two-operators', 'Two hubs of two operators.', 'proven', {
    network: TWO_OPERATORS,
    lines: cosignedBy({ 'hub-2': T, 'hub-3': T + 1 }),
  }),
  staged(
    'hub-key-in-its-last-second',
    'The key of the hub ends one second after its confirmation.',
    'proven',
    {
      network: { alter: rotatedHub(T + 1) },
      lines: byKeys(T, null),
    },
  ),
  staged(
    'hub-key-ended',
    'The key of the hub had ended at the very time that it states: it may be in other hands.',
    'quorum-not-met',
    { network: { alter: rotatedHub(T) }, lines: byKeys(T, null) },
  ),
  staged('hub-key-before-its-time', 'The second key of the hub, before its time.', 'quorum-not-met', {
    network: { alter: rotatedHub(T + 1) },
    lines: byKeys(null, T),
  }),
  staged('hub-key-second', 'The second key of the hub, in its time.', 'proven', {
    network: { alter: rotatedHub(T) },
    lines: byKeys(null, T),
  }),
  staged(
    'hub-by-two-keys',
    'A hub by its first and by its second key, each in its time, where two operators are needed: it counts once.',
    'quorum-not-met',
    { network: { hubs: 2, quorum: 2, alter: rotatedHub(T + 1) }, lines: byKeys(T, T + 1) },
  ),
  staged('two-hubs-one-by-two-keys', 'The same, with the other hub.', 'proven', {
    network: { hubs: 2, quorum: 2, alter: rotatedHub(T + 1) },
    lines: byKeys(T, T + 1, { 'hub-2': T }),
  }),
  staged('archive-key-ended', 'The key of an archive had ended when it confirmed.', 'quorum-not-met', {
    network: {
      ...WATCHED,
      alter: (charter) => ({
        ...charter,
        witnesses: charter.witnesses.map((one) =>
          one.id === 'beta' ? { ...one, keys: one.keys.map((key) => ({ ...key, until: T })) } : one,
        ),
      }),
    },
    lines: cosignedBy({ 'hub-1': T, 'archive of alpha': T, 'archive of beta': T }),
  }),
  staged(
    'assurance-minority-of-archives',
    'All confirmed, but the charter is content with one archive of three.',
    'assurance-too-low',
    { network: { ...WATCHED, quorum: { hubs: 1, witnesses: 1 } } },
  ),
  staged(
    'assurance-hub-and-archive-in-one-hand',
    'The operator of the one hub runs the one archive too: one party.',
    'assurance-too-low',
    {
      network: {
        ...WATCHED,
        witnesses: ['alpha'],
        groups: ['Operator 1'],
        quorum: { hubs: 1, witnesses: 1 },
      },
    },
  ),
  staged(
    'assurance-one-hand-spelled-twice',
    'The same, and the name is spelled in two ways.',
    'assurance-too-low',
    {
      network: {
        ...WATCHED,
        witnesses: ['alpha'],
        groups: ['0perator  1'],
        quorum: { hubs: 1, witnesses: 1 },
      },
    },
  ),
];
