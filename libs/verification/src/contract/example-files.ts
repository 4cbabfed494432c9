import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Charter } from '@besure/governance';
import { encodeBase64url, type EvidenceV1, formatEvidence, type TimeStampV1 } from '@besure/protocol';
import { DOCUMENT, type MadeStatement, Network, type Recorded, sealOf } from './network.ts';

// Evidence files as holders have them, all under one trust file: what people try `besure verify` with.

/** Where they are. */
export const EXAMPLES: string = new URL('../../../../examples/evidence', import.meta.url).pathname;

const DAY = 86_400;
const HEIGHT = 4711;
/** Alpha's first key was found to be in other hands, since an earlier block, and ended here. */
const REVOKED = 4800;
const COMPROMISED = 4750;

function charterOfExamples(charter: Charter): Charter {
  return {
    ...charter,
    organisations: charter.organisations.map((one) => {
      const [first] = one.signingKeys;
      if (one.id !== 'alpha' || first === undefined) return one;
      const next = encodeBase64url(sealOf('alpha later').publicKey);
      return {
        ...one,
        signingKeys: [
          { ...first, until: REVOKED, compromisedFrom: COMPROMISED },
          { key: next, from: REVOKED, until: null, compromisedFrom: null },
        ],
      };
    }),
  };
}

function network(): Network {
  return new Network({
    witnesses: ['alpha', 'beta', 'exchange'],
    groups: ['Alpha Social Services', 'Beta Tax Administration', 'Example eBox'],
    quorum: { hubs: 1, witnesses: 2 },
    leastAssurance: 'recorded',
    alter: charterOfExamples,
  });
}

type Make = (network: Network) => EvidenceV1;

/** Recorded by its issuer and by the exchange; what else is done with each recording is for `stamp`. */
const recordedByBoth =
  (
    statementOf: (network: Network) => MadeStatement,
    stamp: (network: Network, recorded: Recorded) => TimeStampV1 | null = () => null,
  ): Make =>
  (net) => {
    const statement = statementOf(net);
    const countersignature = net.countersignature(statement);
    const recordings = [statement.issuer, 'exchange'].map((by) => {
      const recorded = net.record(by, statement, countersignature);
      return net.recording(recorded, undefined, stamp(net, recorded));
    });
    return net.evidence(statement, countersignature, recordings);
  };

/** Stated by alpha with its first key, recorded by alpha at a height. */
const recordedAt =
  (height: number): Make =>
  (net) => {
    const statement = net.statement();
    const countersignature = net.countersignature(statement);
    const recorded = net.record('alpha', statement, countersignature, undefined, height);
    return net.evidence(statement, countersignature, [net.recording(recorded)]);
  };

const RECEIVED = { event: 'http://uri.etsi.org/19522/Event/ContentHandover' };

const EVIDENCE: Readonly<Record<string, Make>> = {
  recorded: recordedByBoth((net) => net.statement({ issuer: 'beta', claims: RECEIVED })),
  'time-stamped': recordedByBoth(
    (net) => net.statement(),
    (net, recorded) => net.timeStamp(recorded, (net.times(recorded.slot)['hub-1'] ?? 0) + DAY / 2),
  ),
  'facts-only': (net) =>
    net.complete(['event', 'time', 'sender', 'sender_org', 'recipient', 'recipient_org']),
  'agreed-later': (net) => {
    const statement = net.statement();
    const alone = net.recording(net.record('alpha', statement, null));
    const countersignature = net.countersignature(statement, { iat: net.iat(1103) });
    const later = net.recording(net.record('exchange', statement, countersignature, 1103, HEIGHT + 9));
    return net.evidence(statement, countersignature, [alone, later]);
  },
  'one-sided': (net) => {
    const statement = net.statement();
    return net.evidence(statement, null, [net.recording(net.record('alpha', statement, null))]);
  },
  late: recordedByBoth((net) => net.statement({ claims: { time: '2026-11-21T18:00:00.000Z' } })),
  'too-few-confirmed': (net) => {
    const statement = net.statement();
    const countersignature = net.countersignature(statement);
    const recorded = net.record('alpha', statement, countersignature);
    const { 'hub-1': hub = 0, 'archive of alpha': archive = 0 } = net.times(recorded.slot);
    const lines = net.lines({ 'hub-1': hub, 'archive of alpha': archive });
    return net.evidence(statement, countersignature, [net.recording(recorded, lines)]);
  },
  'key-revoked-after-recording': recordedAt(HEIGHT),
  'key-revoked-before-recording': recordedAt(REVOKED + 100),
  'key-compromised': recordedAt(COMPROMISED + 10),
};

/** All files, by name. */
export function exampleFiles(): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>([
    ['trust.json', network().trust],
    ['document.pdf', DOCUMENT],
  ]);
  for (const [name, make] of Object.entries(EVIDENCE))
    files.set(`${name}.json`, formatEvidence(make(network())));
  const recorded = files.get('recorded.json');
  if (typeof recorded === 'string')
    files.set('changed.json', recorded.replace('"slot": 1100', '"slot": 1101'));
  return files;
}

/** Writes them anew. */
export function writeExamples(): void {
  mkdirSync(EXAMPLES, { recursive: true });
  for (const [name, content] of exampleFiles()) writeFileSync(join(EXAMPLES, name), content);
}
