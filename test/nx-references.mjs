// Nx reads imports with the JavaScript interface of TypeScript, which TypeScript 7 does not have. The
// references of each package's tsconfig.json say the same and are checked by the compiler: this plugin
// makes the edges of the project graph, and the target `build`, of them.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const name = 'besure/references';

/** @type {import('@nx/devkit').CreateNodesV2} */
export const createNodesV2 = [
  '{apps,libs,test}/*/tsconfig.json',
  (files) =>
    files.map((file) => {
      const root = dirname(file);
      return [file, { projects: { [root]: { root, targets: { build: { command: `tsc -b ${root}` } } } } }];
    }),
];

/** @type {import('@nx/devkit').CreateDependencies} */
export function createDependencies(_options, { projects, workspaceRoot }) {
  const nameAt = new Map(Object.entries(projects).map(([project, { root }]) => [root, project]));
  return [...nameAt].flatMap(([root, source]) => {
    const sourceFile = join(root, 'tsconfig.json');
    if (!existsSync(join(workspaceRoot, sourceFile))) return [];
    const { references = [] } = JSON.parse(readFileSync(join(workspaceRoot, sourceFile), 'utf8'));
    return references.flatMap(({ path }) => {
      const target = nameAt.get(join(root, path));
      return target === undefined ? [] : [{ source, target, sourceFile, type: 'static' }];
    });
  });
}
