import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSignatures } from './add-signatures.js';
import { concatBytes, u64be } from './bytes.js';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.js';
import { formatSignatureLine } from './signed-note.js';

const body = { origin: 'log.example', size: 7, root: new Uint8Array(32) };

/** A line as an ML-DSA-44 key writes it; `mark` tells two signatures of one key and time apart. */
function stamped(name: string, time: number, mark = 0, length = 2420): string {
  return formatSignatureLine(name, 1, concatBytes(u64be(time), new Uint8Array(length).fill(mark)));
}

function linesOf(note: string): string[] {
  return parseCheckpoint(note).signatures.map(({ line }) => line);
}

describe('signature lines of one checkpoint text', () => {
  const note = formatCheckpoint(body, [stamped('a', 20)]);

  it('gather, one of each key, and the text stays', () => {
    const added = addSignatures(note, [stamped('b', 30), stamped('b', 30, 1), stamped('a', 20, 1)]);
    expect(linesOf(added)).toEqual([stamped('a', 20), stamped('b', 30)]);
    expect(parseCheckpoint(added).text).toBe(parseCheckpoint(note).text);
  });

  it.each([
    ['an earlier time of a key takes the place of a later one', 10, 10],
    ['a later time does not', 21, 20],
    ['nor does one that lies absurdly far ahead', Number.MAX_SAFE_INTEGER, 20],
  ])('%s', (_name, time, kept) => {
    expect(linesOf(addSignatures(note, [stamped('a', time)]))).toEqual([stamped('a', kept)]);
  });

  it('keep the latest of a key instead, where that is asked for', () => {
    const latest = (...lines: string[]): string[] => linesOf(addSignatures(note, lines, 'latest'));
    expect(latest(stamped('a', 21), stamped('b', 5))).toEqual([stamped('a', 21), stamped('b', 5)]);
    expect(latest(stamped('a', 19), stamped('a', 20, 1))).toEqual([stamped('a', 20)]);
  });

  it('an Ed25519 cosignature has a time, the signature of a log has none', () => {
    const cosigned = formatCheckpoint(body, [stamped('a', 20, 0, 64)]);
    expect(linesOf(addSignatures(cosigned, [stamped('a', 10, 0, 64)]))).toEqual([stamped('a', 10, 0, 64)]);
    const [first, second] = [1, 0].map((mark) => formatSignatureLine('a', 1, new Uint8Array(64).fill(mark)));
    expect(linesOf(addSignatures(formatCheckpoint(body, [first!]), [second!]))).toEqual([first]);
  });

  it('are the same set in whatever order and however often they come', () => {
    const line = fc
      .tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 5 }))
      .map(([name, time]) => stamped(name, time));
    const lines = fc.array(line, { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, fc.constantFrom('earliest', 'latest'), (some, more, kept) => {
        const once = addSignatures(note, [...some, ...more], kept);
        const twice = addSignatures(addSignatures(note, [...more, ...some], kept), some, kept);
        expect(linesOf(twice).toSorted()).toEqual(linesOf(once).toSorted());
      }),
      { numRuns: 50 },
    );
  });

  it('are as many as a note may have; what is there keeps its place, also for an earlier time', () => {
    const many = Array.from({ length: 400 }, (_, i) => stamped(`w${i}`, 50, 0, 64));
    const full = addSignatures(note, many);
    expect(linesOf(full)).toEqual([stamped('a', 20), ...many.slice(0, 255)]);
    expect(linesOf(addSignatures(full, [stamped('w254', 40, 0, 64), stamped('new', 1)]))).toEqual([
      ...linesOf(full).slice(0, 255),
      stamped('w254', 40, 0, 64),
    ]);
    const long = Array.from({ length: 400 }, (_, i) => stamped(`w${i}`, 50, 0, 6000));
    expect(linesOf(addSignatures(note, long)).length).toBeLessThan(200);
  });
});
