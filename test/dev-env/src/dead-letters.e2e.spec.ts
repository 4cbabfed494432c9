import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { splitAttachment } from '@besure/protocol';
import { waitUntil } from '@besure/testing';
import pg from 'pg';
import { expect, it } from 'vitest';
import { type CloudEvent, documentEvent } from './back-office.js';
import { zoneDatabaseUrl } from './databases.js';
import { withDeadLetterDesks } from './dead-letters.js';
import { fsckNetwork, waitUntilSettled } from './fsck.js';
import { networkForTests } from './network-for-tests.js';
import { newDocument } from './new-document.js';
import { RestartableHost } from './restartable-host.js';

const running = networkForTests('dead-letters', { host: (logs) => new RestartableHost(logs) });

function newEvents(count: number): CloudEvent[] {
  return Array.from({ length: count }, () =>
    documentEvent({
      organisation: 'alpha',
      event: 'sent',
      id: randomUUID(),
      time: new Date(),
      data: newDocument('alpha', 'beta'),
    }),
  );
}

/** One batch: one event of intake with an entry for each. */
async function sendBatch(organisation: string, events: readonly CloudEvent[]): Promise<void> {
  const intake = running.network.services.find(
    (one) => one.name === 'intake' && one.organisation === organisation,
  )!;
  const answer = await fetch(`${intake.http}/v1/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${readFileSync(running.network.tokens[organisation]!, 'utf8').trim()}`,
      'content-type': 'application/cloudevents-batch+json',
    },
    body: JSON.stringify(events),
  });
  expect(answer.status).toBe(202);
}

/** What a disk that rots does to the sealed facts of the second entry. */
async function damageSecondEntry(): Promise<void> {
  const client = new pg.Client({ connectionString: zoneDatabaseUrl(running.network.postgres.url, 'alpha') });
  await client.connect();
  try {
    const { rows } = await client.query<{ position: string; content: Buffer }>(
      'SELECT position, content FROM intake.attachment ORDER BY position DESC LIMIT 1',
    );
    const { position, content } = rows[0]!;
    // In the middle of the second member: behind its length, the mark of a frame, and the length of the ciphertext.
    const [first] = splitAttachment(content);
    content[first!.length + 4 + 1 + 4 + 10]! ^= 1;
    await client.query('UPDATE intake.attachment SET content = $2 WHERE position = $1', [position, content]);
  } finally {
    await client.end();
  }
}

async function stateOf({ source, id }: CloudEvent, wanted: string): Promise<unknown> {
  return waitUntil({ what: `an event to be ${wanted}`, timeoutMillis: 60_000 }, async () => {
    const status = await running.network.backOffice('alpha').status(source, id);
    return status?.state === wanted ? status : undefined;
  });
}

async function metricsOfProof(): Promise<string> {
  const { http } = running.network.services.find(
    (one) => one.name === 'proof' && one.organisation === 'alpha',
  )!;
  return (await fetch(`${http}/metrics`)).text();
}

it(
  'an accepted event whose facts cannot be opened waits for an operator, and ends as discarded with his reason',
  { timeout: 240_000 },
  async () => {
    const { network, host } = running;
    const events = newEvents(3);
    const [first, bad, last] = events as [CloudEvent, CloudEvent, CloudEvent];
    await sendBatch(
      'exchange',
      events.map((event) => ({ ...event, source: '/exchange/back-office' })),
    );
    // Nothing is read before it is damaged: from the disk alone it can come to proof then.
    await network.servers.nats.kill();
    await sendBatch('alpha', events);
    await host.restart('alpha-intake', async () => {
      await damageSecondEntry();
      await network.servers.nats.restart();
    });

    await stateOf(first, 'complete');
    await stateOf(last, 'complete');
    await waitUntil({ what: 'the metric' }, async () =>
      /^besure_dead_letters\{source="intake",.*\} 1$/m.test(await metricsOfProof()) ? true : undefined,
    );
    expect(await metricsOfProof()).toMatch(/^besure_alarms\{kind="dead-letters",.*\} 1$/m);
    await stateOf(bad, 'accepted');

    const why = 'the disk was damaged, ticket 17; sent again';
    await withDeadLetterDesks([host.plan('alpha-proof')], async ([at]) => {
      const { desk } = at!;
      const [letter, ...more] = await desk.list(false);
      expect(more).toEqual([]);
      expect(letter).toMatchObject({
        source: 'intake',
        type: 'EventsAccepted.v2',
        entry: 1,
        error: 'KeyError',
      });
      await expect(desk.replay(letter!.id, 'ann')).rejects.toThrow();
      await desk.discard(letter!.id, why, 'ann');
      await expect(desk.replay(letter!.id, 'ann')).rejects.toMatchObject({ code: 'dead-letter-ended' });
    });
    expect(await stateOf(bad, 'discarded')).toMatchObject({ why, evidence: null });

    // The facts come again, under another id, and are proven.
    const again = { ...bad, id: randomUUID() };
    await network.backOffice('alpha').send(again);
    await stateOf(again, 'complete');
    await waitUntilSettled(network, 60_000);
    const report = await fsckNetwork(network);
    expect(report).toMatchObject({ ok: true, findings: [], states: { discarded: 1 } });
    await waitUntil({ what: 'the metric to go back', timeoutMillis: 15_000 }, async () =>
      /^besure_dead_letters\{source="intake",.*\} 0$/m.test(await metricsOfProof()) ? true : undefined,
    );
  },
);
