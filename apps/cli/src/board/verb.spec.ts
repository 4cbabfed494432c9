import { describe, expect, it } from 'vitest';
import { unmarked, withIdsMarked } from './verb.js';

const ID = '-HsFLKx4Zk3s_ixtCq0q6b1Sg0rFvXkJZ9W1h2T-abc';

describe('the arguments of a board’s command', () => {
  it.each([
    ['an id that begins with a hyphen', ID],
    ['one that begins with two', `-${ID.slice(0, -1)}`],
    ['a beginning of it', ID.slice(0, 10)],
  ])('may hold %s', (_, text) => {
    const marked = withIdsMarked(['vote', text, 'for']);
    expect(marked[1]).not.toMatch(/^-/);
    expect(marked.map(unmarked)).toEqual(['vote', text, 'for']);
  });

  it.each(['--url', '--genesis', '-h', 'abc', '=x'])('are otherwise as they were: %s', (text) => {
    expect(withIdsMarked([text])).toEqual([text]);
  });
});
