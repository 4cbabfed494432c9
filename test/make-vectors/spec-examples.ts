import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** The folder of the specifications. */
export const SPECS: string = join(ROOT, 'specs');

/** An example as a specification shows it: `<!-- example: <vector> <selector> -->`, then a fenced block. */
const EXAMPLE = /(<!-- example: (\S+) (\S+) -->\n\n```text\n).*?(\n```)/gs;

/** The names of the specifications' files. */
export function specNames(): string[] {
  return readdirSync(SPECS)
    .filter((name) => name.endsWith('.md'))
    .sort();
}

/** The text of a specification with each example as its vector has it now. */
export function withExamples(text: string): string {
  return text.replace(
    EXAMPLE,
    (_all, before: string, vector: string, selector: string, after: string) =>
      `${before}${exampleOf(vector, selector).replace(/\n$/, '')}${after}`,
  );
}

/** How many examples a text has, well-formed ones and others. */
export function countExamples(text: string): { readonly marked: number; readonly filled: number } {
  return { marked: text.split('<!-- example').length - 1, filled: [...text.matchAll(EXAMPLE)].length };
}

/** `*` is the whole file; else a path of members, and after a colon what is shown of the value. */
function exampleOf(vector: string, selector: string): string {
  const text = readFileSync(join(ROOT, vector), 'utf8');
  if (selector === '*') return text;
  const [path = '', mode] = selector.split(':');
  let value: unknown = JSON.parse(text);
  for (const member of path.split('.')) value = (value as Readonly<Record<string, unknown>>)[member];
  if (mode === 'json') return JSON.stringify(value, null, 2);
  if (mode === 'decoded') return (value as readonly string[]).map(decoded).join('\n');
  if (typeof value !== 'string') throw new Error(`${vector} has no text at ${selector}`);
  if (mode === undefined) return value;
  if (mode === 'note') return noteOf(value);
  const part = value.split('.')[['header', 'payload'].indexOf(mode)];
  if (part === undefined) throw new Error(`${mode} is not a part to show`);
  return decoded(part);
}

/** Header and payload of the note in an entry of the log of rights: 40 bytes stand before it. */
function noteOf(entry: string): string {
  const jws = Buffer.from(entry, 'hex').subarray(40).toString('utf8');
  return jws.split('.').slice(0, 2).map(decoded).join('\n');
}

function decoded(encoded: string): string {
  return Buffer.from(encoded, 'base64url').toString('utf8');
}
