import type { Charter, Terms } from './charter.js';

/** Terms that are, or came to be, in force. */
export interface BegunTerms {
  readonly terms: Terms;
  /** The time since which they are, where others were before them, in POSIX seconds. */
  readonly since: number | null;
}

/** The terms at a height, and then all that followed, in their order. */
export function termsFrom(charter: Charter, height: number): readonly [BegunTerms, ...BegunTerms[]] {
  const all: readonly Terms[] = [...charter.formerTerms, charter];
  const ended = charter.formerTerms.filter(({ until }) => until <= height).length;
  const later = charter.formerTerms
    .slice(ended)
    .map(({ untilTime }, i): BegunTerms => ({ terms: all[ended + i + 1] ?? charter, since: untilTime }));
  return [{ terms: all[ended] ?? charter, since: null }, ...later];
}

/** The terms that apply to what is recorded at a height. */
export function termsAt(charter: Charter, height: number): Terms {
  return termsFrom(charter, height)[0].terms;
}
