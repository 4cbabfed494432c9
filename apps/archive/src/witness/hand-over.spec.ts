import {
  concatBytes,
  formatCheckpoint,
  formatCheckpointText,
  formatSignatureLine,
  type KeptLine,
  u64be,
} from '@besure/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HandOver } from './hand-over.js';
import { KnownNotes } from './known-notes.js';
import type { SeenCheckpoint } from './seen-checkpoint.js';

let told: string[];
let answer: 'taken' | 'other-root';
let handOver: HandOver;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  answer = 'taken';
  const tell = (note: string): Promise<'taken' | 'other-root'> => {
    told.push(note);
    return Promise.resolve(answer);
  };
  handOver = new HandOver({ hand: () => Promise.resolve(), tell }, new KnownNotes(() => {}), 'earliest');
});
afterEach(() => vi.useRealTimers());

function seen(size: number): SeenCheckpoint {
  const body = { origin: 'log.example/proofs', size, root: new Uint8Array(32) };
  const note = formatCheckpoint(body, [formatSignatureLine('hub', 1, new Uint8Array(64))]);
  return { body, note, text: formatCheckpointText(body), lines: [] };
}

const NOTHING = { checkpoints: [seen(5)], contradictions: [] };
const { note } = seen(9);

/** Tells in three looks, far from each other, and answers how often the hub was told. */
async function tellThrice(shown: Parameters<HandOver['tell']>[1]): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    await handOver.tell([note], shown);
    vi.advanceTimersByTime(3_600_000);
  }
  return told.length;
}

it('tells a hub that is behind again, until it is as far', async () => {
  expect(await tellThrice(NOTHING)).toBe(3);
  expect(await tellThrice({ checkpoints: [seen(12)], contradictions: [] })).toBe(4);
});

it('does not tell it at every look', async () => {
  for (let i = 0; i < 9; i += 1) await handOver.tell([note], NOTHING);
  expect(told).toEqual([note]);
});

it('tells once where its own is another', async () => {
  answer = 'other-root';
  expect(await tellThrice(NOTHING)).toBe(1);
});

it('does not tell what it shows', async () => {
  expect(await tellThrice({ checkpoints: [seen(5)], contradictions: [seen(9)] })).toBe(0);
});

it.each<[KeptLine, string, number[]]>([
  ['earliest', 'that are earlier', [10]],
  ['latest', 'that are later', [30]],
])(
  'hands over, where the %s line of a key is kept, the lines %s, and no other',
  async (kept, _name, handed) => {
    const { body, text } = seen(7);
    const at = (time: number): string =>
      formatCheckpoint(body, [formatSignatureLine('hub', 1, concatBytes(u64be(time), new Uint8Array(2420)))]);
    const notes = new KnownNotes(() => {});
    const given: string[] = [];
    const hand = (some: readonly string[]): Promise<void> => {
      given.push(...some);
      return Promise.resolve();
    };
    const keeping = new HandOver({ hand, tell: () => Promise.resolve('taken') }, notes, kept);
    for (const stored of [10, 20, 30]) {
      notes.set(text, at(stored));
      for (let i = 0; i < 3; i += 1) await keeping.checkpoints([{ ...seen(7), note: at(20) }]);
    }
    expect(given).toEqual(handed.map(at));
  },
);
