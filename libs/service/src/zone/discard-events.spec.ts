import type { EventStore, Tx } from '@besure/event-store';
import { expect, it } from 'vitest';
import { acceptedEventsOf, discardEvents } from './discard-events.js';

it('refuses to give up what names no accepted event: nobody would learn of it', async () => {
  const event = {
    position: 1,
    stream: 'recorded-1-0',
    version: 1,
    type: 'StatementsRecorded',
    data: { entries: [{ event: null, statement: 's' }] },
    attachment: null,
    recordedAt: '2026-11-22T10:00:00.000Z',
  };
  const named = acceptedEventsOf(event, 'event');
  expect(named).toEqual([]);
  await expect(discardEvents({} as EventStore, {} as Tx, named, 'damaged')).rejects.toMatchObject({
    code: 'not-discardable',
  });
});
