import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const VECTORS = join(import.meta.dirname, '../vectors');
/** What stands on a ledger of others: in a layout of its own. */
const OTHER_LAYOUT = ['ledger'];
/** What breaks the rule of a leaf is no error: it adds none. */
const WITHOUT_ERRORS = ['ledger-log', 'rights-leaves'];

const folders = readdirSync(VECTORS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !OTHER_LAYOUT.includes(entry.name))
  .map(({ name }) => name);
const readme = readFileSync(join(VECTORS, 'README.md'), 'utf8');

interface Row {
  readonly input: readonly string[];
  readonly output: readonly string[];
}

/** The names of members that a row of the README's table gives as input and as output. */
function rowOf(folder: string): Row {
  const line = readme.split('\n').find((one) => one.startsWith(`| \`${folder}\` |`));
  if (line === undefined) throw new Error(`vectors/README.md has no row for ${folder}`);
  const cells = line.split('|').map((cell) => cell.trim());
  const names = (cell: string): string[] => [...cell.matchAll(/`([A-Za-z]+)`/g)].map((match) => match[1]!);
  return { input: names(cells[3]!), output: names(cells[5]!) };
}

describe.each(folders)('vectors/%s', (folder) => {
  const read = (kind: string): [string, Record<string, unknown>][] =>
    readdirSync(join(VECTORS, folder, kind)).map((file) => {
      expect(file).toMatch(/^[a-z0-9-]+\.json$/);
      const text = readFileSync(join(VECTORS, folder, kind, file), 'utf8');
      return [file, JSON.parse(text) as Record<string, unknown>];
    });

  it('holds one case per file, valid and invalid ones', () => {
    const known = readdirSync(join(VECTORS, folder)).filter((name) => name !== 'SHA256SUMS');
    expect(known).toEqual(folder === 'evidence' ? ['invalid', 'trust', 'valid'] : ['invalid', 'valid']);
    for (const kind of ['valid', 'invalid']) expect(read(kind).length).toBeGreaterThan(0);
  });

  it('has the members that the README says, and says what is wrong', () => {
    const { input, output } = rowOf(folder);
    const merkle = ['entries', 'entry', 'index', 'size', 'proof', 'root', 'older', 'newer'];
    const allowed = new Set([...input, ...output, ...(folder === 'merkle' ? merkle : [])]);
    for (const kind of ['valid', 'invalid']) {
      for (const [file, { comment, error, ...members }] of read(kind)) {
        expect(comment, file).toMatch(/^\S.*[.]$/s);
        for (const name of Object.keys(members)) expect(allowed, `${kind}/${file}: ${name}`).toContain(name);
        if (folder === 'evidence') expect(members['code'] === 'proven', file).toBe(kind === 'valid');
        else if (kind === 'valid' || WITHOUT_ERRORS.includes(folder)) expect(error, file).toBeUndefined();
        else expect(error, file).toMatchObject({ code: expect.stringMatching(/^[a-z0-9-]+$/) as string });
      }
    }
  });
});
