// What a terminal obeys instead of showing it: controls (C0, C1, DEL), ends of lines, and marks that turn the direction of a text.
// oxlint-disable-next-line no-control-regex
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A text from elsewhere, such as the name of a file, as it can stand on one line of a terminal: what would move the cursor, change colours or
 * turn the text around is written as in JSON.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(OBEYED, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same for a text of several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
