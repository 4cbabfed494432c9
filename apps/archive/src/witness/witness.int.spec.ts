import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Charter } from '@besure/governance';
import { generateWitnessKey, nodePrimitives } from '@besure/keys';
import { LogStore } from '@besure/log-store';
import {
  formatCheckpoint,
  leafHash,
  noteKey,
  parseCheckpoint,
  parseTlogProof,
  rootFromInclusionProof,
  signCheckpoint,
} from '@besure/protocol';
import { waitUntil } from '@besure/testing';
import { judgeCheckpoint, knownLines } from '@besure/verification';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ScriptedHub } from '../../contract/scripted-hub.js';
import {
  type ArchiveOptions,
  type CaughtRow,
  type Name,
  WitnessedNetwork,
  type WitnessingArchive,
} from '../../contract/witnessing-archive.js';
import { SCHEMA } from '../parts.js';
import { Cosigner } from './cosigner.js';
import { witnessKeyOf } from './witness-key.js';

const { sha256 } = nodePrimitives;
const folder = mkdtempSync(join(tmpdir(), 'besure-witness-'));
let network: WitnessedNetwork;
let charter: Charter;
let witnessKeys: WitnessedNetwork['witnessKeys'];
let hub: ScriptedHub;
let time: number;

beforeAll(async () => {
  network = await WitnessedNetwork.make(folder);
  ({ charter, witnessKeys } = network);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  time = Math.floor(Date.now() / 1000) - 100;
  hub = await startHub(0);
});
afterEach(() => network.close());

function startHub(index: number): Promise<ScriptedHub> {
  return network.startHub(index);
}

function open(name: Name, hubs = [hub], options: ArchiveOptions = {}): Promise<WitnessingArchive> {
  return network.openArchive(name, hubs, options);
}

async function untilSigned(size: number, names: readonly string[], on = hub): Promise<void> {
  await waitUntil({ what: `lines of ${names.join(', ')} at ${size}` }, () =>
    names.every((name) => on.signersOf(size).includes(`${name}.example`)) ? true : undefined,
  );
}

/** The time of a name's line on a checkpoint that a hub shows. */
function timeOf(name: string, size: number, on = hub): number | undefined {
  const note = on.notes.find((one) => parseCheckpoint(one).size === size) ?? '';
  return knownLines(note, charter, nodePrimitives).find(({ key }) => key.name === `${name}.example`)?.time;
}

/** Both entries stand at one place, each under its own note. */
function expectProven(row: CaughtRow, at: number): void {
  const sides = [
    [row.our_note, row.our_entry, row.our_proof],
    [row.their_note, row.their_entry, row.their_proof],
  ] as const;
  for (const [note, entry, text] of sides) {
    const { index, proof, checkpoint } = parseTlogProof(text ?? '');
    expect(checkpoint).toBe(note);
    expect(index).toBe(at);
    const { size, root } = parseCheckpoint(note);
    expect(Buffer.from(rootFromInclusionProof(leafHash(entry!, sha256), index, size, proof, sha256))).toEqual(
      Buffer.from(root),
    );
  }
  expect(row.our_entry).not.toEqual(row.their_entry);
}

describe('witnesses', () => {
  it('reach a quorum of two, while the third is down; it cosigns what it finds when it is back', async () => {
    await open('alpha');
    await open('beta');
    const size = hub.grow(3, time);
    await untilSigned(size, ['alpha', 'beta']);
    const judged = judgeCheckpoint(hub.notes.at(-1)!, charter, nodePrimitives);
    expect(judged).toMatchObject({ signedByLog: true, witnesses: ['alpha', 'beta'] });
    expect(judged.recordedTime).toBe(Math.max(timeOf('alpha', size)!, timeOf('beta', size)!));
    await open('exchange');
    await untilSigned(size, ['exchange']);
    expect(judgeCheckpoint(hub.notes.at(-1)!, charter, nodePrimitives).recordedTime).toBe(
      judged.recordedTime,
    );
  });

  it('cosign every checkpoint that is shown, in order, and none that is smaller than the last', async () => {
    const sizes = [2, 3, 4].map((count) => hub.grow(count, time));
    const skipped = hub.sign(time, 3);
    const alpha = await open('alpha');
    for (const size of sizes) await untilSigned(size, ['alpha']);
    const times = sizes.map((size) => timeOf('alpha', size)!);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    hub.notes.unshift(skipped);
    const last = hub.grow(1, time);
    await untilSigned(last, ['alpha']);
    expect(hub.signersOf(3)).not.toContain('alpha.example');
    expect(await alpha.state()).toMatchObject({ size: last });
    expect(await alpha.caught()).toEqual([]);
  });

  it('hand their lines over until the hub shows them: answers get lost, hubs and archives restart and forget', async () => {
    hub.losesAnswers = true;
    const alpha = await open('alpha');
    const size = hub.grow(2, time);
    const own = hub.notes.at(-1)!;
    await untilSigned(size, ['alpha']);
    hub.losesAnswers = false;
    const signed = hub.notes.at(-1)!;
    hub.notes = [own];
    await untilSigned(size, ['alpha']);
    // The very same signature: it was stored before it left.
    expect(hub.notes).toEqual([signed]);
    await alpha.stop();
    hub.notes = [own];
    await alpha.start();
    await untilSigned(size, ['alpha']);
    expect(hub.notes).toEqual([signed]);
    hub.isDown = true;
    const next = hub.grow(1, time);
    await waitUntil({ what: 'nothing to come' }, () => (hub.signersOf(next).length === 2 ? true : undefined));
    hub.isDown = false;
    await untilSigned(next, ['alpha']);
  });

  it('take up their own signatures where their database is an old one', async () => {
    const alpha = await open('alpha');
    const size = hub.grow(2, time);
    await untilSigned(size, ['alpha']);
    const signed = hub.notes.at(-1);
    const state = await alpha.state();
    await alpha.stop();
    for (const table of ['log_head', 'log_leaf', 'log_tile', 'log_checkpoint']) {
      await alpha.dataSource.query(`DELETE FROM ${table} WHERE log = 'witnessed'`);
    }
    await alpha.dataSource.query('UPDATE witness_state SET size = 0, signed_at = 0');
    await alpha.start();
    await waitUntil({ what: 'the state to be back' }, async () =>
      (await alpha.state()).size === size ? true : undefined,
    );
    expect(await alpha.state()).toEqual(state);
    expect(hub.notes.at(-1)).toBe(signed);
    await untilSigned(hub.grow(1, time), ['alpha']);
  });

  it.each(['pending', 'published'] as const)(
    'go nowhere backwards with an old database: what they signed is %s at another hub',
    async (where) => {
      const other = await startHub(1);
      const alpha = await open('alpha', [hub, other]);
      hub.grow(2, time);
      await untilSigned(2, ['alpha']);
      const old = await alpha.dataSource.query<Record<string, unknown>[]>(
        "SELECT * FROM witness_state WHERE log = 'witnessed'",
      );
      other.entries = [...hub.entries];
      other.grow(4, time);
      await untilSigned(6, ['alpha'], other);
      const state = await alpha.state();
      await alpha.stop();
      // The backup knows of 2; 4 was never cosigned, and is shown by a hub that is not further.
      await alpha.dataSource.query(
        "UPDATE witness_state SET size = $1, root = $2, signed_at = $3 WHERE log = 'witnessed'",
        [old[0]!.size, old[0]!.root, old[0]!.signed_at],
      );
      for (const table of ['log_head', 'log_leaf', 'log_tile', 'log_checkpoint']) {
        await alpha.dataSource.query(`DELETE FROM ${table} WHERE log = 'witnessed'`);
      }
      if (where === 'published') {
        other.published = other.notes.at(-1)!;
        other.notes = [];
      }
      hub.entries = other.entries.slice(0, 4);
      hub.notes = [hub.sign(time)];
      await alpha.start();
      await waitUntil({ what: 'the log of 4' }, async () => {
        const [row] = await alpha.dataSource.query<{ size: string }[]>(
          `SELECT max(size) AS size FROM log_checkpoint WHERE log = 'witnessed'`,
        );
        return Number(row?.size) >= 4 ? true : undefined;
      });
      expect(await alpha.state()).toEqual(state);
      hub.entries = [...other.entries];
      await untilSigned(hub.grow(1, time), ['alpha']);
      expect(hub.signersOf(4)).not.toContain('alpha.example');
    },
  );

  it('give every hub what the other hubs and they themselves have signed, also without a key of their own', async () => {
    const other = await startHub(1);
    await open('alpha', [hub, other]);
    await open('beta', [hub, other], { isWitness: false });
    hub.grow(4, time);
    const size = other.grow(4, time + 1);
    const expected = ['hub-0', 'hub-1', 'alpha'];
    await untilSigned(size, expected, hub);
    await untilSigned(size, expected, other);
    expect(hub.signersOf(size)).not.toContain('beta.example');
  });

  it('go on with one hub while another is silent', async () => {
    const silent = await startHub(1);
    silent.isDown = true;
    await open('alpha', [silent, hub]);
    await untilSigned(hub.grow(2, time), ['alpha']);
    silent.entries = [...hub.entries];
    silent.notes = [silent.sign(time)];
    silent.isDown = false;
    await untilSigned(2, ['alpha', 'hub-0'], silent);
    await untilSigned(2, ['hub-1']);
    expect(new Set(silent.signersOf(2))).toEqual(new Set(hub.signersOf(2)));
  });

  it('leave out what a witness alone has signed, wherever a hub shows it, and go on with the rest', async () => {
    const body = { origin: charter.log.origin, size: 2, root: sha256(Buffer.from('another log')) };
    const key = noteKey('ml-dsa-44', 'beta.example', witnessKeys.beta.publicKey, sha256);
    const sign = (bytes: Uint8Array): Uint8Array => witnessKeys.beta.sign(bytes);
    const junk = formatCheckpoint(body, [signCheckpoint(key, body, time, sign)]);
    hub.contradictions = [junk];
    const alpha = await open('alpha');
    hub.grow(3, time);
    await untilSigned(3, ['alpha']);
    hub.notes.unshift(junk);
    hub.grow(3, time);
    await untilSigned(6, ['alpha']);
    // A contradiction beside it is still looked at.
    hub.entries = hub.entries.slice(0, 1);
    const honest = hub.notes;
    hub.grow(4, time, 'other');
    hub.contradictions = [junk, hub.notes.at(-1)!];
    hub.notes = honest.slice(0, 3);
    const [row, ...more] = await alpha.untilCaught();
    expect(row).toMatchObject({ kind: 'other-history', hub: 'hub-0' });
    expect(more).toEqual([]);
    expect(alpha.said.filter((text) => text.includes('left out'))).toHaveLength(1);
    expect(alpha.said.filter((text) => text.includes('work failed'))).toEqual([]);
  });

  it('keep no line that does not verify', async () => {
    const size = hub.grow(2, time);
    const [own] = hub.notes;
    const forged = own!.trimEnd().split('\n').at(-1)!.replace('hub-0.example', 'beta.example');
    hub.notes = [`${own}${forged}\n`];
    const alpha = await open('alpha');
    await untilSigned(size, ['alpha']);
    const [row] = await alpha.dataSource.query<{ note: string }[]>(
      `SELECT note FROM log_checkpoint WHERE log = 'witnessed'`,
    );
    const names = parseCheckpoint(row!.note).signatures.map(({ name }) => name);
    expect(names).toEqual([charter.log.origin, 'hub-0.example', 'alpha.example']);
  });
});

describe('a hub that lies', () => {
  it('and shows two logs to two archives is noticed by both, and the second log is cosigned by none', async () => {
    const [toAlpha, toBeta] = [await startHub(1), await startHub(1)];
    hub.grow(5, time);
    toAlpha.grow(5, time);
    const alpha = await open('alpha', [hub, toAlpha]);
    const beta = await open('beta', [hub, toBeta]);
    await untilSigned(5, ['alpha', 'beta', 'hub-1']);

    toBeta.entries = [...hub.entries.slice(0, 3), Buffer.from('never on the ledger')];
    toBeta.grow(1, time + 1);
    const [atBeta] = await beta.untilCaught();
    expect(atBeta).toMatchObject({ kind: 'other-history', hub: 'hub-1' });
    expectProven(atBeta!, 3);
    expect(await beta.alarms()).toEqual([['other-history', 1]]);
    // Beta tells the honest hub, which does not believe it, and shows it to other witnesses.
    await waitUntil({ what: 'the honest hub to hear' }, () => (hub.refused.length > 0 ? true : undefined));
    hub.contradictions = [...hub.refused];
    const [atAlpha] = await alpha.untilCaught();
    expect(atAlpha).toMatchObject({ kind: 'other-history', hub: 'hub-1' });
    // Two checkpoints of one size, both by that hub: nothing else is needed.
    const bodies = [atAlpha!.our_note, atAlpha!.their_note].map((note) => parseCheckpoint(note));
    expect(bodies.map(({ size }) => size)).toEqual([5, 5]);
    expect(bodies[0]!.root).not.toEqual(bodies[1]!.root);
    for (const note of [atAlpha!.our_note, atAlpha!.their_note]) {
      const signers = knownLines(note, charter, nodePrimitives).map(({ by }) => by.id);
      expect(signers).toContain('hub-1');
    }

    // Both go on with the honest hub.
    toBeta.grow(3, time + 2);
    const size = hub.grow(2, time + 3);
    await untilSigned(size, ['alpha', 'beta']);
    for (const note of toBeta.notes) expect(note).not.toMatch(/alpha|beta/);
  });

  it.each([
    ['of the same size', 6, 6],
    ['that is smaller', 6, 4],
    ['that does not go on from what was cosigned', 6, 9],
  ])('and shows another log %s is caught with both entries', async (_name, size, otherSize) => {
    const alpha = await open('alpha');
    hub.grow(size, time);
    await untilSigned(size, ['alpha']);
    const before = await alpha.state();
    hub.entries = hub.entries.slice(0, 2);
    hub.notes = [];
    hub.grow(otherSize - 2, time, 'other');
    const [row] = await alpha.untilCaught();
    expect(row).toMatchObject({ kind: 'other-history', hub: 'hub-0' });
    expectProven(row!, 2);
    expect(await alpha.state()).toEqual(before);
    expect(hub.signersOf(otherSize)).not.toContain('alpha.example');
  });

  it('and shows an old checkpoint again moves nothing; one that it signs anew names it', async () => {
    const alpha = await open('alpha');
    hub.grow(3, time);
    hub.grow(3, time + 10);
    await untilSigned(6, ['alpha']);
    await untilSigned(3, ['alpha']);
    const before = await alpha.state();
    const [old] = hub.notes;
    const anew = hub.sign(time + 50, 3);
    hub.notes = [old!];
    hub.entries = hub.entries.slice(0, 3);
    // A replay of what it was: it is followed by something that shows that it was looked at.
    hub.notes = [old!, anew];
    const [row, ...more] = await alpha.untilCaught();
    expect(row).toMatchObject({ kind: 'went-back', hub: 'hub-0' });
    expect(parseCheckpoint(row!.their_note).size).toBe(3);
    expect(parseCheckpoint(row!.our_note).size).toBe(6);
    expect(more).toEqual([]);
    expect(await alpha.state()).toEqual(before);
    expect(await alpha.alarms()).toEqual([['went-back', 1]]);
  });

  it('in every checkpoint fills no table', async () => {
    const alpha = await open('alpha');
    hub.grow(12, time);
    await untilSigned(12, ['alpha']);
    const honest = hub.entries;
    const liesOf = (text: string): string[] => {
      hub.entries = [];
      hub.notes = [];
      for (let i = 0; i < 10; i += 1) hub.grow(1, time, text);
      const lies = hub.notes;
      hub.entries = [...honest];
      hub.notes = [];
      return lies;
    };
    const [some, more] = [liesOf('one lie'), liesOf('another lie')];
    hub.notes = some;
    await alpha.untilCaught(10);
    const size = hub.grow(1, time);
    // All of these are seen in one look.
    hub.notes = [...more, hub.sign(time)];
    await untilSigned(size, ['alpha']);
    expect(await alpha.caught()).toHaveLength(16);
    await expect(alpha.dataSource.query('DELETE FROM contradiction')).rejects.toThrow('only added to');
  });
});

describe('cosigning', () => {
  it('never with an earlier time than before, and only within the period of the key', async () => {
    const alpha = await open('alpha', []);
    let seconds = 5000;
    const key = witnessKeyOf(() => charter, witnessKeys.alpha, sha256)!;
    const log = new LogStore({ schema: SCHEMA, log: 'witnessed', origin: charter.log.origin });
    const cosigner = new Cosigner({ store: alpha.store, log, key, now: () => seconds * 1000 + 999 });
    const cosign = (size: number): Promise<number | undefined> =>
      alpha.store.transaction(async (tx) => {
        const entries = Array.from({ length: size }, (_, i) => Buffer.from(`entry ${i}`));
        const { size: before } = await log.head(tx);
        const head = await log.append(tx, entries.slice(before));
        const body = { origin: charter.log.origin, ...head };
        const note = await cosigner.cosign(tx, { body, lines: [] }, '');
        return note === '' ? undefined : knownLines(note, charter, nodePrimitives)[0]?.time;
      });
    expect(await cosign(1)).toBe(5000);
    seconds = 4000;
    expect(await cosign(2)).toBe(5000);
    seconds = 6000;
    expect(await cosign(2)).toBeUndefined();
    expect(await cosign(3)).toBe(6000);
    expect(await alpha.state()).toEqual({ size: 3, time: 6000 });
  });

  it('not by a key before its period, nor by one of nobody in the charter', async () => {
    const key = witnessKeyOf(() => charter, witnessKeys.beta, sha256)!;
    expect([999, 1000].map((seconds) => key.isInForce(seconds))).toEqual([false, true]);
    const stranger = generateWitnessKey(join(folder, 'stranger'));
    expect(witnessKeyOf(() => charter, stranger, sha256)).toBeNull();
    // A decision may end it while the archive runs.
    let now = charter;
    const live = witnessKeyOf(() => now, witnessKeys.beta, sha256)!;
    now = { ...charter, witnesses: [] };
    expect(live.isInForce(1000)).toBe(false);
  });
});
