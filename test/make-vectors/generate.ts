// Writes the vectors, and the examples in the specifications: `node test/make-vectors/generate.ts [format...]`, after a
// build. They are committed; the spec beside this file fails when they are not what this writes.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles, writeFiles } from '../../libs/verification/src/contract/vector-files.ts';
import { allVectors, FORMATS } from './all.ts';
import { SPECS, specNames, withExamples } from './spec-examples.ts';
import { vectorText } from './vector.ts';

const root = join(import.meta.dirname, '../../vectors');
const named = process.argv.slice(2);
const isAsked = (format: string): boolean => named.length === 0 || named.includes(format);

for (const format of FORMATS.filter(isAsked)) rmSync(join(root, format), { recursive: true, force: true });
for (const vector of allVectors().filter(({ format }) => isAsked(format))) {
  const folder = join(root, vector.format, vector.kind);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${vector.name}.json`), vectorText(vector));
}
if (isAsked('evidence')) writeFiles(generatedFiles());
for (const name of specNames()) {
  const path = join(SPECS, name);
  writeFileSync(path, withExamples(readFileSync(path, 'utf8')));
}
