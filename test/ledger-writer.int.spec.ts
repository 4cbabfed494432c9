import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodePrimitives } from '@besure/keys';
import { parseTransaction, streamEntity, toHex, txidOf } from '@besure/ledger-tx';
import { FolderLog, HttpLogSource, mirrorLog } from '@besure/log-store';
import { connectBus, inboxPrefixOf, request, type Bus, type Json } from '@besure/messaging';
import { parseItem, parseLogEntry, parseOutputsAnswer, parseSubmitAnswer, SUBJECTS } from '@besure/protocol';
import { start as startRights } from '@besure/rights';
import type { RunningService } from '@besure/service';
import { startNats, waitUntil, type Nats } from '@besure/testing';
import { judgeCheckpoint } from '@besure/verification';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itemBy, makeCharter, type TestCharter } from '../apps/ledger-writer/contract/scripted-network.js';
import { devchain, type Ledger, parametersOf, startHub } from './board/hubs-on-a-ledger.js';

const { sha256 } = nodePrimitives;
const ITEMS = 5;

/** A fresh chain of a real node, from the variables that a ledger-writer would be given. */
async function multichain(): Promise<Ledger> {
  const {
    MULTICHAIN_URL: url = '',
    MULTICHAIN_USER: user = '',
    MULTICHAIN_PASSWORD_FILE: file = '',
  } = process.env;
  return { settings: { url, user, password: readFileSync(file, 'utf8').trim() }, stop: async () => {} };
}

const ledgers = [
  ['devchain', () => devchain()],
  ...(process.env['BESURE_TEST_MULTICHAIN'] === undefined ? [] : [['a real node', multichain] as const]),
] as const;

describe.each(ledgers)('ledger-writer and rights on %s', (_name, open) => {
  const cleanups: (() => Promise<unknown>)[] = [];
  let nats: Nats;
  let ledger: Ledger;
  let network: TestCharter;
  let writer: RunningService;

  async function startWriter(index = 0): Promise<RunningService> {
    const hub = network.hubs[index];
    if (hub === undefined) throw new Error('no hub');
    const running = await startHub(network.charter, hub.signer, ledger, nats);
    cleanups.push(() => running.stop());
    return running;
  }

  function busOf(user: string): Bus {
    const bus = connectBus({ url: nats.url, name: user, inboxPrefix: inboxPrefixOf(user) });
    cleanups.push(() => bus.close());
    return bus;
  }

  /** Asks until the answer is not a refusal: services start, and ledgers grow, in their own time. */
  async function ask(bus: Bus, subject: string, payload: Json): Promise<Record<string, unknown>> {
    return waitUntil({ what: `an answer on ${subject}`, everyMillis: 100 }, async () => {
      try {
        return await request(bus, subject, payload, { timeoutMillis: 10_000 });
      } catch {
        return undefined;
      }
    });
  }

  async function leavesOf(service: RunningService, size: number): Promise<{ slots: number[]; root: string }> {
    const note = await waitUntil({ what: `a checkpoint of size ${size}`, everyMillis: 100 }, async () => {
      const response = await fetch(`${service.httpUrl}/log/proofs/checkpoint`);
      if (!response.ok) return undefined;
      const text = await response.text();
      const judged = judgeCheckpoint(text, network.charter, nodePrimitives);
      return judged.checkpoint.size >= size && judged.recordedTime !== null ? judged : undefined;
    });
    const bundle = await fetch(`${service.httpUrl}/log/proofs/tile/entries/000.p/${size}`);
    const bytes = new Uint8Array(await bundle.arrayBuffer());
    const slots = Array.from({ length: size }, (_, i) => {
      const entry = parseLogEntry(bytes.slice(i * 78 + 2, (i + 1) * 78));
      return parseItem(entry.item).slot;
    });
    return { slots, root: toHex(note.checkpoint.root) };
  }

  beforeAll(async () => {
    nats = await startNats();
    ledger = await open();
    network = makeCharter({
      ...(await parametersOf(ledger)),
      hubs: 2,
      quorum: { hubs: 1, witnesses: 0 },
    });
    writer = await startWriter();
  });

  afterAll(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
    await ledger.stop();
    await nats.stop();
  });

  it('founds, carries a chain of items, and has them in the log in order under a quorate checkpoint', async () => {
    const [alpha] = network.members;
    await ask(busOf('rights'), SUBJECTS.found, {});
    const bus = busOf('alpha');
    const { outputs, streams } = await waitUntil({ what: 'an output of three grants' }, async () => {
      const answer = parseOutputsAnswer(
        await ask(bus, SUBJECTS.outputs('alpha'), { address: alpha.address }),
      );
      return answer.outputs.some(({ confirmations }) => confirmations > 2) ? answer : undefined;
    });
    const entity = streamEntity(txidOf(streams.proofs.raw, sha256));
    const [first] = outputs;
    const script = first && parseTransaction(first.raw).outputs[first.vout]?.script;
    if (first === undefined || script === undefined) throw new Error('nothing to spend');
    let input: { txid: string; vout: number; script: Uint8Array } = {
      txid: first.txid,
      vout: first.vout,
      script,
    };
    const transactions = Array.from({ length: ITEMS }, (_, i) => {
      const made = itemBy(alpha, entity, 1_001 + i, undefined, input);
      input = { txid: made.txid, ...made.change };
      return toHex(made.raw);
    });
    for (let times = 0; times < 2; times += 1) {
      const answer = await ask(bus, SUBJECTS.submit('alpha'), { transactions });
      const results = parseSubmitAnswer(answer, ITEMS);
      expect(results.filter((result) => 'code' in result)).toEqual([]);
    }
    const { slots } = await leavesOf(writer, ITEMS);
    expect(slots).toEqual([1_001, 1_002, 1_003, 1_004, 1_005]);
  });

  it('derives the same log again from nothing', async () => {
    const again = await startWriter();
    const [one, other] = await Promise.all([leavesOf(writer, ITEMS), leavesOf(again, ITEMS)]);
    expect(other).toEqual(one);
  });

  it('a hub that is added later has the same log, file by file but for the signatures', async () => {
    const later = await startWriter(1);
    await Promise.all([leavesOf(writer, ITEMS), leavesOf(later, ITEMS)]);
    const folder = mkdtempSync(join(tmpdir(), 'besure-mirrors-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    const [first, second] = ['first', 'second'].map((name) => join(folder, name)) as [string, string];
    const mirror = (to: string, { httpUrl }: RunningService) =>
      mirrorLog({
        folder: new FolderLog(to),
        sources: [new HttpLogSource(`${httpUrl}/log/proofs`)],
        accept: (note) => {
          if (!judgeCheckpoint(note, network.charter, nodePrimitives).signedByLog)
            throw new Error('not signed');
        },
      });
    expect((await mirror(first, writer)).head.size).toBe(ITEMS);
    await mirror(second, later);
    const others = spawnSync('diff', ['-r', '--exclude=checkpoint', first, second], { encoding: 'utf8' });
    expect([others.status, others.stdout]).toEqual([0, '']);
    const notes = spawnSync('diff', ['-r', first, second], { encoding: 'utf8' }).stdout.trim().split('\n');
    expect(notes[0]).toMatch(/^diff -r \S+\/checkpoint \S+\/checkpoint$/);
    expect(notes.filter((line) => /^[<>]/.test(line)).every((line) => /^[<>] — /.test(line))).toBe(true);
  });

  it('the ledger permits what the charter says, and nothing else', async () => {
    const rights = await startRights({
      http: { port: 0 },
      logLevel: 'error',
      charter: network.charter,
      ledgerWriterUrl: writer.httpUrl,
      webhooks: { urls: [], secret: null },
      bus: { url: nats.url, credentialsFile: undefined },
    });
    cleanups.push(() => rights.stop());
    const differences = await waitUntil({ what: 'permissions' }, async () => {
      const response = await fetch(`${rights.httpUrl}/v1/permissions`);
      return response.ok ? ((await response.json()) as { differences: unknown[] }).differences : undefined;
    });
    expect(differences).toEqual([]);
  });
});
