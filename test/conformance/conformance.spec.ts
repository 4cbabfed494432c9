import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const VERIFIER = join('test', 'conformance', 'python', 'verify.py');

function python(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync('python3', ['-B', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (error !== undefined) throw new Error('python3 does not run: apt-get install python3', { cause: error });
  return { status, output: `${stdout}${stderr}` };
}

describe('a verifier written from the specifications alone', () => {
  it('has a Python that it runs on', () => {
    const needs = 'import hashlib, sys; assert sys.version_info >= (3, 11); hashlib.new("ripemd160")';
    const { status, output } = python('-c', needs);
    expect(status, `Python 3.11 with RIPEMD-160 is needed: apt-get install python3\n${output}`).toBe(0);
  });

  it('agrees with all vectors', { timeout: 600_000 }, () => {
    const { status, output } = python(VERIFIER, 'vectors/');
    expect(status, output).toBe(0);
  });
});
