// Writes the vectors, and the examples in the specifications: `node test/make-vectors/generate.ts [--freeze] [format...]`,
// after a build. They are committed; the spec beside this file fails when they are not what this writes. With `--freeze`
// the named formats are frozen from now on: this adds to their vectors, and refuses to change one (frozen.ts).
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeExamples } from '../../libs/verification/src/contract/example-files.ts';
import { generatedFiles } from '../../libs/verification/src/contract/vector-files.ts';
import { allVectors, FORMATS } from './all.ts';
import { LIST, listText, readList, withNew } from './frozen.ts';
import { SPECS, specNames, withExamples } from './spec-examples.ts';
import { vectorText } from './vector.ts';

const root = join(import.meta.dirname, '../../vectors');
const named = process.argv.slice(2).filter((word) => word !== '--freeze');
const freeze = process.argv.includes('--freeze');
const vectors = allVectors();

function filesOf(format: string): Map<string, string> {
  if (format === 'evidence') return generatedFiles();
  return new Map(
    vectors
      .filter((vector) => vector.format === format)
      .map((vector) => [`${vector.kind}/${vector.name}.json`, vectorText(vector)]),
  );
}

const asked = [...FORMATS, 'evidence'].filter((format) => named.length === 0 || named.includes(format));
const made = asked.map((format) => {
  const files = filesOf(format);
  const list = readList(join(root, format)) ?? (freeze ? new Map<string, string>() : null);
  if (list !== null) files.set(LIST, listText(withNew(list, files)));
  return [format, files] as const;
});
// Nothing is written where one of them is refused.
for (const [format, files] of made) {
  const folder = join(root, format);
  rmSync(folder, { recursive: true, force: true });
  for (const part of ['valid', 'invalid', 'trust']) {
    if ([...files.keys()].some((file) => file.startsWith(`${part}/`)))
      mkdirSync(join(folder, part), { recursive: true });
  }
  for (const [file, text] of files) writeFileSync(join(folder, file), text);
}
if (asked.includes('evidence')) writeExamples();
for (const name of specNames()) {
  const path = join(SPECS, name);
  writeFileSync(path, withExamples(readFileSync(path, 'utf8')));
}
