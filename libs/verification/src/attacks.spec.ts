import type { Charter } from '@besure/governance';
import {
  encodeItem,
  encodeLogEntry,
  formatCheckpoint,
  formatEvidence,
  type RecordingV1,
} from '@besure/protocol';
import { describe, expect, it } from 'vitest';
import { judgeCheckpoint } from './checkpoint-signatures.js';
import { seedOf } from './contract/keys.js';
import { ledgerKeyHash, Network, type NetworkOptions, type Recorded } from './contract/network.js';
import { nodePrimitives as primitives } from './contract/node-primitives.js';
import type { Verdict } from './verdict.js';
import { verify } from './verify.js';

// What each rule is there for, played by whom it is there against. The attacker has the keys that the title says, and writes
// whatever else it likes.

const WATCHED: NetworkOptions = {
  hubs: 3,
  witnesses: ['alpha', 'beta', 'exchange'],
  quorum: { hubs: 2, witnesses: 2 },
  leastAssurance: 'recorded',
};
const THEN = 1_795_371_930;
const YEARS_LATER = THEN + 4 * 31_557_600;

/** The key of alpha was found out to be in other hands, and ended, with that block. */
function revoked(height: number): (charter: Charter) => Charter {
  return (charter) => ({
    ...charter,
    organisations: charter.organisations.map((one) =>
      one.id === 'alpha'
        ? { ...one, signingKeys: one.signingKeys.map((key) => ({ ...key, until: height })) }
        : one,
    ),
  });
}

function verdictOn(network: Network, recordings: readonly RecordingV1[], trust = network.trust): Verdict {
  const statement = network.statement();
  const countersignature = network.countersignature(statement);
  return verify(formatEvidence(network.evidence(statement, countersignature, recordings)), trust, {
    primitives,
  });
}

function recordedBy(network: Network, by: string, slot?: number, height?: number): Recorded {
  const statement = network.statement();
  return network.record(by, statement, network.countersignature(statement), slot, height);
}

describe('attack: whoever finds a key that was revoked', () => {
  const network = new Network({ ...WATCHED, alter: revoked(4711) });
  // It can sign with the time of years ago, and have it recorded today.
  const recorded = recordedBy(network, 'alpha', 1400, 5000);
  const recording = network.recording(recorded);

  it('attack: signs with a time at which the key was still good', () => {
    expect(verdictOn(network, [recording])).toMatchObject({ result: 'bad', code: 'key-not-valid' });
  });

  it('attack: and writes the height of a block from before into the file', () => {
    expect(verdictOn(network, [{ ...recording, height: 4710 }]).code).toBe('not-in-log');
  });

  it('attack: and has the exchange, which was not told yet, record it', () => {
    const byExchange = network.recording(recordedBy(network, 'exchange', 1400, 5001));
    expect(verdictOn(network, [byExchange]).code).toBe('key-not-valid');
  });
});

describe('attack: one operator or archive that lies about time', () => {
  const network = new Network(WATCHED);
  const recorded = recordedBy(network, 'alpha');
  const honest = {
    'hub-1': THEN,
    'hub-2': THEN + 4,
    'archive of alpha': THEN + 6,
    'archive of beta': THEN + 8,
  };
  const at = (times: Readonly<Record<string, number>>): string | null =>
    verdictOn(network, [network.recording(recorded, network.lines(times))]).recordedTime;

  it('attack: dates a recording back', () => {
    expect(at(honest)).toBe('2026-11-22T18:25:38Z');
    expect(at({ ...honest, 'hub-1': THEN - 86_400 })).toBe('2026-11-22T18:25:38Z');
    expect(at({ ...honest, 'archive of alpha': THEN - 86_400 })).toBe('2026-11-22T18:25:38Z');
  });

  it('attack: dates it ahead, where others have confirmed too', () => {
    const more = {
      'hub-1': THEN + 86_400,
      'hub-2': THEN + 4,
      'hub-3': THEN + 5,
      'archive of alpha': THEN + 86_400,
      'archive of beta': THEN + 8,
      'archive of exchange': THEN + 9,
    };
    expect(at(more)).toBe('2026-11-22T18:25:39Z');
  });
});

describe('attack: whoever runs more than one of those who confirm', () => {
  it('attack: counts as several operators by several hubs', () => {
    const network = new Network({ ...WATCHED, operators: ['Mallory', 'Mallory', 'Operator 3'] });
    const recorded = recordedBy(network, 'alpha');
    const { 'hub-3': _, ...times } = network.times(recorded.slot);
    expect(verdictOn(network, [network.recording(recorded, network.lines(times))]).code).toBe(
      'quorum-not-met',
    );
  });

  it('attack: has its archives stand for hubs, or its hubs for archives', () => {
    const network = new Network(WATCHED);
    const recorded = recordedBy(network, 'alpha');
    const all = Object.entries(network.times(recorded.slot));
    const only = (kind: string, others: number): Verdict => {
      const kept = [
        ...all.filter(([id]) => id.startsWith(kind)),
        ...all.filter(([id]) => !id.startsWith(kind)).slice(0, others),
      ].toSorted(([a], [b]) => all.findIndex(([id]) => id === a) - all.findIndex(([id]) => id === b));
      return verdictOn(network, [network.recording(recorded, network.lines(Object.fromEntries(kept)))]);
    };
    expect(only('archive', 1).code).toBe('quorum-not-met');
    expect(only('hub', 1).code).toBe('quorum-not-met');
    expect(only('archive', 3).code).toBe('proven');
  });
});

it('attack: whoever has broken Ed25519 confirms what was never there', () => {
  const network = new Network(WATCHED);
  const recorded = recordedBy(network, 'alpha');
  const times = network.times(recorded.slot);
  const forged = network.publishedLines(times).filter((line) => line.length < 1000);
  const logLine = network.lines(times)[0]!;
  const note = formatCheckpoint(network.head(), [logLine, ...forged]);
  expect(judgeCheckpoint(note, network.charter, primitives)).toMatchObject({ hubs: [], recordedTime: null });
  // In evidence such lines do not even stand.
  expect(verdictOn(network, [network.recording(recorded, [logLine, ...forged])]).code).toBe(
    'signature-line-surplus',
  );
});

describe('attack: whoever has all old keys of the circle, years later', () => {
  // Members', hubs' and archives' keys: a whole past can be made up, with every time in it.
  const made = (leastAssurance: Charter['leastAssurance']): readonly [Network, Recorded] => {
    const network = new Network({ ...WATCHED, leastAssurance });
    return [network, recordedBy(network, 'alpha')];
  };

  it('attack: makes up a past that nobody outside had seen', () => {
    const [network, recorded] = made('time-stamped');
    expect(verdictOn(network, [network.recording(recorded)])).toMatchObject({
      result: 'unacceptable',
      code: 'assurance-too-low',
      assurance: 'recorded',
    });
  });

  it('attack: and has an authority stamp it now', () => {
    const [network, recorded] = made('time-stamped');
    const timeStamp = network.timeStamp(recorded, YEARS_LATER);
    expect(verdictOn(network, [network.recording(recorded, undefined, timeStamp)])).toMatchObject({
      code: 'assurance-too-low',
      assurance: 'recorded',
    });
  });

  it('attack: and borrows a time stamp of then, over the checkpoint that there really was', () => {
    const [network, recorded] = made('time-stamped');
    const real = new Network({ ...WATCHED, leastAssurance: 'time-stamped' });
    real.addEntry(
      encodeLogEntry({
        publisher: ledgerKeyHash('beta'),
        height: 4711,
        item: encodeItem({ slot: 1100, root: seedOf('beta') }),
      }),
    );
    real.addEntry(seedOf('entry after 11'));
    const timeStamp = {
      ...network.timeStamp(recorded, THEN),
      ...real.timeStamp(recorded, THEN),
      proof: network.timeStamp(recorded, THEN).proof,
    };
    expect(verdictOn(network, [network.recording(recorded, undefined, timeStamp)]).code).toBe('not-in-log');
  });

  it('attack: and uses one recording that was stamped then to carry another that was not', () => {
    const [network, recorded] = made('time-stamped');
    const stamped = network.recording(recorded, undefined, network.timeStamp(recorded, THEN + 60));
    const other = network.recording(recordedBy(network, 'exchange'));
    expect(verdictOn(network, [stamped, other]).code).toBe('assurance-too-low');
  });
});

it('attack: whoever gets the exchange’s old key agrees with what it had not agreed with', () => {
  const network = new Network({
    ...WATCHED,
    alter: (charter) => ({
      ...charter,
      organisations: charter.organisations.map((one) =>
        one.id === 'exchange'
          ? { ...one, signingKeys: one.signingKeys.map((key) => ({ ...key, until: 4800 })) }
          : one,
      ),
    }),
  });
  const statement = network.statement();
  const alone = network.recording(network.record('alpha', statement, null));
  // Pasted in, it was never recorded; recorded now, its key has ended.
  expect(verdictOn(network, [alone]).code).toBe('countersignature-unrecorded');
  const now = network.recording(recordedBy(network, 'exchange', 1400, 4900));
  expect(verdictOn(network, [alone, now]).code).toBe('key-not-valid');
});
