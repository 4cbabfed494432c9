import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ShortName } from '@besure/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { documentEvent } from './back-office.js';
import { fsckNetwork, waitUntilSettled } from './fsck.js';
import { inProcess } from './host.js';
import type { Network } from './network.js';
import { startNetwork } from './start-network.js';

let folder: string;
let network: Network;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besure-fsck-'));
  chmodSync(folder, 0o755);
  network = await startNetwork({ folder, profile: 'tests', host: inProcess, hubs: 2 });
});

afterAll(async () => {
  await network.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What both sides tell, and the exchange records. */
async function deliver(from: string, to: string, events: readonly ShortName[]): Promise<void> {
  const data = {
    message: `urn:uuid:${randomUUID()}`,
    sender: { scheme: 'be:cbe', id: '0200000001', organisation: from },
    recipient: { scheme: 'be:cbe', id: '0200000002', organisation: to },
    document: { mediaType: 'text/plain', size: 1, sha256: 'A'.repeat(43), sha3_512: 'A'.repeat(86) },
  };
  for (const event of events) {
    const [id, time] = [randomUUID(), new Date()];
    const by = event === 'sent' ? from : to;
    await network
      .backOffice('exchange')
      .send(documentEvent({ organisation: 'exchange', event, id, time, data }));
    await network.backOffice(by).send(documentEvent({ organisation: by, event, id, time, data }));
  }
}

it('finds nothing in a network at rest, and counts how its events ended', async () => {
  for (let at = 0; at < 5; at += 1) await deliver('alpha', 'beta', ['sent', 'made-available', 'received']);
  await waitUntilSettled(network, 60_000);
  const report = await fsckNetwork(network);
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({
    ok: true,
    acknowledged: 30,
    underway: 0,
    copiesUnderway: 0,
    evidenceVerified: 15,
  });
  expect(report.states).toEqual({ complete: 15, record: 15 });
});
