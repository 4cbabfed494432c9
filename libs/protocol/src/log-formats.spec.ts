import { createHash } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCheckpoint, formatCheckpointText, parseCheckpoint } from './checkpoint.js';
import {
  checkpointMessage,
  checkpointSignatureLine,
  NO_TIME,
  verifyCheckpointSignature,
} from './cosignature.js';
import { ProtocolError } from './error.js';
import { encodeVerifierKey, noteKey, type NoteKeyType, parseVerifierKey } from './note-key.js';
import type { Primitives } from './primitives.js';
import { formatSignatureLine, formatSignedNote, isKeyName, parseSignedNote } from './signed-note.js';
import {
  encodeEntryBundle,
  entryBundlesOf,
  parseEntryBundle,
  parseTilePath,
  type Tile,
  tileNodeIds,
  tilePath,
} from './tiles.js';
import { formatTlogProof, parseTlogProof } from './tlog-proof.js';
import { encodeHex, utf8Encode } from './bytes.js';

const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
const primitives: Primitives = {
  sha256,
  sha3_512: (data) => createHash('sha3-512').update(data).digest(),
  verifyP256: () => false,
  verifyEd25519: (publicKey, message, signature) => ed25519.verify(signature, message, publicKey),
  verifyMlDsa44: () => false,
};

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'none';
}

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const size = fc.maxSafeNat();
const keyName = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(isKeyName);
const body = fc.record({ origin: keyName, size, root: bytes(32) });
const line = fc
  .tuple(keyName, fc.nat(0xffffffff), fc.uint8Array({ minLength: 1, maxLength: 80 }))
  .map((parts) => formatSignatureLine(...parts));
const lines = fc.array(line, { minLength: 1, maxLength: 5 });

/** Any one character changed: whether anything still comes out, and it is not just another text for the same. */
function survives<T>(
  text: string,
  at: number,
  code: number,
  parse: (text: string) => T,
  format: (value: T) => string,
) {
  const changed = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
  let value: T;
  try {
    value = parse(changed);
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    return;
  }
  expect(format(value)).toBe(changed);
}

describe('signed notes', () => {
  // The examples of https://c2sp.org/signed-note.
  const example = `This is an example message.

\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;

  it('verify under the key that the specification gives', () => {
    const key = parseVerifierKey(
      'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
      sha256,
    );
    const { text, signatures } = parseSignedNote(example);
    expect(signatures).toMatchObject([{ name: key.name, keyId: key.keyId }]);
    expect(primitives.verifyEd25519(key.publicKey, utf8Encode(text), signatures[0]!.signature)).toBe(true);
  });

  it('may have empty lines in their text', () => {
    const note = `sul cuor della terra\n\n\u00e8 subito sera.\n\n${formatSignatureLine('quasimodo.example', 1, Uint8Array.of(1))}\n`;
    expect(parseSignedNote(note).text).toBe('sul cuor della terra\n\n\u00e8 subito sera.\n');
  });

  it('have as many signatures as the specification asks for, and not without end', () => {
    const many = (count: number): string[] =>
      Array.from({ length: count }, (_, i) => formatSignatureLine('a', i, Uint8Array.of(1)));
    expect(parseSignedNote(formatSignedNote('x\n', many(16))).signatures).toHaveLength(16);
    expect(codeOf(() => formatSignedNote('x\n', many(257)))).toBe('signed-note');
    expect(codeOf(() => parseSignedNote(`${'x'.repeat(1_000_000)}\n\n${many(1)[0]!}\n`))).toBe('signed-note');
  });

  it('refuse names that would be read as something else', () => {
    const bad = ['', 'a b', 'a+b', 'a\u00a0b', 'a\u2003b', 'a\u0085b', 'a\tb', 'a\nb', '\ud800'];
    for (const name of bad)
      expect(codeOf(() => formatSignatureLine(name, 1, Uint8Array.of(1)))).toBe('signed-note');
    for (const name of ['example.com/log', 'oid/1.3.6.1', '\u65e5\u672c']) expect(isKeyName(name)).toBe(true);
  });
});

describe('checkpoints', () => {
  it('are read as they were written, and any change is seen', () => {
    fc.assert(
      fc.property(body, lines, fc.nat(), fc.nat(0x2100), (made, signed, at, code) => {
        const note = formatCheckpoint(made, signed);
        const checkpoint = parseCheckpoint(note);
        expect(checkpoint).toMatchObject(made);
        expect(checkpoint.signatures.map((signature) => signature.line)).toEqual(signed);
        expect(checkpoint.text).toBe(formatCheckpointText(made));
        survives(note, at % note.length, code, parseCheckpoint, (read) =>
          formatCheckpoint(
            read,
            read.signatures.map((signature) => signature.line),
          ),
        );
      }),
    );
  });

  it('cannot be written with what could not be read', () => {
    const root = new Uint8Array(32);
    for (const bad of [
      { origin: 'a b', size: 1, root },
      { origin: 'a', size: -1, root },
      { origin: 'a', size: 1.5, root },
      { origin: 'a', size: 1, root: root.slice(1) },
    ]) {
      expect(codeOf(() => formatCheckpointText(bad))).toBe('checkpoint');
    }
    expect(codeOf(() => formatCheckpoint({ origin: 'a', size: 1, root }, []))).toBe('signed-note');
  });
});

describe('keys and cosignatures', () => {
  const root = Uint8Array.from({ length: 32 }, (_, i) => i);
  const lengths: Record<NoteKeyType, number> = {
    'ed25519-log': 32,
    'ed25519-cosignature': 32,
    'ml-dsa-44': 1312,
  };

  it('verifier keys are read as they were written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(lengths) as NoteKeyType[])),
        keyName,
        fc.nat(255),
        (type, name, fill) => {
          const key = noteKey(type, name, new Uint8Array(lengths[type]).fill(fill), sha256);
          expect(parseVerifierKey(encodeVerifierKey(key), sha256)).toEqual(key);
        },
      ),
      { numRuns: 50 },
    );
    expect(codeOf(() => noteKey('ed25519-log', 'a', new Uint8Array(33), sha256))).toBe('verifier-key');
    expect(codeOf(() => noteKey('ed25519-log', 'a'.repeat(256), new Uint8Array(32), sha256))).toBe(
      'verifier-key',
    );
  });

  it('the cosigned message has the bytes of the specification', () => {
    const key = noteKey('ml-dsa-44', 'w1', new Uint8Array(1312), sha256);
    const message = checkpointMessage(key, { origin: 'log', size: 258, root }, 1_679_315_147);
    const label = encodeHex(utf8Encode('subtree/v1\n\0'));
    expect(label).toHaveLength(24);
    expect(encodeHex(message)).toBe(
      `${label}02${encodeHex(utf8Encode('w1'))}0000000064185 0cb`.replace(' ', '') +
        `03${encodeHex(utf8Encode('log'))}${'00'.repeat(8)}0000000000000102${encodeHex(root)}`,
    );
  });

  it('the Ed25519 messages are the text, and the text behind two lines', () => {
    const checkpoint = { origin: 'log', size: 1, root };
    const publicKey = new Uint8Array(32);
    const text = formatCheckpointText(checkpoint);
    const asLog = noteKey('ed25519-log', 'log', publicKey, sha256);
    const asWitness = noteKey('ed25519-cosignature', 'w1', publicKey, sha256);
    expect(checkpointMessage(asLog, checkpoint, NO_TIME)).toEqual(utf8Encode(text));
    expect(checkpointMessage(asWitness, checkpoint, 1_679_315_147)).toEqual(
      utf8Encode(`cosignature/v1\ntime 1679315147\n${text}`),
    );
    expect(codeOf(() => checkpointMessage(asLog, checkpoint, 1))).toBe('cosignature');
    expect(codeOf(() => checkpointMessage(asWitness, checkpoint, 2 ** 53))).toBe('cosignature');
  });

  it('a cosignature verifies with its time, under its key alone', () => {
    const secret = new Uint8Array(32).fill(7);
    const key = noteKey('ed25519-cosignature', 'w1', ed25519.getPublicKey(secret), sha256);
    const checkpoint = { origin: 'log', size: 1, root };
    const signed = ed25519.sign(checkpointMessage(key, checkpoint, 99), secret);
    const { signatures } = parseCheckpoint(
      formatCheckpoint(checkpoint, [checkpointSignatureLine(key, signed, 99)]),
    );
    expect(verifyCheckpointSignature(checkpoint, signatures[0]!, key, primitives)).toBe(99);
    const other = noteKey('ed25519-cosignature', 'w2', key.publicKey, sha256);
    expect(codeOf(() => verifyCheckpointSignature(checkpoint, signatures[0]!, other, primitives))).toBe(
      'cosignature',
    );
    const grown = { ...checkpoint, size: 2 };
    expect(codeOf(() => verifyCheckpointSignature(grown, signatures[0]!, key, primitives))).toBe(
      'cosignature',
    );
    expect(codeOf(() => checkpointSignatureLine(key, signed.slice(1), 99))).toBe('cosignature');
  });
});

describe('tiles', () => {
  it.each<[string, Tile]>([
    ['tile/0/x001/x234/067', { level: 0, index: 1_234_067, width: 256 }],
    ['tile/entries/000', { level: 'entries', index: 0, width: 256 }],
    ['tile/1/000.p/17', { level: 1, index: 0, width: 17 }],
    ['tile/63/999.p/1', { level: 63, index: 999, width: 1 }],
    ['tile/entries/x001/000.p/255', { level: 'entries', index: 1000, width: 255 }],
  ])('%s', (path, tile) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  it.each([
    'tile/0/1',
    'tile/0/0001',
    'tile/00/001',
    'tile/64/001',
    'tile/-1/001',
    'tile/0/x000/001',
    'tile/0/001/x002',
    'tile/0/001.p/0',
    'tile/0/001.p/256',
    'tile/0/001.p/01',
    'tile/0/001.p',
    '/tile/0/001',
    'tile/0/001/',
    'tile/entries',
    'tile/0/../001',
    'tile/0/x999/x999/x999/x999/x999/999',
  ])('%s is no path of a tile', (path) => {
    expect(codeOf(() => parseTilePath(path))).toBe('tile');
  });

  it('have the paths that they are read from', () => {
    const level = fc.oneof(fc.nat(63), fc.constant('entries' as const));
    fc.assert(
      fc.property(level, size, fc.integer({ min: 1, max: 256 }), (itsLevel, index, width) => {
        const tile = { level: itsLevel, index, width };
        expect(parseTilePath(tilePath(tile))).toEqual(tile);
      }),
    );
  });

  it('hold the nodes at their place in the tree', () => {
    expect(tileNodeIds({ level: 1, index: 2, width: 3 })).toEqual([
      { level: 8, index: 512 },
      { level: 8, index: 513 },
      { level: 8, index: 514 },
    ]);
    expect(codeOf(() => tileNodeIds({ level: 'entries', index: 0, width: 1 }))).toBe('tile');
  });

  it('cover the entries from one size to another', () => {
    const paths = (from: number, to: number): string[] => entryBundlesOf(from, to).map(tilePath);
    expect(paths(0, 0)).toEqual([]);
    expect(paths(5, 5)).toEqual([]);
    expect(paths(0, 256)).toEqual(['tile/entries/000']);
    expect(paths(255, 300)).toEqual(['tile/entries/000', 'tile/entries/001.p/44']);
    expect(paths(256, 300)).toEqual(['tile/entries/001.p/44']);
    expect(codeOf(() => entryBundlesOf(6, 5))).toBe('tile');
  });

  it('bundles are read as they were written, and not with another width or a piece missing', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 }), (entries) => {
        const bundle = encodeEntryBundle(entries);
        expect(parseEntryBundle(bundle, entries.length)).toEqual(entries);
        expect(codeOf(() => parseEntryBundle(bundle, entries.length + 1))).toBe('tile');
        expect(codeOf(() => parseEntryBundle(bundle.slice(0, -1), entries.length))).toBe('tile');
      }),
    );
    expect(codeOf(() => encodeEntryBundle([]))).toBe('tile');
    expect(codeOf(() => encodeEntryBundle([new Uint8Array(65_536)]))).toBe('tile');
  });
});

describe('log proofs', () => {
  it('are read as they were written, and any change is seen', () => {
    const proofs = fc.record({
      index: size,
      proof: fc.array(bytes(32), { maxLength: 53 }),
      extra: fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 })),
      checkpoint: fc.tuple(body, lines).map((parts) => formatCheckpoint(...parts)),
    });
    fc.assert(
      fc.property(proofs, fc.nat(), fc.nat(0x2100), (proof, at, code) => {
        const text = formatTlogProof(proof);
        expect(parseTlogProof(text)).toEqual(proof);
        survives(text, at % text.length, code, parseTlogProof, formatTlogProof);
      }),
    );
  });

  it('are not longer than a tree is high', () => {
    const proof = Array.from({ length: 54 }, () => new Uint8Array(32));
    expect(codeOf(() => formatTlogProof({ index: 0, proof, checkpoint: 'x' }))).toBe('tlog-proof');
  });
});
