import { formatCheckpoint, formatCheckpointText, formatSignatureLine } from '@besure/protocol';
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
  handOver = new HandOver({ hand: () => Promise.resolve(), tell }, new KnownNotes(() => {}));
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
