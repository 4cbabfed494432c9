import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A file, and the rule of ours or of the linter that has to refuse it; none: it has to pass. */
interface Case {
  readonly file: string;
  readonly code: string;
  readonly rule?: string;
}

const LAYERS = 'besure(layers)';
const REFUSALS = /^besure\(|^eslint\(no-restricted-/;
const SERVICES = ['intake', 'proof', 'archive', 'ledger-writer', 'rights', 'devchain'];
const PURE = ['protocol', 'ledger-tx', 'ledger-log', 'time-stamp', 'governance', 'verification', 'audit'];
const ADAPTERS = ['multichain', 'event-store', 'log-store', 'messaging'];
const LIBRARIES = [
  ...PURE,
  'fault-points',
  'multichain',
  'event-store',
  'log-store',
  'messaging',
  'keys',
  'service',
  'fsck',
];

function imports(module: string): string {
  return `import { x } from '${module}';\nexport const y = x;\n`;
}

const CASES: readonly Case[] = [
  // Pure: neither Nest, TypeORM, NATS nor node:*, whatever the form of the import; no clock, no chance.
  ...PURE.flatMap((name): Case[] => [
    ...['@nestjs/common', 'typeorm', 'nats', 'pg', 'node:crypto', 'fs', 'react'].map((module) => ({
      file: `libs/${name}/src/a.ts`,
      code: imports(module),
      rule: LAYERS,
    })),
    { file: `libs/${name}/src/a.ts`, code: "import 'node:fs';\n", rule: LAYERS },
    { file: `libs/${name}/src/a.ts`, code: "export { x } from 'node:fs';\n", rule: LAYERS },
    { file: `libs/${name}/src/a.ts`, code: "export * from 'node:fs';\n", rule: LAYERS },
    {
      file: `libs/${name}/src/a.ts`,
      code: "import type { X } from 'node:fs';\nexport type Y = X;\n",
      rule: LAYERS,
    },
    { file: `libs/${name}/src/a.ts`, code: "export type X = import('node:fs').Stats;\n", rule: LAYERS },
    { file: `libs/${name}/src/a.ts`, code: "export const x = await import('node:fs');\n", rule: LAYERS },
    {
      file: `libs/${name}/src/a.ts`,
      code: 'export const f = (m: string) => import(m);\n',
      rule: 'besure(no-hidden-import)',
    },
    { file: `libs/${name}/src/a.ts`, code: 'export const x = new Date();\n', rule: 'besure(no-clock)' },
    { file: `libs/${name}/src/a.ts`, code: 'export const x = Date();\n', rule: 'besure(no-clock)' },
    {
      file: `libs/${name}/src/a.ts`,
      code: 'export const x = Date.now();\n',
      rule: 'eslint(no-restricted-properties)',
    },
    {
      file: `libs/${name}/src/a.ts`,
      code: 'export const x = Math.random();\n',
      rule: 'eslint(no-restricted-properties)',
    },
    ...[
      'performance.now()',
      'crypto.randomUUID()',
      'process.hrtime()',
      'globalThis.x',
      "Buffer.from('')",
      "require('fs')",
      "fetch('')",
      'setTimeout(String, 1)',
    ].map((expression) => ({
      file: `libs/${name}/src/a.ts`,
      code: `export const x = ${expression};\n`,
      rule: 'eslint(no-restricted-globals)',
    })),
    // What stays possible: given time, audited pure packages, Node in a test.
    { file: `libs/${name}/src/deep/a.ts`, code: 'export const x = (millis: number) => new Date(millis);\n' },
    { file: `libs/${name}/src/deep/a.ts`, code: imports('@noble/hashes/sha2.js') },
    { file: `libs/${name}/src/deep/a.ts`, code: imports('../b.js') },
    { file: `libs/${name}/src/a.spec.ts`, code: imports('node:fs') },
  ]),

  // Lower libraries do not import higher ones.
  ...[
    ['protocol', 'verification'],
    ['protocol', 'governance'],
    ['protocol', 'keys'],
    ['governance', 'verification'],
    ['ledger-tx', 'governance'],
    ['ledger-log', 'governance'],
    ['ledger-tx', 'ledger-log'],
    ['time-stamp', 'governance'],
    ['protocol', 'time-stamp'],
    ['verification', 'keys'],
    ['verification', 'log-store'],
    ['event-store', 'messaging'],
    ['event-store', 'log-store'],
    ['keys', 'service'],
    ['messaging', 'service'],
    ['log-store', 'service'],
    ['multichain', 'service'],
  ].map(([from, to]) => ({
    file: `libs/${from}/src/a.ts`,
    code: imports(`@besure/${to}`),
    rule: LAYERS,
  })),
  ...LIBRARIES.flatMap((name) =>
    [...SERVICES, 'cli', 'dev-env'].map((app) => ({
      file: `libs/${name}/src/a.ts`,
      code: imports(`@besure/${app}`),
      rule: LAYERS,
    })),
  ),
  { file: 'libs/protocol/src/a.ts', code: imports('@besure/verification/noble'), rule: LAYERS },
  { file: 'libs/verification/src/a.ts', code: imports('@besure/governance') },
  { file: 'apps/archive/src/a.ts', code: imports('@besure/verification/noble') },
  { file: 'libs/messaging/src/a.ts', code: imports('@besure/event-store') },

  // Apps never import apps, not even in tests, nor by the way of a path.
  ...SERVICES.flatMap((name) =>
    SERVICES.filter((other) => other !== name).flatMap((other): Case[] => [
      { file: `apps/${name}/src/a.ts`, code: imports(`@besure/${other}`), rule: LAYERS },
      { file: `apps/${name}/src/a.int.spec.ts`, code: imports(`@besure/${other}`), rule: LAYERS },
    ]),
  ),
  ...SERVICES.map((app) => ({ file: 'apps/cli/src/a.ts', code: imports(`@besure/${app}`), rule: LAYERS })),
  { file: 'apps/intake/src/a.ts', code: imports('../../proof/src/index.js'), rule: LAYERS },
  { file: 'apps/intake/src/a.ts', code: imports('@besure/proof/dist/index.js'), rule: LAYERS },
  { file: 'libs/keys/src/a.ts', code: imports('../../protocol/src/bytes.js'), rule: LAYERS },

  // Only ledger-writer talks to MultiChain, and each client stays behind one library.
  ...['intake', 'proof', 'archive', 'rights', 'devchain', 'cli'].map((name) => ({
    file: `apps/${name}/src/a.ts`,
    code: imports('@besure/multichain'),
    rule: LAYERS,
  })),
  { file: 'test/dev-env/src/a.ts', code: imports('@besure/multichain'), rule: LAYERS },
  { file: 'apps/ledger-writer/src/a.ts', code: imports('multichain-node'), rule: LAYERS },
  { file: 'apps/proof/src/a.ts', code: imports('nats'), rule: LAYERS },
  { file: 'apps/proof/src/a.ts', code: imports('secp256k1'), rule: LAYERS },
  { file: 'apps/ledger-writer/src/a.ts', code: imports('@besure/multichain') },
  { file: 'libs/multichain/src/a.ts', code: imports('multichain-node') },
  { file: 'libs/messaging/src/a.ts', code: imports('nats') },

  // libs/testing only from tests and dev-env; dev-env is the only place that may import apps.
  ...LIBRARIES.map((name) => ({
    file: `libs/${name}/src/a.ts`,
    code: imports('@besure/testing'),
    rule: LAYERS,
  })),
  ...SERVICES.map((name) => ({
    file: `apps/${name}/src/a.ts`,
    code: imports('@besure/testing'),
    rule: LAYERS,
  })),
  { file: 'apps/cli/src/a.ts', code: imports('@besure/testing'), rule: LAYERS },
  { file: 'libs/event-store/src/a.int.spec.ts', code: imports('@besure/testing') },
  { file: 'apps/intake/src/a.int.spec.ts', code: imports('@besure/testing') },
  { file: 'apps/cli/src/a.ts', code: imports('@besure/dev-env') },
  ...[...SERVICES, 'testing'].map((name) => ({
    file: 'test/dev-env/src/a.ts',
    code: imports(`@besure/${name}`),
  })),

  // Adapters have fault points, apps know nothing of them; and only tests install faults.
  ...ADAPTERS.flatMap((name): Case[] => [
    { file: `libs/${name}/src/a.ts`, code: imports('@besure/fault-points') },
    { file: `libs/${name}/src/a.ts`, code: imports('@besure/fault-points/install'), rule: LAYERS },
    { file: `libs/${name}/src/a.int.spec.ts`, code: imports('@besure/fault-points/install') },
  ]),
  ...[...SERVICES, 'cli'].flatMap((name): Case[] => [
    { file: `apps/${name}/src/a.ts`, code: imports('@besure/fault-points'), rule: LAYERS },
    { file: `apps/${name}/src/a.ts`, code: imports('@besure/fault-points/install'), rule: LAYERS },
  ]),
  ...[...PURE, 'service', 'testing'].map((name) => ({
    file: `libs/${name}/src/a.ts`,
    code: imports('@besure/fault-points/install'),
    rule: LAYERS,
  })),
  { file: 'test/dev-env/src/a.ts', code: imports('@besure/fault-points/install') },

  // A package that nobody put in the table.
  { file: 'libs/newcomer/src/a.ts', code: imports('@besure/protocol'), rule: LAYERS },
  { file: 'libs/keys/src/a.ts', code: "export * from './b.js';\n", rule: 'besure(explicit-exports)' },
];

describe('the layers of the design are lint errors', () => {
  const root = mkdtempSync(join(tmpdir(), 'besure-layers-'));
  const found = new Map<string, string[]>();

  // Each case in a file of its own, all of them in one run of the linter with the real configuration.
  const files = CASES.map(({ file, code }, number) => ({
    path: file.replace('/a.', `/case-${number}.`),
    code,
  }));

  beforeAll(() => {
    const checkout = join(import.meta.dirname, '..');
    const rules = JSON.parse(readFileSync(join(checkout, '.oxlintrc.json'), 'utf8')) as object;
    // Without type-aware rules: there is nothing here that types could be taken from.
    writeFileSync(join(root, '.oxlintrc.json'), JSON.stringify({ ...rules, options: { typeAware: false } }));
    cpSync(join(checkout, 'test/lint'), join(root, 'test/lint'), { recursive: true });
    writeFileSync(join(root, 'package.json'), '{"type":"module"}');
    for (const { path, code } of files) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), code);
    }
    const oxlint = join(checkout, 'node_modules/oxlint/bin/oxlint');
    const configuration = ['--config', join(root, '.oxlintrc.json'), '--disable-nested-config'];
    const result = spawnSync(process.execPath, [oxlint, ...configuration, '--format', 'json'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    expect(result.stdout, result.stderr).toMatch(/^\s*\{/);
    const { diagnostics } = JSON.parse(result.stdout) as {
      diagnostics: { code: string; filename: string }[];
    };
    for (const { code, filename } of diagnostics) found.set(filename, [...(found.get(filename) ?? []), code]);
  });

  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  it.each(CASES.map((one, number) => ({ ...one, number })))('$file: $code -> $rule', ({ rule, number }) => {
    const codes = found.get(files[number]!.path) ?? [];
    if (rule === undefined) expect(codes.filter((code) => REFUSALS.test(code))).toEqual([]);
    else expect(codes).toContain(rule);
  });
});
