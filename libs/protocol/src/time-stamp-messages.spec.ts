import { describe, expect, it } from 'vitest';
import { MAX_TIME_STAMPS, parsePublishedTimeStamps } from './time-stamp-messages.js';

const entry = { size: 12, time: 1_795_348_800, checkpoint: 'log\n12\nroot\n' };

describe('the list of time stamps', () => {
  it('is read as it is', () => {
    const list = { timeStamps: [entry, { ...entry, size: 13 }] };
    expect(parsePublishedTimeStamps(list)).toEqual(list);
  });

  it.each<[string, unknown]>([
    ['no list', {}],
    ['a member too many', { timeStamps: [], more: 1 }],
    ['a size that is no number', { timeStamps: [{ ...entry, size: '12' }] }],
    ['a negative time', { timeStamps: [{ ...entry, time: -1 }] }],
    ['no checkpoint', { timeStamps: [{ size: 12, time: 1 }] }],
    ['a long text', { timeStamps: [{ ...entry, checkpoint: 'x'.repeat(1025) }] }],
    ['too many', { timeStamps: Array.from({ length: MAX_TIME_STAMPS + 1 }, () => entry) }],
  ])('is refused with %s', (_, value) => {
    expect(() => parsePublishedTimeStamps(value)).toThrow(expect.objectContaining({ code: 'message' }));
  });
});
