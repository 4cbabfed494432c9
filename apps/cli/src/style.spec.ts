import { describe, expect, it } from 'vitest';
import type { Io } from './io.js';
import { styled, wrapped } from './style.js';

function io(coloured: boolean, width: number | null): Io {
  return { out: () => undefined, err: () => undefined, coloured, width };
}

describe('styled', () => {
  it('adds colours only where they are shown', () => {
    expect(styled(io(false, null), 'red', 'text')).toBe('text');
    expect(styled(io(true, 80), 'red', 'text')).toBe('\u001b[31mtext\u001b[0m');
  });
});

describe('wrapped', () => {
  const text = 'A heading\n- one two three four five six seven\nlooooooooooooooooooooooooong word';

  it('leaves lines whole where there is no terminal', () => {
    expect(wrapped(io(false, null), text)).toBe(text);
  });

  it('breaks between words and keeps what follows a dash under its text', () => {
    expect(wrapped(io(false, 20), text)).toBe(
      'A heading\n- one two three four\n  five six seven\nlooooooooooooooooooooooooong\nword',
    );
  });

  it('breaks at 100 characters on a wide terminal', () => {
    const long = 'word '.repeat(50).trim();
    const lengths = wrapped(io(false, 250), long)
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(100);
  });
});
