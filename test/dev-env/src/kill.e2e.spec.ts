import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodePrimitives } from '@besure/keys';
import type { ShortName } from '@besure/protocol';
import { verify } from '@besure/verification';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CloudEvent, documentEvent } from './back-office.js';
import { readLedger } from './demo/ledger-reader.js';
import { ProcessHost } from './host.js';
import type { Network } from './network.js';
import { startNetwork } from './start-network.js';

const DOCUMENTS_PER_KILL = 3;
const DEADLINE_MILLIS = 120_000;

let folder: string;
let host: ProcessHost;
let network: Network;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besure-kill-'));
  chmodSync(folder, 0o755);
  network = await startNetwork({
    folder,
    profile: 'tests',
    host: (logs) => (host = new ProcessHost(logs)),
  });
});

afterAll(async () => {
  await network.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Sent {
  readonly organisation: string;
  readonly event: CloudEvent;
}

/** Sends until it is acknowledged, as a back office does: an answer that was lost is asked for again with the same event. */
async function sendSurely(organisation: string, event: CloudEvent): Promise<void> {
  const until = Date.now() + DEADLINE_MILLIS;
  for (;;) {
    try {
      await network.backOffice(organisation).send(event);
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function sendOne(name: ShortName, from: string, to: string): Promise<Sent> {
  const data = {
    message: `urn:uuid:${randomUUID()}`,
    sender: { scheme: 'be:cbe', id: '0200000001', organisation: from },
    recipient: { scheme: 'be:cbe', id: '0200000002', organisation: to },
    document: {
      mediaType: 'text/plain',
      size: 1,
      sha256: Buffer.from(nodePrimitives.sha256(Buffer.from(randomUUID()))).toString('base64url'),
      sha3_512: Buffer.from(nodePrimitives.sha3_512(Buffer.from(randomUUID()))).toString('base64url'),
    },
  };
  const id = randomUUID();
  const time = new Date();
  const organisation = name === 'sent' ? from : to;
  await sendSurely('exchange', documentEvent({ organisation: 'exchange', event: name, id, time, data }));
  const event = documentEvent({ organisation, event: name, id, time, data });
  await sendSurely(organisation, event);
  return { organisation, event };
}

it(
  'proves each acknowledged event exactly once, whichever process is killed in the middle',
  { timeout: 400_000 },
  async () => {
    const sent: Sent[] = [];
    const servers = Object.entries(network.servers).map(([name, server]) => ({
      name,
      kill: () => server.kill(),
      restart: () => server.restart(),
    }));
    const services = host.names.map((name) => ({
      name,
      kill: () => host.kill(name),
      restart: () => host.restart(name),
    }));
    for (const { kill, restart } of [...services, ...servers]) {
      // Some events are under way when it dies, others arrive while it is away.
      for (let i = 0; i < DOCUMENTS_PER_KILL; i++)
        sent.push(await sendOne(i % 2 === 0 ? 'sent' : 'received', 'alpha', 'beta'));
      await kill();
      const away = sendOne('sent', 'beta', 'alpha');
      await restart();
      sent.push(await away);
    }
    const evidence = new Map<string, string>();
    const until = Date.now() + DEADLINE_MILLIS;
    let last = '';
    while (evidence.size < sent.length) {
      for (const { organisation, event } of sent) {
        if (evidence.has(event.id)) continue;
        const status = await network
          .backOffice(organisation)
          .status(event.source, event.id)
          .catch(() => null);
        last = `${organisation} ${event.type}: ${JSON.stringify(status)}`;
        if (status?.state === 'complete') evidence.set(event.id, status.evidence!);
      }
      if (Date.now() > until)
        throw new Error(`${evidence.size} of ${sent.length} complete; the last one seen: ${last}`);
    }
    expect(new Set(evidence.values()).size).toBe(sent.length);
    for (const { organisation, event } of sent) {
      const text = await network.backOffice(organisation).evidence(evidence.get(event.id)!);
      expect(verify(text, network.trust, { primitives: nodePrimitives })).toMatchObject({
        result: 'proven',
        code: 'proven',
      });
    }
    const items = await readLedger(network.ledger, network.charter, nodePrimitives.sha256);
    const slots = items.map(({ publisher, slot }) => `${publisher} ${slot}`);
    expect(new Set(slots).size).toBe(slots.length);
  },
);
