/** A closed list of codes with their sentences: as JSON, or as lines in two columns. */
export function codesAsText(codes: Readonly<Record<string, string>>, json: boolean): string {
  if (json) return `${JSON.stringify(codes, null, 2)}\n`;
  const width = Math.max(...Object.keys(codes).map((code) => code.length));
  return Object.entries(codes)
    .map(([code, sentence]) => `${code.padEnd(width)}  ${sentence}\n`)
    .join('');
}
