import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredEvent } from '@besure/event-store';
import { ephemeralFactsVault, nodePrimitives } from '@besure/keys';
import { SlotPaths, upcastStatementsRecorded, utf8Decode, utf8Encode } from '@besure/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedNetwork, recordedEvent } from '../contract/scripted-network.js';
import type { KeptPart } from './kept-part.js';
import { messageHash } from './openings.js';
import { readRecorded } from './recorded-events.js';

const vault = ephemeralFactsVault();
let folder: string;
let network: ScriptedNetwork;
let event: StoredEvent;
const mismatches: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besure-recorded-'));
  network = await ScriptedNetwork.make(folder);
  const statements = [network.countersign(network.state({ message: 'm' })), network.state()];
  const said = recordedEvent(network.record('alpha', network.lastSlot, statements), vault);
  event = { ...said, position: 7, stream: 's', version: 1, recordedAt: '' } as unknown as StoredEvent;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(change: Partial<StoredEvent> = {}, organisation = 'alpha', keys = vault): KeptPart[] {
  const { sha256 } = nodePrimitives;
  const said = { ...event, ...change };
  return readRecorded([{ ...said, ...upcastStatementsRecorded(said) }], {
    organisation,
    vault: keys,
    sha256,
    paths: new SlotPaths(sha256),
    onMismatch: (statement) => mismatches.push(statement),
  });
}

/** The attachment with another member in its first entry. */
function attached(change: (entries: Record<string, unknown>[]) => void): Partial<StoredEvent> {
  const entries = JSON.parse(utf8Decode(event.attachment!)) as Record<string, unknown>[];
  change(entries);
  return { attachment: utf8Encode(JSON.stringify(entries)) };
}

describe('readRecorded', () => {
  it('gives what is to be kept, with the keyed hash of the message', () => {
    const [part] = read();
    expect(part).toMatchObject({ member: 'alpha', slot: network.lastSlot });
    expect(part!.recordings.map(({ issuer, counterpart }) => [issuer, counterpart])).toEqual([
      ['alpha', null],
      ['alpha', null],
    ]);
    expect(part!.recordings[0]!.openings!.message).toEqual(messageHash('m', vault));
    expect(part!.recordings.map(({ countersignature }) => countersignature === null)).toEqual([false, true]);
  });

  it('knows at the exchange who else gets a copy', () => {
    expect(read({}, 'exchange')[0]!.recordings.map(({ counterpart }) => counterpart)).toEqual([
      'beta',
      'beta',
    ]);
  });

  it('leaves at the exchange the openings of others closed, and without a way to find them', () => {
    const sealed = JSON.parse(utf8Decode(event.attachment!)) as { openings: { ciphertext: string } }[];
    const kept = read({}, 'exchange')[0]!.recordings.map(({ openings }) => openings!);
    expect(kept.map(({ message }) => message)).toEqual([null, null]);
    expect(kept.map((one) => Buffer.from(one.sealed.ciphertext).toString('base64'))).toEqual(
      sealed.map(({ openings }) => openings.ciphertext),
    );
  });

  it("passes over proof's own business", () => {
    expect(read({ type: 'SlotSigned' })).toEqual([]);
  });

  it.each<[string, () => Partial<StoredEvent>]>([
    ['no attachment', () => ({ attachment: null })],
    [
      'another path',
      () => attached(([one, two]) => ([one!['path'], two!['path']] = [two!['path'], one!['path']])),
    ],
    [
      'another statement',
      () => attached(([one, two]) => ([one!['jws'], two!['jws']] = [two!['jws'], one!['jws']])),
    ],
    [
      'a countersignature that was not recorded',
      () => attached(([one]) => (one!['countersignature'] = null)),
    ],
  ])('stops at %s', (_what, change) => {
    expect(() => read(change())).toThrow(expect.objectContaining({ code: 'recorded-malformed' }));
  });

  it('waits for a key that the key file does not hold yet, instead of giving openings up', () => {
    expect(() => read({}, 'alpha', ephemeralFactsVault())).toThrow(
      expect.objectContaining({ code: 'sealed-unknown-key', retryable: true }),
    );
    expect(mismatches).toEqual([]);
  });

  it('keeps a recording without openings that do not open it, and says so', () => {
    const change = attached(
      ([one, two]) => ([one!['openings'], two!['openings']] = [two!['openings'], one!['openings']]),
    );
    const [part] = read(change);
    expect(part!.recordings.map(({ openings }) => openings)).toEqual([null, null]);
    expect(mismatches.splice(0)).toEqual(part!.recordings.map(({ statement }) => statement));
  });
});
