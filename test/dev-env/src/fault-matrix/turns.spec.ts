import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Turns } from './turns.js';

it('runs as many as it may, none twice for one service, and the rest when there is room', async () => {
  const turns = new Turns(2);
  const running: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (name: string, service: string): Promise<void> =>
    turns.take(service, async () => {
      running.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
    });
  const all = [start('a1', 'a'), start('a2', 'a'), start('b1', 'b'), start('c1', 'c')];
  await turn();
  expect(running).toEqual(['a1', 'b1']);
  ends.get('b1')!();
  await turn();
  expect(running).toEqual(['a1', 'b1', 'c1']);
  ends.get('a1')!();
  await turn();
  expect(running).toEqual(['a1', 'b1', 'c1', 'a2']);
  ends.get('a2')!();
  ends.get('c1')!();
  await Promise.all(all);
});

it('lets the next one run when one has failed', async () => {
  const turns = new Turns(1);
  await expect(turns.take('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await turns.take('a', () => Promise.resolve(1))).toBe(1);
});
