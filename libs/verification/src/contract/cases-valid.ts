import { formatEvidence } from '@besure/protocol';
import { staged } from './case-tools.ts';
import type { EvidenceCase } from './cases.ts';
import { DOCUMENT, Network } from './network.ts';

const SLOT = 1100;

export const validCases: readonly EvidenceCase[] = [
  {
    name: 'complete',
    comment: 'Everything shown, countersigned, recorded by issuer and exchange, and the document at hand.',
    code: 'proven',
    make: () => {
      const network = new Network();
      return { evidence: network.completeFile(), trust: network.trust, document: DOCUMENT };
    },
  },
  {
    name: 'facts-without-document',
    comment: 'The second view: who sent something to whom and when, but not which document.',
    code: 'proven',
    make: () => {
      const network = new Network();
      const show = ['event', 'time', 'sender', 'sender_org', 'recipient', 'recipient_org'] as const;
      return { evidence: formatEvidence(network.complete(show)), trust: network.trust };
    },
  },
  staged('nothing-shown', 'No claim is shown: only that alpha stated something, and since when.', 'proven', {
    show: [],
  }),
  staged(
    'issuer-recording',
    'Countersigned and recorded by the issuer; the recording of the exchange is not there yet.',
    'proven',
    {},
  ),
  {
    name: 'exchange-recording',
    comment: 'What the archive of the counterpart holds when it has only the recording of the exchange.',
    code: 'proven',
    make: () => {
      const network = new Network();
      const statement = network.statement();
      const countersignature = network.countersignature(statement);
      const recording = network.recording(network.record('exchange', statement, countersignature));
      return {
        evidence: formatEvidence(network.evidence(statement, countersignature, [recording])),
        trust: network.trust,
      };
    },
  },
  {
    name: 'agreed-later',
    comment:
      'The issuer got no answer in time and recorded the statement alone; the exchange agreed later and recorded both.',
    code: 'proven',
    make: () => {
      const network = new Network();
      const statement = network.statement();
      const alone = network.record('alpha', statement, null);
      const first = network.recording(alone);
      const countersignature = network.countersignature(statement, { iat: network.iat(SLOT + 3) });
      const second = network.recording(
        network.record('exchange', statement, countersignature, SLOT + 3, 4800),
      );
      return {
        evidence: formatEvidence(network.evidence(statement, countersignature, [first, second])),
        trust: network.trust,
      };
    },
  },
  staged(
    'received',
    'The organisation of the recipient states that the document was handed over.',
    'proven',
    {
      statement: { issuer: 'beta', claims: { event: 'http://uri.etsi.org/19522/Event/ContentHandover' } },
    },
  ),
  staged('refused', 'A negative event, with its reason.', 'proven', {
    statement: {
      issuer: 'beta',
      claims: {
        event: 'http://uri.etsi.org/19522/Event/ConsignmentRejection',
        reason: 'http://uri.etsi.org/19522/EventReason/RB07',
      },
    },
  }),
  staged('recorded-in-a-later-slot', 'Signed in one slot, recorded in the next but one.', 'proven', {
    slot: SLOT + 2,
  }),
  staged(
    'three-hubs',
    'All of three hubs cosigned, two of them are needed; the trust file asks for more than one hub.',
    'proven',
    {
      network: { hubs: 3, leastAssurance: 'recorded' },
    },
  ),
  staged('two-of-three-hubs', 'Two of three hubs cosigned.', 'proven', {
    network: { hubs: 3, leastAssurance: 'recorded' },
    lines: (network) => network.lines({ 'hub-1': 1_795_371_930, 'hub-3': 1_795_371_990 }),
  }),
];
