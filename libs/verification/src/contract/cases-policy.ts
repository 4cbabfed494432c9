import { CLAIM_NAMES, formatEvidence } from '@besure/protocol';
import { staged } from './case-tools.ts';
import type { EvidenceCase } from './cases.ts';
import { DOCUMENT, Network } from './network.ts';

const SLOT_END = 1_795_371_900;

/** Evidence that holds, but is not acceptable. */
export const policyCases: readonly EvidenceCase[] = [
  staged('no-cosignature', 'Signed as the log, cosigned by nobody.', 'quorum-not-met', {
    lines: (network, { slot }) => network.lines(network.times(slot)).slice(0, 1),
  }),
  staged('one-of-three-hubs', 'Cosigned by one of three hubs, where two are needed.', 'quorum-not-met', {
    network: { hubs: 3 },
    lines: (network) => network.lines({ 'hub-2': SLOT_END + 30 }),
  }),
  {
    name: 'second-recording-without-quorum',
    comment: 'Two recordings, and only one under a quorum: evidence must not lean on the other.',
    code: 'quorum-not-met',
    make: () => {
      const network = new Network({ hubs: 3 });
      const statement = network.statement();
      const countersignature = network.countersignature(statement);
      const first = network.recording(network.record('alpha', statement, countersignature));
      const second = network.record('exchange', statement, countersignature);
      const weak = network.recording(second, network.lines({ 'hub-1': SLOT_END + 30 }));
      return {
        evidence: formatEvidence(network.evidence(statement, countersignature, [first, weak])),
        trust: network.trust,
      };
    },
  },
  staged('assurance-one-hub', 'One hub, where the trust file asks for several.', 'assurance-too-low', {
    network: { leastAssurance: 'recorded' },
  }),
  staged(
    'assurance-of-a-quorum-of-one',
    'All of three hubs cosigned, but the charter is content with one, so one alone can move the time.',
    'assurance-too-low',
    { network: { hubs: 3, quorum: 1, leastAssurance: 'recorded' } },
  ),
  staged(
    'assurance-no-time-stamp',
    'No time stamp from outside, where the trust file asks for one.',
    'assurance-too-low',
    {
      network: { hubs: 3, leastAssurance: 'time-stamped' },
    },
  ),
  {
    name: 'one-sided',
    comment: 'The exchange did not countersign.',
    code: 'one-sided',
    make: () => {
      const network = new Network();
      const statement = network.statement();
      const recording = network.recording(network.record('alpha', statement, null));
      return {
        evidence: formatEvidence(network.evidence(statement, null, [recording])),
        trust: network.trust,
      };
    },
  },
  staged('shown-but-not-checked', 'A shown claim that the exchange did not check.', 'partly-agreed', {
    countersignature: (network, made) =>
      network.countersignature(made, { checked: CLAIM_NAMES.filter((name) => name !== 'document') }),
  }),
  staged(
    'role-not-checked',
    'The exchange did not check the event, so not who may state it either; it is hidden.',
    'partly-agreed',
    {
      countersignature: (network, made) =>
        network.countersignature(made, { checked: CLAIM_NAMES.filter((name) => name !== 'event') }),
      show: ['time', 'document'],
    },
  ),
  staged(
    'tolerance-too-large',
    'The exchange allowed a day where the charter allows two minutes.',
    'agreement-too-loose',
    {
      countersignature: (network, made) => network.countersignature(made, { tolerance: 86_400 }),
    },
  ),
  staged(
    'confirmed-before-its-slot',
    'Confirmed an hour before the slot of the item began.',
    'recorded-before-slot',
    {
      lines: (network) => network.lines({ 'hub-1': SLOT_END - 3900 }),
      show: ['event'],
    },
  ),
  staged(
    'claimed-after-recording',
    'A moment that lies an hour after the recording.',
    'claimed-after-recording',
    {
      statement: { claims: { time: '2026-11-22T19:21:00.000Z' } },
    },
  ),
  staged('late', 'Recorded more than a day after the claimed moment.', 'late', {
    statement: { claims: { time: '2026-11-21T18:00:00.000Z' } },
  }),
  staged(
    'late-with-hidden-time',
    'The moment is hidden; the slot in which it was signed is more than a day before the recording.',
    'late',
    {
      slot: 1100 + 300,
      show: ['event'],
    },
  ),
  staged(
    'document-hidden',
    'A document is at hand, but the evidence hides which one it is about.',
    'document-hidden',
    {
      show: ['event', 'time'],
    },
    { document: DOCUMENT },
  ),
];
