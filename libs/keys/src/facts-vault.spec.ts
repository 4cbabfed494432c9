import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFactsVault, loadFactsVault, type Sealed } from './facts-vault.js';
import { generateFactsKey } from './generate.js';
import { Xaes256Gcm } from './xaes-256-gcm.js';

const key = randomBytes(32);
const vault = createFactsVault([key]);
const plain = Buffer.from('{"message":"m-1"}');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'besure-keys-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('XAES-256-GCM', () => {
  // The two vectors of c2sp.org/XAES-256-GCM; the first bit of L is 0 in one and 1 in the other.
  test.each([
    [1, '', 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271'],
    [3, 'c2sp.org/XAES-256-GCM', '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d'],
  ])('vector with key byte %i', (byte, additional, expected) => {
    const aead = new Xaes256Gcm(new Uint8Array(32).fill(byte));
    const nonce = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWX');
    const sealed = aead.encrypt(nonce, Buffer.from('XAES-256-GCM'), Buffer.from(additional));
    expect(Buffer.from(sealed).toString('hex')).toBe(expected);
    expect(Buffer.from(aead.decrypt(nonce, sealed, Buffer.from(additional))).toString()).toBe('XAES-256-GCM');
  });

  // "Accumulated randomized tests" of the same page: 10 000 draws of one SHAKE-128 stream.
  test('accumulated vectors', () => {
    const needed = 10_000 * (32 + 24 + 2 * 256);
    const stream = createHash('shake128', { outputLength: needed }).digest();
    const results = createHash('shake128', { outputLength: 32 });
    let at = 0;
    const take = (length: number): Buffer => stream.subarray(at, (at += length));
    for (let i = 0; i < 10_000; i += 1) {
      const aead = new Xaes256Gcm(take(32));
      const nonce = take(24);
      const text = take(take(1)[0] ?? 0);
      const additional = take(take(1)[0] ?? 0);
      results.update(aead.encrypt(nonce, text, additional));
    }
    expect(results.digest('hex')).toBe('e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939');
  });
});

describe('seal and open', () => {
  test('opens what it sealed, of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        const sealed = vault.seal(bytes);
        expect(sealed.ciphertext.length).toBe(bytes.length + 16);
        expect(sealed.wrappedKey.length).toBe(36);
        expect(Buffer.from(vault.open(sealed))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test('the same bytes never look the same', () => {
    const one = vault.seal(plain);
    const two = vault.seal(plain);
    expect(Buffer.from(one.ciphertext)).not.toEqual(Buffer.from(two.ciphertext));
    expect(Buffer.from(one.wrappedKey)).not.toEqual(Buffer.from(two.wrappedKey));
  });

  test.each([
    ['as it is made', () => vault.seal(plain)],
    ['wrapped anew', () => wrappedAnew()],
  ])('refuses any changed bit of either part, the key %s', (_, make) => {
    const sealed = make();
    for (const part of ['ciphertext', 'wrappedKey'] as const) {
      for (let bit = 0; bit < sealed[part].length * 8; bit += 1) {
        const changed = Uint8Array.from(sealed[part]);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => vault.open({ ...sealed, [part]: changed })).toThrow(
          expect.objectContaining({
            code: expect.stringMatching(/^sealed-(mismatch|unknown-key)$/) as string,
          }),
        );
      }
    }
  });

  test('refuses the key of another thing, a short ciphertext and a short key', () => {
    const sealed = vault.seal(plain);
    expect(() => vault.open({ ...sealed, wrappedKey: vault.seal(plain).wrappedKey })).toThrow(
      expect.objectContaining({ code: 'sealed-mismatch' }),
    );
    expect(() => vault.open({ ...sealed, ciphertext: new Uint8Array(15) })).toThrow(
      expect.objectContaining({ code: 'sealed-malformed' }),
    );
    expect(() => vault.open({ ...sealed, wrappedKey: sealed.wrappedKey.subarray(1) })).toThrow(
      expect.objectContaining({ code: 'sealed-malformed' }),
    );
  });

  test('another zone cannot open, and can say so without a try', () => {
    const sealed = vault.seal(plain);
    const other = createFactsVault([randomBytes(32)]);
    expect(() => other.open(sealed)).toThrow(expect.objectContaining({ code: 'sealed-unknown-key' }));
    expect(other.lacksKeyOf(sealed.wrappedKey)).toBe(true);
    expect(vault.lacksKeyOf(sealed.wrappedKey)).toBe(false);
    // No key would help.
    expect(other.lacksKeyOf(sealed.wrappedKey.subarray(1))).toBe(false);
  });
});

/** What a zone sealed under a key of before, with the key wrapped under the one it has now. */
function wrappedAnew(): Sealed {
  const before = randomBytes(32);
  const sealed = createFactsVault([before]).seal(plain);
  return { ...sealed, wrappedKey: createFactsVault([key, before]).rewrap(sealed.wrappedKey) };
}

describe('what was sealed by', () => {
  const frozen = createFactsVault([new Uint8Array(32).fill(7)]);
  const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

  // Frozen: a change of derivation would lose all facts.
  test.each([
    [
      'the first version, with a wrapped key',
      '3e25a2e32bfd29ca9ba6fd6620f72f62463211ee4fa41f631bbad5db96b16325ed',
      '356c1e81a9724eeba6d4fa135b7ede97a9a3081d4ea2d4a0c34b60eecf85e1c3d1246e75bcf3241a4a74dee256b81c560c850b36ee769da40a498072e6f397c1f53933a473705f009d7881a5',
    ],
    [
      'the second one, with a seed',
      '0230631aa863a9f5a645304b90078918932bc1c54eaa47d1e7ec17f1355b854bd0',
      '356c1e817fbddd879904480a27f36e4591a02cafe0c5c7a289d445d20d09bc60a742533f',
    ],
  ])('%s opens', (_, ciphertext, wrappedKey) => {
    const opened = frozen.open({ ciphertext: hex(ciphertext), wrappedKey: hex(wrappedKey) });
    expect(Buffer.from(opened)).toEqual(plain);
  });
});

describe('a new key for the zone', () => {
  const newer = randomBytes(32);
  const both = createFactsVault([newer, key]);

  test('opens old and new, and wraps anew', () => {
    const old = vault.seal(plain);
    expect(Buffer.from(both.open(old))).toEqual(plain);
    expect(Buffer.from(createFactsVault([newer]).open(both.seal(plain)))).toEqual(plain);
    const rewrapped = both.rewrap(old.wrappedKey);
    expect(rewrapped.length).toBe(76);
    expect(Buffer.from(createFactsVault([newer]).open({ ...old, wrappedKey: rewrapped }))).toEqual(plain);
    expect(both.rewrap(rewrapped)).toBe(rewrapped);
    const again = randomBytes(32);
    const newest = createFactsVault([again, newer]).rewrap(rewrapped);
    expect(Buffer.from(createFactsVault([again]).open({ ...old, wrappedKey: newest }))).toEqual(plain);
  });

  test('keyed hashes: newest first, old ones still found', () => {
    expect(both.keyedHashes('event', 'a')).toEqual([
      both.keyedHash('event', 'a'),
      vault.keyedHash('event', 'a'),
    ]);
  });

  test('the same key twice is a mistake', () => {
    expect(() => createFactsVault([key, key])).toThrow(
      expect.objectContaining({ code: 'keys-not-distinct' }),
    );
  });
});

describe('keyed hash', () => {
  test('depends on key, label and text', () => {
    const hashes = [
      vault.keyedHash('event', 'a'),
      vault.keyedHash('event', 'b'),
      vault.keyedHash('content', 'a'),
      createFactsVault([randomBytes(32)]).keyedHash('event', 'a'),
    ].map((bytes) => Buffer.from(bytes).toString('hex'));
    expect(new Set(hashes).size).toBe(4);
    expect(vault.keyedHash('event', 'a')).toEqual(createFactsVault([key]).keyedHash('event', 'a'));
    expect(vault.keyedHash('event', 'a').length).toBe(32);
  });

  // Frozen: a change of derivation would make every repeat of the last 400 days a new event.
  test('is what it was in the first version', () => {
    const frozen = createFactsVault([new Uint8Array(32).fill(7)]);
    expect(Buffer.from(frozen.keyedHash('event', 'urn:a\n1')).toString('hex')).toBe(
      '8bea012dff5f6b05abf0792d3f008e4d0c0af8ace95f3e64e122dcc6fa245fcb',
    );
  });

  test('data does not belong into labels', () => {
    const small = createFactsVault([randomBytes(32)]);
    expect(() => {
      for (let i = 0; i < 100; i += 1) small.keyedHash(`label ${i}`, 'a');
    }).toThrow(expect.objectContaining({ code: 'malformed' }));
  });
});

describe('facts key file', () => {
  test('several lines: newest first', () => {
    const path = join(folder, 'two');
    writeFileSync(path, `${randomBytes(32).toString('base64url')}\n${key.toString('base64url')}\n`, {
      mode: 0o600,
    });
    expect(Buffer.from(loadFactsVault(path).open(vault.seal(plain)))).toEqual(plain);
  });

  test.each([
    ['empty', ''],
    ['short', 'AAAA\n'],
    ['padded', `${Buffer.alloc(32, 1).toString('base64')}\n`],
    ['not canonical', `${'A'.repeat(42)}B\n`],
    ['blank line at the end', `${'A'.repeat(43)}\n\n`],
    ['carriage return', `${'A'.repeat(43)}\r\n`],
  ])('refuses %s', (name, text) => {
    const path = join(folder, `bad ${name}`);
    writeFileSync(path, text, { mode: 0o600 });
    expect(() => loadFactsVault(path)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  test('is never overwritten, and closed to others', () => {
    const path = join(folder, 'facts');
    generateFactsKey(path);
    expect(() => generateFactsKey(path)).toThrow(expect.objectContaining({ code: 'file-exists' }));
    chmodSync(path, 0o644);
    expect(() => loadFactsVault(path)).toThrow(expect.objectContaining({ code: 'file-mode' }));
    chmodSync(path, 0o440);
    expect(loadFactsVault(path).keyedHash('event', 'a').length).toBe(32);
  });
});
