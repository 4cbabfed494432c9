import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nodePrimitives } from '@besure/keys';
import { parseEvidence } from '@besure/protocol';
import { waitUntil } from '@besure/testing';
import { verify } from '@besure/verification';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { documentEvent } from './back-office.js';
import { inProcess } from './host.js';
import type { Network } from './network.js';
import { startNetwork } from './start-network.js';

const DEADLINE_MILLIS = 100_000;
const CLI = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));

let folder: string;
let network: Network;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besure-time-stamps-'));
  chmodSync(folder, 0o755);
  network = await startNetwork({
    folder: join(folder, 'network'),
    profile: 'tests',
    timeStamps: 'own',
    host: inProcess,
  });
});

afterAll(async () => {
  await network.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The evidence of one event that sender and exchange have handed in. */
async function newEvidence(): Promise<string> {
  const digest = (hash: (data: Uint8Array) => Uint8Array): string =>
    Buffer.from(hash(Buffer.from('a document'))).toString('base64url');
  const data = {
    message: `urn:uuid:${randomUUID()}`,
    sender: { scheme: 'be:cbe', id: '0200000001', organisation: 'alpha' },
    recipient: { scheme: 'be:cbe', id: '0200000002', organisation: 'beta' },
    document: {
      mediaType: 'text/plain',
      size: 10,
      sha256: digest(nodePrimitives.sha256),
      sha3_512: digest(nodePrimitives.sha3_512),
    },
  };
  const [id, time] = [randomUUID(), new Date()];
  for (const organisation of ['exchange', 'alpha']) {
    await network
      .backOffice(organisation)
      .send(documentEvent({ organisation, event: 'sent', id, time, data }));
  }
  const { source } = documentEvent({ organisation: 'alpha', event: 'sent', id, time, data });
  return waitUntil({ what: 'the statement to be complete', timeoutMillis: DEADLINE_MILLIS }, async () => {
    const status = await network.backOffice('alpha').status(source, id);
    return status?.state === 'complete' ? (status.evidence ?? undefined) : undefined;
  });
}

it('evidence that is read a little later is time-stamped, and ./besure verify says so', async () => {
  const id = await newEvidence();
  const text = await waitUntil({ what: 'a time stamp', timeoutMillis: DEADLINE_MILLIS }, async () => {
    const read = await network.backOffice('alpha').evidence(id);
    const { recordings } = parseEvidence(read);
    return recordings.length === 2 && recordings.every(({ timeStamp }) => timeStamp !== null)
      ? read
      : undefined;
  });
  const verdict = verify(text, network.trust, { primitives: nodePrimitives });
  expect(verdict).toMatchObject({ result: 'proven', assurance: 'time-stamped' });
  const [{ name } = { name: '' }] = network.charter.timeStampAuthorities;
  expect(verdict.recordings.map(({ timeStamp }) => timeStamp?.authority)).toEqual([name, name]);

  const [evidence, trust] = [join(folder, 'evidence.json'), join(folder, 'trust.json')];
  writeFileSync(evidence, text);
  writeFileSync(trust, network.trust);
  const words = [CLI, 'verify', evidence, '--trust', trust];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  expect(stdout).toContain('Authority on this machine');
  const json = await promisify(execFile)(process.execPath, [...words, '--json']);
  expect(JSON.parse(json.stdout)).toEqual(JSON.parse(JSON.stringify(verdict)));
});
