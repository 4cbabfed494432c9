import type { Io } from './io.js';

const STYLES = { bold: '1', green: '32', yellow: '33', red: '31' } as const;

/** How a piece of text is to look. */
export type Style = keyof typeof STYLES;

/** The text in that style where colours are shown, else as it is. */
export function styled(io: Io, style: Style, text: string): string {
  return io.coloured ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
}

const LONGEST_LINE = 100;

/** Breaks lines between words for a terminal; what a line starts with (spaces, a dash) indents what follows. */
export function wrapped(io: Io, text: string): string {
  if (io.width === null) return text;
  const width = Math.max(20, Math.min(io.width, LONGEST_LINE));
  return text
    .split('\n')
    .flatMap((line) => breakLine(line, width))
    .join('\n');
}

function breakLine(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const [start = ''] = /^ *(- )?/.exec(line) ?? [];
  const lines: string[] = [];
  let current = start;
  for (const word of line.slice(start.length).split(' ')) {
    const isFirst = current.trimStart() === '' || current === start;
    if (!isFirst && current.length + 1 + word.length > width) {
      lines.push(current);
      current = ' '.repeat(start.length) + word;
    } else {
      current += isFirst ? word : ` ${word}`;
    }
  }
  return [...lines, current];
}
