// Nobody who is honest can be convicted, whatever liars sign and in whichever way their words and those of the honest are put together.
import { createHash } from 'node:crypto';
import {
  ACCUSATION_FORMAT,
  audit,
  type Exhibit,
  formatAccusation,
  type Judgement,
  type Lie,
  LIES,
} from '@besure/audit';
import { type Charter, formatTrust, slotAt, slotStartMillis, trustOf } from '@besure/governance';
import {
  CompactRange,
  encodeBase64,
  encodeItem,
  encodeLogEntry,
  equalBytes,
  formatCheckpoint,
  inclusionProof,
  leafHash,
  NO_TIME,
  parseLogEntry,
  type Primitives,
  signCheckpoint,
} from '@besure/protocol';
import { checkpointKeys } from '@besure/verification';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Network, START } from '../../libs/verification/src/contract/network.ts';

const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();

/** A signature that only says who signed what: thousands are made and judged here. */
function toySignature(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  const tag = sha256(Buffer.concat([publicKey, message]));
  return Buffer.alloc(2420, tag);
}

const primitives: Primitives = {
  sha256,
  sha3_512: (data) => createHash('sha3-512').update(data).digest(),
  verifyP256: () => false,
  verifyEd25519: () => false,
  verifyMlDsa44: (publicKey, message, signature) => equalBytes(toySignature(publicKey, message), signature),
};

/** Three operators, of whom one lies: one more, and the honest were a minority. */
const HONEST_HUBS = ['hub-1', 'hub-2'] as const;
const LIAR = 'hub-3';
const WITNESS = 'archive.alpha.example';
const charters = [1, 3, 4].map((checkpointEvery) => {
  const { charter } = new Network({
    hubs: 3,
    witnesses: ['alpha'],
    quorum: 1,
    alter: (usual) => ({ ...usual, log: { ...usual.log, checkpointEvery } }),
  });
  return { charter, trust: formatTrust(trustOf(charter)) };
});

/** The lines of somebody on a checkpoint. */
function linesOf(id: string, charter: Charter, size: number, root: Uint8Array, time: number): string[] {
  const body = { origin: charter.log.origin, size, root };
  return checkpointKeys(charter, sha256)
    .filter(({ key, by }) => key.type === 'ml-dsa-44' && by.id === id)
    .map(({ key, role }) =>
      signCheckpoint(key, body, role === 'log' ? NO_TIME : time, (message) =>
        toySignature(key.publicKey, message),
      ),
    );
}

/** A log, the ledger's or another one. */
class Log {
  readonly entries: readonly Uint8Array[];

  constructor(entries: readonly Uint8Array[]) {
    this.entries = entries;
  }

  at(size: number): { root: Uint8Array; nodes: Map<string, Uint8Array> } {
    const range = new CompactRange(sha256);
    const nodes = new Map<string, Uint8Array>();
    for (const entry of this.entries.slice(0, size)) {
      for (const { level, index, hash } of range.append(leafHash(entry, sha256)))
        nodes.set(`${level}/${index}`, hash);
    }
    return { root: range.root(), nodes };
  }
}

/** A checkpoint that some have signed. */
interface Note {
  readonly log: Log;
  readonly size: number;
  /** At which time who signed it. */
  readonly times: ReadonlyMap<string, number>;
}

function exhibit({ log, size, times }: Note, indexes: readonly number[], charter: Charter): Exhibit {
  const { root, nodes } = log.at(size);
  const lines = [...times].flatMap(([id, time]) => linesOf(id, charter, size, root, time));
  return {
    note: formatCheckpoint({ origin: charter.log.origin, size, root }, lines),
    entries: indexes.map((index) => ({
      index,
      entry: encodeBase64(log.entries[index]!),
      proof: inclusionProof(
        index,
        size,
        (ids) => ids.map(({ level, index: at }) => nodes.get(`${level}/${at}`)!),
        sha256,
      ).map(encodeBase64),
    })),
  };
}

/** What the ledger holds: blocks with some items each, of slots that the leaf rule allows. */
const ledgers = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 1, max: 5 }),
      seconds: fc.integer({ min: 1, max: 900 }),
      slots: fc.array(fc.integer({ min: -20, max: 24 }), { maxLength: 3 }),
    }),
    { minLength: 3, maxLength: 7 },
  )
  .map((blocks) => {
    let height = 5;
    let time = START / 1000 + 40_000;
    return blocks.map(({ gap, seconds, slots }, b) => {
      height += gap;
      time += seconds;
      return { height, time, slots: slots.map((offset, i) => ({ offset, mark: `${b} ${i}` })) };
    });
  });
type Ledger = typeof ledgers extends fc.Arbitrary<infer T> ? T : never;

function logOf(ledger: Ledger, charter: Charter): Log {
  return new Log(
    ledger.flatMap(({ height, time, slots }) =>
      slots.map(({ offset, mark }) => {
        const slot = slotAt(charter, time * 1000) + offset;
        expect(slotStartMillis(charter, slot) / 1000).toBeLessThanOrEqual(
          time + charter.limits.slotAheadSeconds,
        );
        return encodeLogEntry({
          publisher: sha256(Buffer.from('alpha')).slice(0, 20),
          height,
          item: encodeItem({ slot, root: sha256(Buffer.from(mark)) }),
        });
      }),
    ),
  );
}

/** What an honest hub signs: what is due, in order, never with an earlier time; sometimes late, many at once, or the newest once more after a restart. */
function signedBy(ledger: Ledger, charter: Charter, looks: readonly number[], clockLag: number) {
  const signed: { size: number; time: number }[] = [];
  let clock = 0;
  for (const [i, block] of ledger.entries()) {
    const look = looks[i % looks.length] ?? 0;
    if (look === 0 && i < ledger.length - 1) continue;
    clock = Math.max(clock, block.time - clockLag + look);
    const every = charter.log.checkpointEvery;
    const from = signed.at(-1)?.size ?? 0;
    for (let due = every; due < block.height; due += every) {
      const size = ledger
        .filter(({ height }) => height <= due)
        .reduce((sum, { slots }) => sum + slots.length, 0);
      if (size >= from && size > 0) signed.push({ size, time: clock });
    }
  }
  return signed.filter(({ size }, i) => i === 0 || size >= signed[i - 1]!.size);
}

/** What a liar makes of a log. */
function changed(log: Log, how: number, at: number, charter: Charter): Log {
  const entries = [...log.entries];
  const i = at % Math.max(1, entries.length);
  const old = entries[i];
  if (old === undefined) return log;
  const entry = parseLogEntry(old);
  const made = (slot: number): Uint8Array =>
    encodeLogEntry({ ...entry, item: encodeItem({ slot, root: sha256(Buffer.from(`made up ${at}`)) }) });
  if (how === 0) entries[i] = made(charter.slots.base + at);
  else if (how === 1) entries.splice(i, 0, made(charter.slots.base + 1_000_000));
  else if (how === 2) entries.splice(i, 1);
  else if (how === 3) entries.reverse();
  else entries[i] = Buffer.from('no entry');
  return new Log(entries);
}

const scenes = fc.record({
  court: fc.constantFrom(...charters),
  ledger: ledgers,
  looks: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 5 }),
  otherLooks: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 5 }),
  clockLag: fc.integer({ min: 0, max: 11_400 }),
  lies: fc.array(fc.tuple(fc.nat(4), fc.nat(30), fc.nat(30), fc.nat(80_000)), { minLength: 1, maxLength: 3 }),
  /** The witness met the liar first. */
  isMisled: fc.boolean(),
  picks: fc.array(fc.nat(1000), { minLength: 7, maxLength: 7 }),
});
type Scene = typeof scenes extends fc.Arbitrary<infer T> ? T : never;

/** All notes that exist: the honest sign the ledger's log, the liar others and that one, whenever it likes. */
function notesOf({ court: { charter }, ledger, looks, otherLooks, clockLag, lies, isMisled }: Scene): Note[] {
  const log = logOf(ledger, charter);
  const notes: Note[] = [];
  const add = (size: number, of: Log, id: string, time: number): void => {
    if (size > 0 && size <= of.entries.length) notes.push({ log: of, size, times: new Map([[id, time]]) });
  };
  for (const [id, own] of [[HONEST_HUBS[0], looks] as const, [HONEST_HUBS[1], otherLooks] as const])
    for (const { size, time } of signedBy(ledger, charter, own, clockLag)) add(size, log, id, time);
  const others = lies.map(([how, at]) => changed(log, how, at, charter));
  for (const [i, [, , size, time]] of lies.entries())
    add(Math.min(size + 1, others[i]!.entries.length), others[i]!, LIAR, START / 1000 + time);
  for (const size of [1, log.entries.length]) add(size, log, LIAR, START / 1000 + 50_000);
  const seen = isMisled ? others[0]! : log;
  for (let size = 1, time = START / 1000 + 45_000; size <= seen.entries.length; size += 2, time += 30)
    add(size, seen, 'alpha', time);
  // Lines travel: notes of one text are also seen as one.
  for (const size of new Set(notes.map((note) => note.size))) {
    const same = notes.filter((note) => note.log === log && note.size === size);
    const times = same.flatMap((note) => [...note.times]).toSorted(([, a], [, b]) => b - a);
    if (same.length > 1) notes.push({ log, size, times: new Map(times) });
  }
  return notes;
}

const all = (size: number): number[] => Array.from({ length: size }, (_, i) => i);

/** The entries by which a lie would be shown, as well as it can be. */
function indexesFor(
  lie: Lie,
  signed: Note,
  against: Note,
  picks: readonly number[],
): [number[], number[] | null] {
  const one = (note: Note, pick: number): number[] => [picks[pick]! % note.size];
  const cut = [signed.size - 1, signed.size].filter((index) => index < against.size);
  const same = picks[0]! % Math.min(signed.size, against.size);
  return {
    'two-logs': (): [number[], number[]] => [[], []],
    rewrites: (): [number[], number[]] => [[same], [same]],
    invents: (): [number[], number[] | null] =>
      picks[1]! % 3 === 0 ? [one(signed, 2), null] : [one(signed, 2), all(against.size)],
    omits: (): [number[], number[]] => [all(signed.size), one(against, 3)],
    reorders: (): [number[], number[]] => {
      const [here] = one(signed, 4);
      const there = against.log.entries.findIndex((entry) => equalBytes(entry, signed.log.entries[here!]!));
      return [[here!], there >= 0 && there < against.size ? [there] : one(against, 5)];
    },
    'undue-size': (): [number[], number[]] => [[], cut],
    backdates: (): [number[], null] => [one(signed, 6), null],
    replays: (): [number[], number[]] => [[], []],
  }[lie]();
}

/** Pairs of notes that are tried for each lie. */
const PAIRS = 5;

/** Accuses somebody of everything, with some pairs of notes each. */
function accuseOfAll(accused: string, id: string, scene: Scene): Judgement[] {
  const { charter, trust } = scene.court;
  const notes = notesOf(scene);
  const own = notes.filter(({ times }) => times.has(id));
  const judged: Judgement[] = [];
  for (const lie of Object.keys(LIES) as Lie[]) {
    for (let i = 0; i < PAIRS && own.length > 0; i++) {
      const signed = own[(scene.picks[0]! + i) % own.length]!;
      const against = notes[(scene.picks[1]! + 3 * i) % notes.length]!;
      const [indexes, others] = indexesFor(lie, signed, against, scene.picks);
      const text = formatAccusation({
        format: ACCUSATION_FORMAT,
        accused,
        lie,
        signed: exhibit(signed, indexes, charter),
        against: others === null ? null : exhibit(against, others, charter),
      });
      judged.push(audit(text, trust, primitives));
    }
  }
  return judged;
}

const RUNS = { numRuns: 15 };

describe('whatever is put together,', () => {
  it.each([...HONEST_HUBS.map((id) => [`${id}.example/witness`, id] as const), [WITNESS, 'alpha'] as const])(
    '%s, who is honest, is convicted of nothing',
    (name, id) => {
      fc.assert(
        fc.property(scenes, (scene) => {
          for (const judgement of accuseOfAll(name, id, scene)) {
            expect(judgement).toMatchObject({ result: 'not-proven', accused: { name } });
          }
        }),
        RUNS,
      );
    },
  );

  it('the same convicts who lied, of each kind of lie', () => {
    const proven = new Set<Lie | null>();
    fc.assert(
      fc.property(scenes, (scene) => {
        if (proven.size === Object.keys(LIES).length) return;
        for (const { result, lie } of accuseOfAll(`${LIAR}.example/witness`, LIAR, scene))
          if (result === 'proven') proven.add(lie);
      }),
      { numRuns: 120, seed: 1 },
    );
    expect(proven).toEqual(new Set(Object.keys(LIES)));
  }, 90_000);
});
