import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startOwnAuthority } from './time-stamps.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'besure-own-authority-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it('is the same authority when a network comes up again', async () => {
  const keys = join(folder, 'time-stamp');
  const first = await startOwnAuthority(keys, 60);
  await first?.stop();
  const again = await startOwnAuthority(keys, 60);
  await again?.stop();
  expect(first).toMatchObject({ everySeconds: 60, url: expect.stringMatching(/^http:/) as string });
  expect(again?.root).toEqual(first?.root);
});

it('is done without where there is no OpenSSL, and is made once there is', async () => {
  const keys = join(folder, 'time-stamp');
  vi.stubEnv('PATH', folder);
  expect(await startOwnAuthority(keys, 60)).toBeNull();
  vi.unstubAllEnvs();
  const authority = await startOwnAuthority(keys, 60);
  await authority?.stop();
  expect(authority?.root.length).toBeGreaterThan(300);
  expect(existsSync(join(keys, 'root.der'))).toBe(true);
});
