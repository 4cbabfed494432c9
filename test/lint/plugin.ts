// Lint rules of our own, loaded by .oxlintrc.json: layers, clock, explicit exports.
import { posix, relative, sep } from 'node:path';
import { FOR_TESTS, LAYERS, ONLY_IN, PURE_EXTERNALS } from './layers.ts';

/** What these rules use of a node of the syntax tree. */
interface Node {
  readonly type: string;
  readonly name?: string;
  readonly value?: unknown;
  readonly source?: Node | null;
  readonly expression?: Node;
  readonly callee?: Node;
  readonly arguments?: readonly Node[];
}

/** What these rules use of the linter. */
interface Context {
  readonly cwd: string;
  readonly filename: string;
  report(problem: { readonly node: Node; readonly message: string }): void;
}

type Visitor = Readonly<Record<string, (node: Node) => void>>;

const SCOPE = '@besure/';

/** Why this file may not import that module; `undefined` if it may. */
function reasonAgainst(file: string, source: string): string | undefined {
  const folder = file.split('/').slice(0, 2).join('/');
  const layer = LAYERS[folder];
  if (layer === undefined) {
    const isPackage = file.startsWith('apps/') || file.startsWith('libs/');
    return isPackage ? `${folder} is not in the table of layers: add it` : undefined;
  }
  // Contract suites are tests that several spec files share.
  const isTest = file.endsWith('.spec.ts') || file.includes('/contract/');
  if (source.startsWith('.')) {
    const target = posix.join(posix.dirname(file), source);
    return target.startsWith(`${folder}/`) ? undefined : 'a file of another package: import the package';
  }
  if (source.startsWith(SCOPE)) {
    // A package may have more than one entry; which ones is for its `exports` to say.
    const [name = ''] = source.slice(SCOPE.length).split('/');
    if (FOR_TESTS.entries.includes(source) && !isTest && folder !== FOR_TESTS.folder) {
      return `${source} is for tests only`;
    }
    if (layer.mayImport.includes(name) || (isTest && name === 'testing')) return undefined;
    return `${folder} may import of ours only: ${layer.mayImport.join(', ') || 'nothing'}`;
  }
  if (isTest) return undefined;
  const name = source
    .split('/')
    .slice(0, source.startsWith('@') ? 2 : 1)
    .join('/');
  if (layer.pure === true && !PURE_EXTERNALS.includes(name)) {
    return `${folder} is pure, it may import of others only: ${PURE_EXTERNALS.join(', ')}`;
  }
  const home = ONLY_IN[name];
  return home === undefined || home === folder ? undefined : `${name} is used only in ${home}`;
}

const layers = {
  create(context: Context): Visitor {
    const file = relative(context.cwd, context.filename).split(sep).join('/');
    function check(node: Node, source: Node | null | undefined): void {
      if (typeof source?.value !== 'string') return;
      const reason = reasonAgainst(file, source.value);
      if (reason !== undefined) context.report({ node, message: `'${source.value}': ${reason}` });
    }
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      TSImportType: (node) => check(node, node.source),
      TSExternalModuleReference: (node) => check(node, node.expression),
      ImportExpression: (node) => check(node, node.source),
    };
  },
};

const noClock = {
  create(context: Context): Visitor {
    function check(node: Node): void {
      if (node.callee?.name === 'Date' && node.arguments?.length === 0) {
        context.report({ node, message: 'reads the clock: time is an argument here' });
      }
    }
    return { NewExpression: check, CallExpression: check };
  },
};

const noHiddenImport = {
  create(context: Context): Visitor {
    return {
      ImportExpression(node) {
        if (typeof node.source?.value === 'string') return;
        context.report({ node, message: 'nobody can see which module this imports: name it' });
      },
    };
  },
};

const explicitExports = {
  create(context: Context): Visitor {
    return {
      ExportAllDeclaration(node) {
        context.report({ node, message: 'name what is exported: the face of a library is an explicit list' });
      },
    };
  },
};

export default {
  meta: { name: 'besure' },
  rules: {
    layers,
    'no-clock': noClock,
    'no-hidden-import': noHiddenImport,
    'explicit-exports': explicitExports,
  },
};
