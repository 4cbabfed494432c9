const SIGNS = Array.from(" &'(),./-");
/** What counts as the same letter, beside its other case. */
const ALIKE: Readonly<Record<string, readonly string[]>> = {
  o: ['0'],
  '0': ['o', 'O'],
  i: ['1', 'l', 'L'],
  '1': ['i', 'I', 'l', 'L'],
  l: ['1', 'i', 'I'],
};

/** A name in one of its spellings, most of which are unlike it: which one, the numbers say. */
export function spelled(name: string, choices: readonly number[]): string {
  const text = Array.from(name, (sign, i) => {
    const choice = choices[i % choices.length] ?? 0;
    const low = sign.toLowerCase();
    const same = /[A-Za-z0-9]/.test(sign) ? [low, sign.toUpperCase(), ...(ALIKE[low] ?? [])] : [''];
    // As often as not a sign or a space is put behind it.
    const gap = ['', SIGNS[choice % SIGNS.length]!][(choice >> 4) % 2]!;
    return `${same[choice % same.length]!}${gap}`;
  });
  // Spaces at the ends are the only thing that a spelling must not have.
  return text.join('').replaceAll(/^ +| +$/g, '');
}
