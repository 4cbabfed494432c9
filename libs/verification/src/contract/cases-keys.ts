import type { Charter, Organisation, SigningKey } from '@besure/governance';
import { encodeAddress, parseAddressFormat } from '@besure/ledger-tx';
import { encodeBase64url, formatEvidence } from '@besure/protocol';
import { staged } from './case-tools.ts';
import type { EvidenceCase } from './cases.ts';
import { ledgerKeyHash, Network, sealOf } from './network.ts';

type Alter = (charter: Charter) => Charter;

/** The height at which everything is recorded unless told otherwise, and the one at which something later is. */
const HEIGHT = 4711;
const LATER = 4800;
/** When the one hub has confirmed what was recorded at HEIGHT: half a minute after the end of slot 1100. */
const RECORDED = 1_795_371_930;

function member(id: string, change: (member: Organisation) => Organisation): Alter {
  return (charter) => ({
    ...charter,
    organisations: charter.organisations.map((one) => (one.id === id ? change(one) : one)),
  });
}

function suspendedFrom(height: number): (one: Organisation) => Organisation {
  return (one) => ({ ...one, suspensions: [{ from: height, until: null }] });
}

/** The one signing key that a member has. */
function signingKey(id: string, change: Partial<SigningKey>): Alter {
  return member(id, (one) => ({
    ...one,
    signingKeys: one.signingKeys.map((key) => ({ ...key, ...change })),
  }));
}

/** The member's first key until that height, and another one from then on. */
function rotated(id: string, height: number): Alter {
  const later = encodeBase64url(sealOf(`${id} later`).publicKey);
  return member(id, (one) => ({
    ...one,
    signingKeys: [
      { ...one.signingKeys[0]!, until: height },
      { key: later, from: height, until: null, compromisedFrom: null },
    ],
  }));
}

/** Alpha's first ledger key until one height, and another one from another height on. */
function newLedgerKey(until: number, from: number): Alter {
  return member('alpha', (one) => ({
    ...one,
    ledgerKeys: [
      { ...one.ledgerKeys[0]!, until },
      { address: addressOf('alpha later'), from, until: null },
    ],
  }));
}

function addressOf(name: string): string {
  const { addressVersion, addressChecksum } = new Network().charter.ledger;
  return encodeAddress(ledgerKeyHash(name), parseAddressFormat(addressVersion, addressChecksum));
}

function algorithmEnds(algorithm: keyof Charter['algorithms'], at: number): Alter {
  return (charter) => ({ ...charter, algorithms: { ...charter.algorithms, [algorithm]: at } });
}

/** Evidence with some recordings of one statement, each at a height of its own, under a charter that was altered. */
function recordedAt(
  name: string,
  comment: string,
  code: EvidenceCase['code'],
  alter: Alter,
  recordings: readonly {
    readonly by: string;
    readonly height: number;
    readonly alone?: boolean;
    readonly slot?: number;
  }[],
  keys: { readonly statement?: string; readonly countersignature?: string } = {},
): EvidenceCase {
  return {
    name,
    comment,
    code,
    make: () => {
      const network = new Network({ alter });
      const statement = network.statement(
        keys.statement === undefined ? {} : { signer: keys.statement, certificate: keys.statement },
      );
      const countersignature = network.countersignature(
        statement,
        keys.countersignature === undefined ? {} : { signer: keys.countersignature },
      );
      const made = recordings.map(({ by, height, alone = false, slot }) =>
        network.recording(network.record(by, statement, alone ? null : countersignature, slot, height)),
      );
      return {
        evidence: formatEvidence(network.evidence(statement, countersignature, made)),
        trust: network.trust,
      };
    },
  };
}

const BY_ALPHA = { by: 'alpha', height: HEIGHT } as const;
const BY_EXCHANGE = { by: 'exchange', height: HEIGHT } as const;

/** Keys and memberships by height, algorithms by recorded time. */
export const keyCases: readonly EvidenceCase[] = [
  staged(
    'key-revoked-after-recording',
    'The key of the issuer was revoked with the block after the one that holds the recording.',
    'proven',
    { network: { alter: signingKey('alpha', { until: HEIGHT + 1 }) } },
  ),
  staged(
    'key-revoked-before-recording',
    'The key of the issuer was revoked with the block that holds the recording: whoever found it cannot use it.',
    'key-not-valid',
    { network: { alter: signingKey('alpha', { until: HEIGHT }) } },
  ),
  staged(
    'key-before-its-time',
    'The key of the issuer begins one block after the recording.',
    'key-not-valid',
    {
      network: { alter: signingKey('alpha', { from: HEIGHT + 1 }) },
    },
  ),
  staged(
    'key-compromised-after-recording',
    'The key of the issuer is in other hands from the block after the recording on.',
    'proven',
    { network: { alter: signingKey('alpha', { compromisedFrom: HEIGHT + 1, until: HEIGHT + 9 }) } },
  ),
  staged(
    'key-compromised-before-recording',
    'The key of the issuer was in other hands when this was recorded, though not revoked yet.',
    'key-compromised',
    { network: { alter: signingKey('alpha', { compromisedFrom: HEIGHT, until: HEIGHT + 9 }) } },
  ),
  staged(
    'exchange-key-compromised',
    'The key of the exchange was in other hands when its agreement was recorded.',
    'key-compromised',
    { network: { alter: signingKey('exchange', { compromisedFrom: HEIGHT - 100 }) } },
  ),
  staged(
    'exchange-key-revoked-before-recording',
    'The key of the exchange was revoked before its agreement was recorded.',
    'key-not-valid',
    { network: { alter: signingKey('exchange', { until: HEIGHT }) } },
  ),
  staged(
    'exchange-key-revoked-after-recording',
    'The key of the exchange was revoked with the block after the recording.',
    'proven',
    { network: { alter: signingKey('exchange', { until: HEIGHT + 1 }) } },
  ),
  recordedAt(
    'key-rotated-between-recordings',
    'The issuer recorded under its first key, the exchange when the second was in force: the earlier recording decides.',
    'proven',
    rotated('alpha', HEIGHT + 1),
    [BY_ALPHA, { by: 'exchange', height: LATER }],
  ),
  recordedAt(
    'key-rotated-and-the-first-recording-left-out',
    'The same with the later recording alone, where the key was in force no more.',
    'key-not-valid',
    rotated('alpha', HEIGHT + 1),
    [{ by: 'exchange', height: LATER }],
  ),
  recordedAt(
    'second-key',
    'Signed with the key that followed the first one.',
    'proven',
    rotated('alpha', HEIGHT),
    [BY_ALPHA],
    { statement: 'alpha later' },
  ),
  recordedAt(
    'second-key-too-early',
    'Signed with a key that begins only after the recording.',
    'key-not-valid',
    rotated('alpha', HEIGHT + 1),
    [BY_ALPHA],
    { statement: 'alpha later' },
  ),
  recordedAt(
    'exchange-key-rotated-between-recordings',
    'The issuer recorded the agreement under the first key of the exchange, the exchange when its second was in force.',
    'proven',
    rotated('exchange', HEIGHT + 1),
    [BY_ALPHA, { by: 'exchange', height: LATER }],
  ),
  recordedAt(
    'agreed-with-the-old-key',
    'Recorded alone; the agreement, recorded later, was signed with a key of the exchange that had ended: stolen, perhaps.',
    'key-not-valid',
    rotated('exchange', HEIGHT + 1),
    [
      { ...BY_ALPHA, alone: true },
      { by: 'exchange', height: LATER, slot: 1101 },
    ],
  ),
  staged('issuer-left-after-recording', 'The issuer left with the block after the recording.', 'proven', {
    network: { alter: member('alpha', (one) => ({ ...one, until: HEIGHT + 1 })) },
  }),
  staged('issuer-left-before-recording', 'The issuer left with the block of the recording.', 'not-a-member', {
    network: { alter: member('alpha', (one) => ({ ...one, until: HEIGHT })) },
  }),
  staged(
    'issuer-joined-after-recording',
    'The issuer joined one block after the recording.',
    'not-a-member',
    {
      network: { alter: member('alpha', (one) => ({ ...one, from: HEIGHT + 1 })) },
    },
  ),
  recordedAt(
    'issuer-left-and-the-exchange-recorded',
    'The issuer had left when the exchange recorded; nothing shows that the statement existed before.',
    'not-a-member',
    member('alpha', (one) => ({ ...one, until: HEIGHT })),
    [BY_EXCHANGE],
  ),
  recordedAt(
    'issuer-left-between-recordings',
    'The issuer left between its own recording and that of the exchange.',
    'proven',
    member('alpha', (one) => ({ ...one, until: HEIGHT + 1 })),
    [BY_ALPHA, { by: 'exchange', height: LATER }],
  ),
  staged('issuer-suspended-after-recording', 'The issuer was suspended after the recording.', 'proven', {
    network: { alter: member('alpha', suspendedFrom(HEIGHT + 1)) },
  }),
  staged(
    'issuer-suspended-before-recording',
    'The membership of the issuer rested when it was recorded.',
    'not-a-member',
    { network: { alter: member('alpha', suspendedFrom(HEIGHT)) } },
  ),
  staged('ledger-key-replaced-after-recording', 'The ledger key was replaced later.', 'proven', {
    network: { alter: newLedgerKey(HEIGHT + 1, HEIGHT + 1) },
  }),
  staged(
    'ledger-key-replaced-before-recording',
    'The item is by the ledger key that another had replaced before: no entry of the log names it there.',
    'not-in-log',
    { network: { alter: newLedgerKey(HEIGHT, HEIGHT) } },
  ),
  staged(
    'no-ledger-key-in-force',
    'At that height no ledger key of the issuer was in force.',
    'key-not-valid',
    {
      network: { alter: newLedgerKey(HEIGHT, HEIGHT + 1) },
    },
  ),
  staged('algorithm-ended-after-recording', 'ES256 ended one second after the recorded time.', 'proven', {
    network: { alter: algorithmEnds('ES256', RECORDED + 1) },
  }),
  staged('algorithm-ended', 'ML-DSA-44 ended at the recorded time.', 'algorithm-ended', {
    network: { alter: algorithmEnds('ML-DSA-44', RECORDED) },
  }),
  recordedAt(
    'algorithm-ended-before-the-agreement',
    'SHA-256 ended between the two recordings: the second could have been made up.',
    'algorithm-ended',
    algorithmEnds('SHA-256', RECORDED + 1),
    [BY_ALPHA, { by: 'exchange', height: LATER, slot: 1101 }],
  ),
];
