import { describe, expect, it } from 'vitest';
import { type Candidate, type Known, decideGroup } from './decide.js';

const NOTHING: Known = { requests: new Map(), subjects: new Map() };

function candidate(parts: Partial<Record<'request' | 'content' | 'subject' | 'facts', string>>): Candidate {
  const { request = 'r', content = 'c', subject = 's', facts = 'f' } = parts;
  return { request: [request], content: [content], subject: [subject], facts: [facts], objection: null };
}

function counter(): () => string {
  let last = 0;
  return () => `event-${(last += 1)}`;
}

describe('decideGroup', () => {
  it('accepts what is new', () => {
    expect(decideGroup([candidate({})], NOTHING, counter())).toEqual([
      { type: 'accepted', event: 'event-1' },
    ]);
  });

  it('answers the same id with the same content as the first time', () => {
    const known: Known = {
      requests: new Map([['r', { content: 'c', event: 'first' }]]),
      subjects: new Map(),
    };
    expect(decideGroup([candidate({})], known, counter())).toEqual([{ type: 'replayed', event: 'first' }]);
  });

  it('refuses the same id with another content', () => {
    const known: Known = {
      requests: new Map([['r', { content: 'other', event: 'first' }]]),
      subjects: new Map(),
    };
    expect(decideGroup([candidate({})], known, counter())).toMatchObject([
      { type: 'refused', problem: { code: 'id-reused' } },
    ]);
  });

  it('lets the same facts under another id follow the original', () => {
    const known: Known = { requests: new Map(), subjects: new Map([['s', { facts: 'f', event: 'first' }]]) };
    expect(decideGroup([candidate({})], known, counter())).toEqual([{ type: 'repeated', event: 'first' }]);
  });

  it('refuses other facts about what is stated', () => {
    const known: Known = { requests: new Map(), subjects: new Map([['s', { facts: 'x', event: 'first' }]]) };
    expect(decideGroup([candidate({})], known, counter())).toMatchObject([
      { type: 'refused', problem: { code: 'already-stated' } },
    ]);
  });

  it('treats equal candidates of one group one after the other, and spares their neighbours', () => {
    const group = [
      candidate({}),
      candidate({}),
      candidate({ request: 'r2', content: 'c2' }),
      candidate({ request: 'r3', content: 'c3', facts: 'x' }),
      candidate({ request: 'r', content: 'c4' }),
      candidate({ request: 'r5', content: 'c5', subject: 's5', facts: 'f5' }),
      candidate({ request: 'r2', content: 'c2' }),
    ];
    expect(
      decideGroup(group, NOTHING, counter()).map((one) => (one.type === 'refused' ? one.problem.code : one)),
    ).toEqual([
      { type: 'accepted', event: 'event-1' },
      { type: 'replayed', event: 'event-1' },
      { type: 'repeated', event: 'event-1' },
      'already-stated',
      'id-reused',
      { type: 'accepted', event: 'event-2' },
      { type: 'replayed', event: 'event-1' },
    ]);
  });

  it('objects to what is new only: a repeat is answered whatever the clock says by now', () => {
    const old: Candidate = { ...candidate({}), objection: { code: 'time-too-old', field: 'time' } };
    const known: Known = {
      requests: new Map([['r', { content: 'c', event: 'first' }]]),
      subjects: new Map(),
    };
    expect(decideGroup([old], known, counter())).toEqual([{ type: 'replayed', event: 'first' }]);
    expect(decideGroup([old], NOTHING, counter())).toEqual([
      { type: 'refused', problem: { code: 'time-too-old', field: 'time' } },
    ]);
  });

  it('recognises a repeat that was hashed under an older key', () => {
    const twoKeys: Candidate = {
      request: ['new-r', 'old-r'],
      content: ['new-c', 'old-c'],
      subject: ['new-s', 'old-s'],
      facts: ['new-f', 'old-f'],
      objection: null,
    };
    const request: Known = {
      requests: new Map([['old-r', { content: 'old-c', event: 'first' }]]),
      subjects: new Map(),
    };
    const subject: Known = {
      requests: new Map(),
      subjects: new Map([['old-s', { facts: 'old-f', event: 'first' }]]),
    };
    expect(decideGroup([twoKeys], request, counter())).toEqual([{ type: 'replayed', event: 'first' }]);
    expect(decideGroup([twoKeys], subject, counter())).toEqual([{ type: 'repeated', event: 'first' }]);
  });
});
