import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntakeAtWork } from '../contract/intake-at-work.js';

const examples = resolve(import.meta.dirname, '../../../examples/back-office');
const folder = mkdtempSync(join(tmpdir(), 'besure-examples-'));
const document = join(folder, 'letter.txt');
const event = join(folder, 'event.json');
const run = promisify(execFile);
let intake: IntakeAtWork;

beforeAll(async () => {
  intake = await IntakeAtWork.start();
  writeFileSync(join(folder, 'token'), intake.token, { mode: 0o600 });
  writeFileSync(document, 'Dear citizen');
  const sample = JSON.parse(readFileSync(join(examples, 'event.json'), 'utf8')) as object;
  writeFileSync(event, JSON.stringify({ ...sample, time: new Date().toISOString() }));
});
afterAll(async () => {
  await intake.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the examples for back offices', () => {
  it.each([
    ['curl', 'sh', ['send.sh', event, '/examples/back-office', 'letter-2026-001'], 'letter-2026-001'],
    ['Python', 'python3', ['send.py', document, 'text/plain', 'py-1'], 'py-1'],
    ['the SDK, binary', process.execPath, ['send.mjs', document, 'text/plain', 'js-1', 'binary'], 'js-1'],
    [
      'the SDK, structured',
      process.execPath,
      ['send.mjs', document, 'text/plain', 'js-2', 'structured'],
      'js-2',
    ],
  ])('%s sends an event and sees its state', async (_what, command, args, id) => {
    const { stdout } = await run(command, args, {
      cwd: examples,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        BESURE_URL: intake.service.httpUrl,
        BESURE_TOKEN_FILE: join(folder, 'token'),
      },
    });
    const [answer, state] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(answer).toEqual({ id, source: '/examples/back-office', status: 'accepted' });
    expect(state).toMatchObject({ state: 'accepted', disputed: false });
  });
});
