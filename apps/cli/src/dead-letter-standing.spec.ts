import type { RunFile } from '@besure/dev-env';
import { expect, it } from 'vitest';
import { deadLetterLines, deadLetterStandings, standingsOf } from './dead-letter-standing.js';

it('counts what waits by organisation, and names the oldest and who cannot be asked', () => {
  const standings = standingsOf([
    { organisation: 'alpha', service: 'intake', since: ['2026-11-22T15:00:00.000Z'] },
    { organisation: 'beta', service: 'intake', since: [] },
    {
      organisation: 'alpha',
      service: 'proof',
      since: ['2026-11-22T14:00:00.000Z', '2026-11-22T16:00:00.000Z'],
    },
    { organisation: 'beta', service: 'archive', since: null },
    { organisation: 'exchange', service: 'proof', since: ['2026-11-22T15:30:00.000Z'] },
  ]);
  expect(standings).toEqual([
    { organisation: 'alpha', waiting: 3, oldest: '2026-11-22T14:00:00.000Z', unknown: [] },
    { organisation: 'beta', waiting: 0, oldest: null, unknown: ['archive'] },
    { organisation: 'exchange', waiting: 1, oldest: '2026-11-22T15:30:00.000Z', unknown: [] },
  ]);
  expect(deadLetterLines(standings)).toEqual([
    'alpha    3 dead letters, the oldest since 2026-11-22T14:00:00.000Z: ./besure dead-letters',
    'beta     dead letters of archive cannot be read',
    'exchange 1 dead letter, the oldest since 2026-11-22T15:30:00.000Z: ./besure dead-letters',
  ]);
});

it('says so where there is none', () => {
  expect(deadLetterLines(standingsOf([{ organisation: 'alpha', service: 'proof', since: [] }]))).toEqual([
    'no dead letters',
  ]);
});

it('does not fail where a service is gone', async () => {
  // No process has this number.
  const services = [{ organisation: 'alpha', name: 'proof', pid: 2 ** 30, http: 'http://127.0.0.1:1' }];
  expect(await deadLetterStandings({ services } as unknown as RunFile)).toEqual([
    { organisation: 'alpha', waiting: 0, oldest: null, unknown: ['proof'] },
  ]);
});
