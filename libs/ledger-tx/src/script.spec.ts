import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  keyOutputOf,
  NO_END,
  outputKindOf,
  p2pkhScript,
  parseHex,
  permissionScript,
  permissionsOf,
  streamCreationOf,
  streamCreationScript,
  streamEntity,
  streamItemOf,
  streamItemScript,
  toHex,
} from './index.js';
import { scriptParts } from './script.js';

const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength });
const u32 = fc.nat(NO_END);
const keyHash = '11'.repeat(20);
const pay = `76a914${keyHash}88ac`;
const entity = '22'.repeat(16);

describe('scripts that are written are read back', () => {
  it('items', () => {
    fc.assert(
      fc.property(
        bytes(16),
        fc.array(bytes(0, 256), { maxLength: 4 }),
        bytes(0, 1000),
        (stream, keys, data) => {
          expect(streamItemOf(streamItemScript(stream, keys, data))).toEqual({
            entity: stream,
            keys,
            format: null,
            data,
          });
        },
      ),
    );
  });

  it('grants', () => {
    const grant = fc.record({
      entity: fc.option(bytes(16)),
      bits: u32,
      from: u32,
      to: u32,
      timestamp: u32,
    });
    fc.assert(
      fc.property(bytes(20), fc.array(grant, { minLength: 1, maxLength: 3 }), (hash, grants) => {
        expect(permissionsOf(permissionScript(hash, grants))).toEqual({ keyHash: hash, grants });
      }),
    );
  });

  it('creations of streams', () => {
    const character = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.string({ unit: character, minLength: 1, maxLength: 32 }), (name) => {
        expect(streamCreationOf(streamCreationScript(name))).toEqual({ name, restrictsWrite: true });
      }),
    );
  });

  it('payments', () => {
    fc.assert(
      fc.property(bytes(20), (hash) => {
        expect(keyOutputOf(p2pkhScript(hash))).toEqual({ keyHash: hash, attachments: [] });
      }),
    );
  });
});

describe('scripts that a node made', () => {
  it('a stream with restricted writing', () => {
    const script = '1273706b6e020006010800010670726f6f6673756a';
    expect(toHex(streamCreationScript('proofs'))).toBe(script);
    expect(streamCreationOf(parseHex(script))).toEqual({ name: 'proofs', restrictsWrite: true });
  });

  it('an open stream', () => {
    const open = streamCreationOf(parseHex('1073706b6e0200060100000104' + toHex(ascii('open')) + '756a'));
    expect(open).toEqual({ name: 'open', restrictsWrite: false });
  });

  it('the entity of a stream', () => {
    const created = '91ef3b4f723345e40050333148ab9e00abf3e91a9f3d0088d8e5578359babb1d';
    expect(toHex(streamEntity(created))).toBe('009eab4831335000e44533724f3bef91');
  });
});

describe('scripts that are something else', () => {
  it.each([
    ['empty', ''],
    ['a push that is cut off', '05aabb'],
    ['a push in a longer form', '4c01aa'],
    ['a long push in a longer form', '4d0100aa'],
    ['a longer push in the longest form', '4e01000000aa'],
    ['a length that is cut off', '4d01'],
  ])('%s has no parts', (_, script) => {
    expect(scriptParts(parseHex(script)) ?? []).toEqual([]);
  });

  it.each([
    ['nothing behind the payment', pay],
    ['a permission too short', `${pay}1373706b70${'00'.repeat(15)}75`],
    ['a permission that is not dropped', `${pay}1473706b70${'00'.repeat(16)}`],
    ['a stream without permission', `${pay}1473706b65${entity}75`],
    [
      'two streams before one permission',
      `${pay}${`1473706b65${entity}75`.repeat(2)}1473706b70${'00'.repeat(16)}75`,
    ],
    ['another element behind the payment', `${pay}0473706b7175`],
    ['a payment with a byte less', `76a913${'11'.repeat(19)}88ac1473706b70${'00'.repeat(16)}75`],
    ['a script hash', `a914${keyHash}871473706b70${'00'.repeat(16)}75`],
  ])('no grant: %s', (_, script) => {
    expect(permissionsOf(parseHex(script))).toBeUndefined();
  });

  it.each([
    ['not a stream but an asset', '0c73706b6e010001046e616d65756a'],
    ['no name', '0573706b6e02756a'],
    ['a name given twice', '1273706b6e0200010161' + '0001016200010163' + '756a'],
    ['a custom field', '0f73706b6e02000104726f6f7461000161756a'],
    ['a field longer than the rest', '0c73706b6e02000105726f6f74756a'],
    ['a name that is not printable', '0c73706b6e020001041b6f6f74756a'],
    ['something after the end', '0c73706b6e02000104726f6f74756a0100'],
    ['not dropped', '0c73706b6e02000104726f6f746a'],
  ])('no creation: %s', (_, script) => {
    expect(streamCreationOf(parseHex(script))).toBeUndefined();
  });

  it('random bytes never throw', () => {
    fc.assert(
      fc.property(bytes(0, 120), (script) => {
        expect(() => [
          streamItemOf(script),
          permissionsOf(script),
          streamCreationOf(script),
          keyOutputOf(script),
          outputKindOf(script),
        ]).not.toThrow();
      }),
    );
  });
});

describe('kinds of outputs that are passed on', () => {
  it.each([
    ['payment', pay],
    ['payment', `${pay}1473706b70${'00'.repeat(16)}75`],
    ['metadata', `1473706b65${entity}750473706b6b756a0101`],
    ['metadata', '1273706b6e020006010800010670726f6f6673756a'],
    // The copy of a spent script, which a node adds to grants of administration.
    ['metadata', '2273706b69000000001976a91474a2a88c26270b76fdd65c1cef987bef98b3c79388ac756a'],
  ])('%s %s', (kind, script) => {
    expect(outputKindOf(parseHex(script))).toBe(kind);
  });

  it.each([
    ['an empty script', ''],
    ['a script hash', `a914${keyHash}87`],
    ['a payment to a bare key', `21${'02'.repeat(33)}ac`],
    ['a payment with something unknown behind it', `${pay}040102030475`],
    ['data alone', '6a0101'],
    ['an empty statement', '6a'],
    ['unknown data dropped', '0401020304756a0101'],
    ['two pushes of data', `1473706b65${entity}756a01010101`],
    ['an operation behind the data', `1473706b65${entity}756a010175`],
    ['a push that is cut off', `1473706b65${entity}756a0201`],
    ['an operation', '51'],
  ])('not %s', (_, script) => {
    expect(outputKindOf(parseHex(script))).toBeUndefined();
  });
});

describe('scripts that are not written', () => {
  it.each([
    ['a key hash of 19 bytes', 'key-hash', () => p2pkhScript(new Uint8Array(19))],
    ['a stream of 15 bytes', 'entity', () => streamItemScript(new Uint8Array(15), [], new Uint8Array(1))],
    [
      'data beyond one push',
      'data-length',
      () => streamItemScript(new Uint8Array(16), [], new Uint8Array(0x1_0000)),
    ],
    ['a stream name with a space', 'script', () => streamCreationScript('a b')],
    ['a stream name too long', 'script', () => streamCreationScript('a'.repeat(33))],
    ['a txid in capitals', 'txid', () => streamEntity('A'.repeat(64))],
    [
      'a number beyond 32 bits',
      'script',
      () =>
        permissionScript(new Uint8Array(20), [
          { entity: null, bits: 1, from: 0, to: NO_END + 1, timestamp: 0 },
        ]),
    ],
  ])('%s', (_, code, write) => {
    expect(write).toThrow(expect.objectContaining({ name: 'LedgerTxError', code }));
  });
});

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
