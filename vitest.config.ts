import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const NEVER = ['**/node_modules/**', '**/dist/**'];

/** Tests by the suffix of their file, which says what they cost. */
function suite(name: 'int' | 'e2e' | 'long', timeout: number) {
  return {
    extends: true as const,
    test: {
      name,
      include: [`{apps,libs}/*/src/**/*.${name}.spec.ts`, `test/**/*.${name}.spec.ts`],
      exclude: NEVER,
      globalSetup: ['test/gate/shared-postgres.ts'],
      testTimeout: timeout,
      hookTimeout: 120_000,
    },
  };
}

export default defineConfig({
  oxc: { decorator: { legacy: true } },
  test: {
    // Most of a test with servers is waiting: a processor is not to be kept free for vitest itself.
    maxWorkers: availableParallelism(),
    // A test without an assertion proves nothing.
    expect: { requireAssertions: true },
    projects: [
      {
        extends: true,
        test: {
          name: 'spec',
          include: ['{apps,libs}/*/src/**/*.spec.ts', 'test/**/*.spec.ts'],
          exclude: [...NEVER, '**/*.{int,e2e,long}.spec.ts'],
          testTimeout: 30_000,
          // Pure tests leave nothing behind: they share loaded modules, which halves the CPU time.
          isolate: false,
        },
      },
      suite('int', 60_000),
      suite('e2e', 120_000),
      suite('long', 1_800_000),
    ],
  },
});
