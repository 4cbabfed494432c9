import { describe, expect, it } from 'vitest';
import { EVENT_STATES, type EventStateName, type StateTimes, stateOf } from './event-state.js';

function times(...states: EventStateName[]): StateTimes {
  return Object.fromEntries(states.map((state) => [state, '2026-11-22T10:00:00.000Z']));
}

describe('stateOf', () => {
  it.each<[EventStateName, EventStateName[]]>([
    ['accepted', ['accepted']],
    ['prepared', ['accepted', 'prepared']],
    ['countersigned', ['accepted', 'prepared', 'countersigned']],
    ['recorded', ['accepted', 'prepared', 'countersigned', 'recorded']],
    ['complete', ['accepted', 'prepared', 'countersigned', 'recorded', 'complete']],
    ['one-sided', ['accepted', 'prepared', 'one-sided']],
    ['one-sided', ['accepted', 'prepared', 'one-sided', 'recorded']],
    ['one-sided', ['accepted', 'prepared', 'one-sided', 'recorded', 'countersigned']],
    ['complete', ['accepted', 'prepared', 'one-sided', 'recorded', 'countersigned', 'complete']],
    ['record', ['accepted', 'record']],
    ['discarded', ['accepted', 'prepared', 'discarded']],
    ['erased', ['accepted', 'prepared', 'countersigned', 'recorded', 'complete', 'erased']],
  ])('is %s after %j', (state, reached) => {
    expect(stateOf(times(...reached))).toBe(state);
  });

  it('knows each state', () => {
    for (const state of EVENT_STATES) expect(stateOf(times(state))).toBe(state);
  });

  it('has no state for what was never accepted', () => {
    expect(() => stateOf({})).toThrow(RangeError);
  });
});
