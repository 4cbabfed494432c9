import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from './log.js';
import { hashToken, mayUseSource, newToken, TokensFile, type Credential } from './tokens-file.js';

let folder = '';
const lines: string[] = [];
const log = createLog({ name: 'test', stream: { write: (line) => void lines.push(line) } });
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'besure-tokens-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function entry(token: string): object {
  return { sha256: hashToken(token), organisation: 'alpha', sources: ['urn:a'], scopes: ['events:write'] };
}

function byToken(token: string): Credential {
  return { kind: 'token', value: hashToken(token) };
}

test('finds tokens, reads a changed file again, keeps the last good one while it is broken', () => {
  const path = join(folder, 'tokens.json');
  const [one, two] = [newToken(), newToken()];
  const replace = (text: string): void => {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  };
  replace(JSON.stringify([entry(one)]));
  const tokens = new TokensFile(path, log, 0);
  expect(tokens.find(byToken(one))).toEqual({
    credential: byToken(one),
    organisation: 'alpha',
    sources: ['urn:a'],
    scopes: ['events:write'],
    eventsPerSecond: null,
  });
  expect(tokens.find(byToken(two))).toBeNull();
  expect(tokens.find(byToken(hashToken(one)))).toBeNull();
  replace(JSON.stringify([entry(two)]));
  expect(tokens.find(byToken(one))).toBeNull();
  expect(tokens.find(byToken(two))).not.toBeNull();
  replace('[');
  expect(tokens.find(byToken(two))).not.toBeNull();
  rmSync(path);
  expect(tokens.find(byToken(two))).not.toBeNull();
  expect(lines.some((line) => line.includes('the last good one counts'))).toBe(true);
  replace('[]');
  expect(tokens.find(byToken(two))).toBeNull();
});

test('finds certificates and users of the bus by their names alone', () => {
  const path = join(folder, 'kinds.json');
  const rights = { sources: ['*'], scopes: [], eventsPerSecond: 5 };
  const hash = hashToken('x');
  writeFileSync(
    path,
    JSON.stringify([
      { publicKeySha256: hash, ...rights },
      { busUser: 'office', ...rights },
    ]),
  );
  const tokens = new TokensFile(path, log);
  expect(tokens.find({ kind: 'token', value: hash })).toBeNull();
  expect(tokens.find({ kind: 'certificate', value: 'office' })).toBeNull();
  expect(tokens.find({ kind: 'certificate', value: hash })).toMatchObject({ eventsPerSecond: 5 });
  expect(tokens.find({ kind: 'bus-user', value: 'office' })).toMatchObject({
    credential: { kind: 'bus-user', value: 'office' },
  });
});

test('looks at the file at most once per interval', () => {
  const path = join(folder, 'slow.json');
  const token = newToken();
  writeFileSync(path, JSON.stringify([entry(token)]));
  const tokens = new TokensFile(path, log, 3_600_000);
  writeFileSync(path, '[]');
  expect(tokens.find(byToken(token))).not.toBeNull();
});

test.each([
  ['not JSON', '['],
  ['not a list', '{}'],
  ['a token in clear', JSON.stringify([{ ...entry('x'), sha256: 'besure_token' }])],
  ['an unknown scope', JSON.stringify([{ ...entry('x'), scopes: ['everything'] }])],
  ['two credentials in one entry', JSON.stringify([{ ...entry('x'), busUser: 'office' }])],
  ['a user of the bus who is a wildcard', JSON.stringify([{ busUser: '*', sources: [], scopes: [] }])],
  ['no rate at all', JSON.stringify([{ ...entry('x'), eventsPerSecond: 0 }])],
  ['one credential twice', JSON.stringify([entry('x'), { ...entry('x'), scopes: [] }])],
  ['a surplus member', JSON.stringify([{ ...entry('x'), more: 1 }])],
])('does not start with %s', (name, text) => {
  const path = join(folder, `bad ${name}`);
  writeFileSync(path, text);
  expect(() => new TokensFile(path, log)).toThrow(/^the tokens file is not/);
});

test('sources', () => {
  const caller = { organisation: null, scopes: [], sources: ['urn:a', 'urn:b'] };
  expect(mayUseSource(caller, 'urn:a')).toBe(true);
  expect(mayUseSource(caller, 'urn:c')).toBe(false);
  expect(mayUseSource(caller, '*')).toBe(false);
  expect(mayUseSource({ ...caller, sources: ['*'] }, 'urn:c')).toBe(true);
});
