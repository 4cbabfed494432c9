import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nodePrimitives } from '@besure/keys';
import { parseEvidence } from '@besure/protocol';
import { waitUntil } from '@besure/testing';
import { verify } from '@besure/verification';
import { expect, it } from 'vitest';
import { inProcess } from './host.js';
import { networkForTests } from './network-for-tests.js';
import { assertProven, stateEvent } from './traffic.js';

const DEADLINE_MILLIS = 100_000;
const CLI = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));

const running = networkForTests('time-stamps', { timeStamps: 'own', host: inProcess });

it('evidence that is read a little later is time-stamped, and ./besure verify says so', async () => {
  const { folder, network } = running;
  const sent = await stateEvent(network, 'sent', ['alpha', 'beta'], 'same');
  const id = await assertProven(network, sent, 'same');
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
  const words = [CLI, 'verify', evidence, '--trust', trust];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  expect(stdout).toContain('Authority on this machine');
  const json = await promisify(execFile)(process.execPath, [...words, '--json']);
  expect(JSON.parse(json.stdout)).toEqual(JSON.parse(JSON.stringify(verdict)));
});
