import { expectedRights, parseCharter, type Charter } from '@besure/governance';
import { connectBus, inboxPrefixOf, NatsRequestServer } from '@besure/messaging';
import { SUBJECTS } from '@besure/protocol';
import type { RunningService } from '@besure/service';
import { apiFetch, startNats, waitUntil, type Nats } from '@besure/testing';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerRights, Permission } from './permissions-answer.js';
import { start } from './service.js';

const vectorFile = new URL('../../../vectors/charter/valid/one-hub.json', import.meta.url);
const { text } = JSON.parse(readFileSync(vectorFile, 'utf8')) as { text: string };
const charter: Charter = parseCharter(text);
const cleanups: (() => Promise<unknown>)[] = [];
let nats: Nats;

beforeAll(async () => {
  nats = await startNats();
});

afterAll(() => nats.stop());

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function right(address: string, type: string, stream: string | null = null): Permission {
  return { address, type, stream, startBlock: 0, endBlock: 0xffff_ffff };
}

const asAgreed: LedgerRights = {
  height: 7,
  permissions: [
    ...expectedRights(charter, 8).map(({ address, stream, type }) => right(address, type, stream)),
  ],
  streams: Object.values(charter.ledger.streams).map((name) => ({ name, restrictsWrite: true })),
};

/** Answers in the place of a ledger-writer. */
function answerWith(answer: () => LedgerRights): void {
  const bus = connectBus({
    url: nats.url,
    name: 'ledger-writer',
    inboxPrefix: inboxPrefixOf('ledger-writer'),
  });
  const server = new NatsRequestServer({ bus });
  server.addHandler(SUBJECTS.permissions, async () => answer());
  server.listen(() => {});
  cleanups.push(() => bus.close());
}

async function startRights(): Promise<RunningService> {
  const running = await start({
    http: { port: 0 },
    logLevel: 'error',
    charter,
    ledgerWriterUrl: 'http://127.0.0.1:1',
    webhooks: { urls: [], secret: null },
    bus: { url: nats.url, credentialsFile: undefined },
  });
  cleanups.push(() => running.stop());
  return running;
}

async function permissions(
  service: RunningService,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await apiFetch(`${service.httpUrl}/v1/permissions`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function untilAnswered(service: RunningService): Promise<Record<string, unknown>> {
  return waitUntil({ what: 'permissions' }, async () => {
    const { status, body } = await permissions(service);
    return status === 200 ? body : undefined;
  });
}

describe('rights', () => {
  it('serves the charter, and no trust file before the log of rights is confirmed', async () => {
    const service = await startRights();
    const get = async (path: string) => (await apiFetch(`${service.httpUrl}${path}`)).text();
    expect(parseCharter(await get('/v1/charter'))).toEqual(charter);
    expect((await apiFetch(`${service.httpUrl}/v1/trust`)).status).toBe(503);
  });

  it('lists the ledger’s permissions; none differ', async () => {
    answerWith(() => asAgreed);
    const service = await startRights();
    expect(await untilAnswered(service)).toEqual({ ...asAgreed, differences: [] });
    const metrics = await (await apiFetch(`${service.httpUrl}/metrics`)).text();
    expect(metrics).toMatch(/besure_alarms\{.*kind="permission-difference".*\} 0/);
  });

  it('lists differences, and alarms without being asked', async () => {
    answerWith(() => ({
      ...asAgreed,
      permissions: [...asAgreed.permissions, right('stranger', 'write', 'proofs')],
    }));
    const service = await startRights();
    await waitUntil({ what: 'the alarm' }, async () => {
      const metrics = await (await apiFetch(`${service.httpUrl}/metrics`)).text();
      return /besure_alarms\{.*kind="permission-difference".*\} 1/.test(metrics) ? true : undefined;
    });
    const { differences } = await untilAnswered(service);
    expect(differences).toEqual([{ kind: 'surplus', address: 'stranger', stream: 'proofs', type: 'write' }]);
  });

  it('is ready without a ledger, and says that it cannot look', async () => {
    const service = await startRights();
    const { status, body } = await permissions(service);
    expect(status).toBe(503);
    expect(body).toMatchObject({ type: 'urn:besure:problem:unavailable' });
    expect((await apiFetch(`${service.httpUrl}/health/ready`)).status).toBe(200);
  });
});
