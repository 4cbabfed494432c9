import type { Change, Charter, Terms } from '@besure/governance';
import { scene, type SceneOptions, staged } from './case-tools.ts';
import type { EvidenceCase } from './cases.ts';
import { decided, RECORDED_AT } from './cases-trust.ts';
import type { NetworkOptions } from './network.ts';

/** When hub 1 signs: half a minute after the block with the recording. */
const T = 1_795_371_930;
/** Ten minutes, and more than a day, after that block. */
const SOON = RECORDED_AT + 60;
const TOO_LATE = RECORDED_AT + 8_641;

const ONE_OF_TWO: NetworkOptions = { hubs: 2, quorum: 1 };
const BOTH: NetworkOptions = { hubs: 2, quorum: 2 };
const byHub1: NonNullable<SceneOptions['lines']> = (network) => network.lines({ 'hub-1': T });

/** A change of the terms that are given. */
export function terms(change: Partial<Terms>): Change {
  const none = { limits: null, quorum: null, leastAssurance: null, board: null, algorithms: null };
  return { kind: 'change-terms', ...none, ...change };
}

function quorum(hubs: number): Change {
  return terms({ quorum: { hubs, witnesses: 0 } });
}

function lag(largestLagSeconds: number): Change {
  const limits = {
    agreementToleranceSeconds: 120,
    countersignatureDeadlineSeconds: 60,
    largestLagSeconds,
    slotAheadSeconds: 7200,
    timeStampLagSeconds: 172_800,
  };
  return terms({ limits });
}

/** The keys of a hub end, or begin, at a time. */
function hubsThere(periods: Readonly<Record<string, { from?: number; until?: number }>>) {
  return (charter: Charter): Charter => ({
    ...charter,
    hubs: charter.hubs.map((hub) => ({
      ...hub,
      keys: hub.keys.map((keys) => ({ ...keys, ...periods[hub.id] })),
    })),
  });
}

/** Recorded by the issuer, where hub 1 signed, and three slots later by the exchange. */
function recordedTwice(times: Readonly<Record<string, number>>) {
  return () => {
    const { network, statement, countersignature, recording } = scene({
      network: ONE_OF_TWO,
      lines: byHub1,
    });
    const later = network.record('exchange', statement, countersignature, 1103, RECORDED_AT + 90);
    const second = network.recording(later, network.lines(times));
    return { network, evidence: network.evidence(statement, countersignature, [recording, second]) };
  };
}

/** Evidence is held against the terms under which it was recorded. */
export const termsCases: readonly EvidenceCase[] = [
  decided(
    'quorum-raised-later',
    'Both hubs are needed from the block after that of the recording; here one of them signed.',
    'proven',
    (board) => board.decide(quorum(2), RECORDED_AT).trust(),
    { network: ONE_OF_TWO, lines: byHub1 },
  ),
  decided(
    'quorum-raised-before',
    'Both hubs are needed from the block of the recording on.',
    'quorum-not-met',
    (board) => board.decide(quorum(2), RECORDED_AT - 1).trust(),
    { network: ONE_OF_TWO, lines: byHub1 },
  ),
  decided(
    'quorum-lowered-later',
    'Both hubs were needed and one signed; ten minutes later the board is content with one: recorded since then.',
    'proven',
    (board) => board.decide(quorum(1), SOON).trust(),
    { network: BOTH, lines: byHub1 },
  ),
  decided(
    'quorum-lowered-and-dated-back',
    'The same, a day later: one hub alone says nothing about the time before, whatever time it writes.',
    'late',
    (board) => board.decide(quorum(1), TOO_LATE).trust(),
    { network: BOTH, lines: byHub1 },
  ),
  decided(
    'quorum-lowered-and-dated-back-by-a-time-stamp',
    'And an authority stamped the checkpoint in time: that it existed does not mean that it was in the ledger.',
    'late',
    (board) => board.decide(quorum(1), TOO_LATE).trust(),
    () => {
      const { network, evidence, recorded, recording } = scene({ network: BOTH, lines: byHub1 });
      const stamped = { ...recording, timeStamp: network.timeStamp(recorded, T + 60) };
      return { network, evidence: { ...evidence, recordings: [stamped] } };
    },
  ),
  decided(
    'quorum-lowered-later-and-reached',
    'Both hubs had signed: what one alone can say from now on takes nothing from it.',
    'proven',
    (board) => board.decide(quorum(1), SOON).trust(),
    { network: { ...BOTH, leastAssurance: 'recorded' } },
  ),
  decided(
    'assurance-of-the-later-quorum',
    'The quorum that was reached is the later one of a single hub; the terms of the recording ask for more than its word.',
    'assurance-too-low',
    (board) =>
      board.decide(terms({ quorum: { hubs: 1, witnesses: 0 }, leastAssurance: 'one-hub' }), SOON).trust(),
    { network: { ...BOTH, leastAssurance: 'recorded' }, lines: byHub1 },
  ),
  decided(
    'assurance-raised-later',
    'One hub, which was enough; later more than one is asked for.',
    'proven',
    (board) => board.decide(terms({ leastAssurance: 'recorded' }), RECORDED_AT).trust(),
  ),
  decided(
    'lag-shortened-later',
    'Recorded some minutes after the claimed moment, as it could be; later ten seconds are allowed.',
    'proven',
    (board) => board.decide(lag(10), RECORDED_AT).trust(),
  ),
  decided(
    'lag-lengthened-later',
    'Recorded more than a day after the claimed moment; later a year is allowed.',
    'late',
    (board) => board.decide(lag(31_536_000), RECORDED_AT).trust(),
    { statement: { claims: { time: '2026-11-21T18:00:00.000Z' } } },
  ),
  decided(
    'terms-between-recordings',
    'The issuer recorded where one hub was needed, the exchange where both were, and both had signed.',
    'proven',
    (board) => board.decide(quorum(2), RECORDED_AT).trust(),
    recordedTwice({ 'hub-1': T + 900, 'hub-2': T + 905 }),
  ),
  decided(
    'terms-between-recordings-not-met',
    'The same, and of the recording of the exchange one hub alone had signed the checkpoint.',
    'quorum-not-met',
    (board) => board.decide(quorum(2), RECORDED_AT).trust(),
    recordedTwice({ 'hub-1': T + 900 }),
  ),
  staged(
    'majority-of-those-who-are-left',
    'Two of four operators went before: the two who are left, and are needed, are all there are.',
    'proven',
    {
      network: {
        hubs: 4,
        quorum: 2,
        leastAssurance: 'recorded',
        alter: hubsThere({ 'hub-3': { until: T }, 'hub-4': { until: T } }),
      },
      lines: (network) => network.lines({ 'hub-1': T, 'hub-2': T + 5 }),
    },
  ),
  staged(
    'majority-before-others-came',
    'Two of four operators came later: of those who were there both signed.',
    'proven',
    {
      network: {
        hubs: 4,
        quorum: 2,
        leastAssurance: 'recorded',
        alter: hubsThere({ 'hub-3': { from: T + 6 }, 'hub-4': { from: T + 6 } }),
      },
      lines: (network) => network.lines({ 'hub-1': T, 'hub-2': T + 5 }),
    },
  ),
  staged(
    'majority-with-a-voice-that-is-gone',
    'One of two signed and went before the other signed: of the three who were there then it is one, of all four who count half.',
    'assurance-too-low',
    {
      network: {
        hubs: 4,
        quorum: 2,
        leastAssurance: 'recorded',
        alter: hubsThere({ 'hub-1': { until: T + 5 } }),
      },
      lines: (network) => network.lines({ 'hub-1': T, 'hub-2': T + 5 }),
    },
  ),
];
