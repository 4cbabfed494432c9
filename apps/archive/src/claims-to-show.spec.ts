import { CLAIM_NAMES } from '@besure/protocol';
import { describe, expect, it } from 'vitest';
import { parseShow } from './claims-to-show.js';

describe('parseShow', () => {
  it('without a parameter means whatever there is', () => {
    expect(parseShow(undefined)).toBeNull();
  });

  it('puts names in the order of the format, each once', () => {
    expect(parseShow('time,event,time')).toEqual(['event', 'time']);
    expect(parseShow(CLAIM_NAMES.join(','))).toEqual(CLAIM_NAMES);
  });

  it('shows nothing for an empty text', () => {
    expect(parseShow('')).toEqual([]);
  });

  it.each(['salary', 'event,', 'event, time', 'Event', ['event', 'time'], 1])('refuses %j', (show) => {
    expect(parseShow(show)).toBeUndefined();
  });
});
