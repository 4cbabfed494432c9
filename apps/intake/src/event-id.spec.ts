import { expect, it } from 'vitest';
import { newEventId } from './event-id.js';

it('makes UUIDs of version 7 that sort by time', () => {
  const early = newEventId(Date.parse('2026-11-22T10:00:00.000Z'));
  const late = newEventId(Date.parse('2026-11-22T10:00:00.001Z'));
  expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(early < late).toBe(true);
  expect(newEventId(0)).not.toBe(newEventId(0));
});
