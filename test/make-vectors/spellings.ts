/** One way to write a name: what of it stands in names of vectors, what it is, and the text. */
export type Spelling = readonly [name: string, what: string, text: string];

/** Other spellings of a name with an `i` or an `o` and a space in it: each counts as the same. */
export function otherSpellings(name: string): readonly Spelling[] {
  return [
    ['capitals', 'in capitals', name.toUpperCase()],
    ['spaces', 'with two spaces for one', name.replaceAll(' ', '  ')],
    ['punctuation', 'with hyphens for spaces, and a dot', `${name.replaceAll(' ', '-')}.`],
    ['look-alikes', 'with digits that look like letters', name.replace('o', '0').replace('i', '1')],
  ];
}

/** Spellings of a name with an `e` and a space in it that are none: each has one character that is not allowed, or none that counts. */
export function refusedSpellings(name: string): readonly Spelling[] {
  return [
    ['no-break-space', 'with a no-break space', name.replace(' ', '\u00a0')],
    ['accent', 'with an accent', name.replace('e', '\u00e9')],
    ['combining-accent', 'with an accent behind its letter', name.replace('e', 'e\u0301')],
    ['full-width', 'with a letter of full width', name.replace('e', '\uff45')],
    ['cyrillic', 'with a Cyrillic letter that looks Latin', name.replace('e', '\u0435')],
    ['sign-for-letter', 'with a sign that passes for a letter', name.replace('e', '@')],
    ['space-at-end', 'with a space at its end', `${name} `],
    ['too-long', 'of 121 characters', name.padEnd(121, 'x')],
    ['no-letter', 'of no letter and no digit', '- (-)'],
  ];
}
