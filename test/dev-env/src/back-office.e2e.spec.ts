import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { nodePrimitives } from '@besure/keys';
import { waitUntil } from '@besure/testing';
import { verify } from '@besure/verification';
import { beforeAll, expect, it } from 'vitest';
import { type CloudEvent, type EventStatus, documentEvent } from './back-office.js';
import { inProcess } from './host.js';
import { networkForTests } from './network-for-tests.js';
import { newDocument } from './new-document.js';
import { runFilePath, writeRunFile } from './run-file.js';

const walkThrough = resolve(import.meta.dirname, '../../../examples/back-office/walk-through.sh');
const run = promisify(execFile);
const PATIENCE = { timeoutMillis: 180_000, everyMillis: 100 };

const running = networkForTests('back-office', { host: inProcess });
/** The exchange has no record of it. */
const unknown: CloudEvent = documentEvent({
  organisation: 'alpha',
  event: 'sent',
  id: randomUUID(),
  time: new Date(),
  data: newDocument('alpha', 'beta'),
});

beforeAll(() => writeRunFile(running.folder, running.network));

function reach(state: string): Promise<EventStatus> {
  return waitUntil({ what: `an event to be ${state}`, ...PATIENCE }, async () => {
    const status = await running.network.backOffice('alpha').status(unknown.source, unknown.id);
    return status?.state === state ? status : undefined;
  });
}

async function verdictOn({ evidence }: EventStatus): Promise<object> {
  const text = await running.network.backOffice('alpha').evidence(evidence!);
  return verify(text, running.network.trust, { primitives: nodePrimitives });
}

it('lets an event wait whose message the exchange does not know, until the deadline makes it one-sided', async () => {
  await running.network.backOffice('alpha').send(unknown);
  expect(await reach('prepared')).toMatchObject({ disputed: false, why: null });
  const { at, ...status } = await reach('one-sided');
  expect(status).toMatchObject({ disputed: false, why: 'no-record' });
  const waited = Date.parse(at['one-sided']!) - Date.parse(at['prepared']!);
  expect(waited).toBeGreaterThan(
    running.network.charter.limits.countersignatureDeadlineSeconds * 1000 - 1000,
  );
  const recorded = await waitUntil({ what: 'its evidence', ...PATIENCE }, async () => {
    const now = await running.network.backOffice('alpha').status(unknown.source, unknown.id);
    return now?.at['recorded'] === undefined ? undefined : now;
  });
  expect(await verdictOn(recorded)).toMatchObject({
    result: 'unacceptable',
    code: 'one-sided',
    agreedBy: null,
  });
}, 240_000);

it('gives every answer of the walk-through, and leaves the tokens as they were', async () => {
  const tokens = join(dirname(running.network.tokens['alpha']!), 'tokens.json');
  const before = readFileSync(tokens, 'utf8');
  const { stdout } = await run('sh', [walkThrough, runFilePath(running.folder)], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  });
  const answers = stdout.match(/^\d{3}(?= )/gm)?.filter((status) => status !== '200');
  expect(answers?.map(Number)).toEqual([
    202, 202, 409, 409, 401, 401, 403, 403, 400, 413, 415, 422, 422, 422,
  ]);
  expect(stdout).toMatch(/"state":"complete".*\nall as it should be\n$/);
  expect(readFileSync(tokens, 'utf8')).toBe(before);
}, 240_000);

it('completes it when the exchange learns of the message later', async () => {
  await running.network
    .backOffice('exchange')
    .send({ ...unknown, source: 'https://exchange.besure.invalid/late' });
  const status = await reach('complete');
  expect(status).toMatchObject({ disputed: false });
  expect(await verdictOn(status)).toMatchObject({ result: 'proven', code: 'proven', agreedBy: 'exchange' });
}, 240_000);
