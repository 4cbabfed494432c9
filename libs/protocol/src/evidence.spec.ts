import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBase64 } from './bytes.js';
import { ProtocolError } from './error.js';
import { EVIDENCE_FORMAT, type EvidenceV1, formatEvidence, parseEvidence } from './evidence.js';

const text = fc.string({ minLength: 1, unit: 'grapheme' });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(encodeBase64);
const recording = fc.record({
  by: text,
  slot: fc.maxSafeNat(),
  height: fc.maxSafeNat(),
  index: fc.maxSafeNat(),
  path: fc.array(hash, { maxLength: 20 }),
  log: text,
  timeStamp: fc.option(
    fc.record({ checkpoint: text, proof: fc.array(hash, { maxLength: 53 }), token: text }),
  ),
});
const evidence: fc.Arbitrary<EvidenceV1> = fc.record({
  format: fc.constant(EVIDENCE_FORMAT),
  statement: text,
  countersignature: fc.option(text),
  recordings: fc.array(recording, { minLength: 1, maxLength: 2 }),
});

function refusal(file: string): string | undefined {
  try {
    parseEvidence(file);
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'evidence') return error.field ?? '';
    throw error;
  }
  return undefined;
}

describe('evidence files', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(evidence, (made) => {
        expect(parseEvidence(formatEvidence(made))).toEqual(made);
      }),
    );
  });

  it('have one text: whatever is read is what would be written', () => {
    fc.assert(
      fc.property(evidence, fc.nat(), fc.nat(0x2100), (made, place, code) => {
        const file = formatEvidence(made);
        const at = place % file.length;
        const changed = file.slice(0, at) + String.fromCharCode(code) + file.slice(at + 1);
        if (refusal(changed) === undefined) expect(formatEvidence(parseEvidence(changed))).toBe(changed);
        else expect(changed).not.toBe(file);
      }),
    );
  });

  it('begin with their format', () => {
    const [made] = fc.sample(evidence, 1);
    expect(formatEvidence(made!)).toMatch(/^\{\n {2}"format": "besure-evidence-v1",\n {2}"statement": /);
  });

  it('name the member that is wrong', () => {
    const good = {
      format: EVIDENCE_FORMAT,
      statement: 's',
      countersignature: null,
      recordings: [{ by: 'a', slot: 1, height: 2, index: 3, path: [], log: 'l', timeStamp: null }],
    };
    const file = (change: object): string => `${JSON.stringify({ ...good, ...change }, null, 2)}\n`;
    const with1 = (change: object): string => file({ recordings: [{ ...good.recordings[0], ...change }] });
    expect(refusal(file({}))).toBeUndefined();
    expect(refusal(file({ format: 'besure-evidence-v2' }))).toBe('format');
    expect(refusal(file({ statement: '' }))).toBe('statement');
    expect(refusal(file({ statement: '\ud800' }))).toBe('statement');
    expect(refusal(file({ countersignature: 1 }))).toBe('countersignature');
    expect(refusal(file({ recordings: [] }))).toBe('recordings');
    expect(refusal(with1({ by: null }))).toBe('recordings.0.by');
    expect(refusal(with1({ slot: -1 }))).toBe('recordings.0.slot');
    expect(refusal(with1({ height: 0.5 }))).toBe('recordings.0.height');
    expect(refusal(with1({ index: 2 ** 53 }))).toBe('recordings.0.index');
    expect(refusal(with1({ path: ['AA=='] }))).toBe('recordings.0.path.0');
    expect(refusal(with1({ path: Array.from({ length: 21 }, () => encodeBase64(new Uint8Array(32))) }))).toBe(
      'recordings.0.path',
    );
    expect(refusal(with1({ log: {} }))).toBe('recordings.0.log');
    const timeStamp = { checkpoint: 'c', proof: [], token: 't' };
    const stamped = (change: object): string => with1({ timeStamp: { ...timeStamp, ...change } });
    expect(refusal(stamped({}))).toBeUndefined();
    expect(refusal(with1({ timeStamp: undefined }))).toBe('recordings.0');
    expect(refusal(with1({ timeStamp: 't' }))).toBe('recordings.0.timeStamp');
    expect(refusal(stamped({ authority: 'a' }))).toBe('recordings.0.timeStamp');
    expect(refusal(stamped({ checkpoint: '' }))).toBe('recordings.0.timeStamp.checkpoint');
    expect(refusal(stamped({ proof: ['AA=='] }))).toBe('recordings.0.timeStamp.proof.0');
    expect(refusal(stamped({ token: null }))).toBe('recordings.0.timeStamp.token');
    expect(refusal(with1({ txid: '00' }))).toBe('recordings.0');
    expect(refusal(file({ hints: {} }))).toBe('');
    expect(refusal('[]\n')).toBe('');
    expect(refusal(' '.repeat(2_000_001))).toBe('');
  });
});
