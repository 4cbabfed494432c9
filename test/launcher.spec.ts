import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const CHECKOUT = join(import.meta.dirname, '..');
const TOOLS = [
  'cat',
  'cksum',
  'date',
  'dirname',
  'find',
  'flock',
  'mkdir',
  'mv',
  'readlink',
  'sh',
  'sleep',
  'tail',
  'uname',
];

/** In the place of Node: tells how it was called. */
const NODE = `#!/bin/sh
case $1 in *installed.ts) [ ! -e not-installed ]; exit ;; esac
printf '%s\\n' "$PWD" "$@"
exit 7
`;

let base: string;
let clone: string;
let tools: string;

/** A checkout with everything that the launcher looks at, in a folder whose name is not easy. */
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'besure-launcher-')));
  clone = join(base, "it's a clone");
  tools = join(base, 'tools');
  for (const folder of ['apps/cli/dist', 'libs', 'test']) mkdirSync(join(clone, folder), { recursive: true });
  // Debian's package puts the server there, which a machine may have.
  const launcher = readFileSync(join(CHECKOUT, 'besure'), 'utf8').replaceAll(
    '/usr/sbin/',
    join(base, 'sbin/'),
  );
  writeFileSync(join(clone, 'besure'), launcher, { mode: 0o755 });
  for (const file of ['package-lock.json', 'tsconfig.base.json', 'tsconfig.build.json']) {
    copyFileSync(join(CHECKOUT, file), join(clone, file));
  }
  cpSync(join(CHECKOUT, 'apps/cli/launcher'), join(clone, 'apps/cli/launcher'), { recursive: true });
  const node = join(clone, 'node_modules', `node-linux-${arch()}`, 'bin', 'node');
  mkdirSync(dirname(node), { recursive: true });
  writeFileSync(node, NODE, { mode: 0o755 });
  writeFileSync(join(clone, 'apps/cli/dist/main.js'), '');
  mkdirSync(join(clone, '.besure'));
  writeFileSync(join(clone, '.besure/built'), '');
  mkdirSync(tools);
  for (const tool of TOOLS)
    symlinkSync(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), join(tools, tool));
});

afterEach(() => rmSync(base, { recursive: true }));

function launch(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: base,
    encoding: 'utf8',
    env: { PATH: tools, ...environment },
  });
  return { status, stdout: stdout.trimEnd().split('\n'), stderr };
}

describe('./besure', () => {
  it('runs the pinned Node where it was called, with its arguments as they are', () => {
    const answer = launch(join(clone, 'besure'), ['verify', 'a file', '', "it's"]);
    const main = join(clone, 'apps/cli/dist/main.js');
    expect(answer).toEqual({ status: 7, stdout: [base, main, 'verify', 'a file', '', "it's"], stderr: '' });
  });

  it('can be called by a link', () => {
    symlinkSync(join(clone, 'besure'), join(base, 'linked'));
    const { stdout } = launch(join(base, 'linked'), ['status']);
    expect(stdout).toEqual([base, join(clone, 'apps/cli/dist/main.js'), 'status']);
  });

  it('runs the gate from its sources, also when nothing is built', () => {
    rmSync(join(clone, 'apps/cli/dist'), { recursive: true });
    const { stdout } = launch(join(clone, 'besure'), ['test', '--suite', 'spec'], {
      NATS_SERVER_BIN: '/somewhere',
    });
    expect(stdout).toEqual([base, join(clone, 'test/gate/main.ts'), '--suite', 'spec']);
  });

  it('names everything that is missing and cannot be installed, at once', () => {
    writeFileSync(join(clone, 'not-installed'), '');
    const { status, stderr } = launch(join(clone, 'besure'), ['demo']);
    expect(status).toBe(69);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    for (const program of ['Node 20', 'npm', 'nats-server']) expect(stderr).toContain(program);
  });

  it('asks for a server only for commands that start one', () => {
    expect(launch(join(clone, 'besure'), ['verify']).status).toBe(7);
    expect(launch(join(clone, 'besure'), ['up'])).toMatchObject({ status: 69 });
  });
});
