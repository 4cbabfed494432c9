import { describe, expect, it } from 'vitest';
import { noteSigner, sealKey } from './contract/keys.js';
import { nodePrimitives } from './contract/node-primitives.js';
import { noblePrimitives } from './noble.js';

const message = new TextEncoder().encode('the message');
const seal = sealKey('anyone');
const ed25519 = noteSigner('ed25519-log', 'example.com/log', 'anyone');
const mlDsa44 = noteSigner('ml-dsa-44', 'example.com/log', 'anyone');

describe.each([
  ['node:crypto', nodePrimitives],
  ['JavaScript alone', noblePrimitives],
])('the primitives of %s', (_, primitives) => {
  const kinds = [
    { verify: primitives.verifyP256, publicKey: seal.publicKey, signature: seal.sign(message) },
    { verify: primitives.verifyEd25519, publicKey: ed25519.key.publicKey, signature: ed25519.sign(message) },
    { verify: primitives.verifyMlDsa44, publicKey: mlDsa44.key.publicKey, signature: mlDsa44.sign(message) },
  ];

  it('accept what was signed', () => {
    for (const { verify, publicKey, signature } of kinds)
      expect(verify(publicKey, message, signature)).toBe(true);
  });

  it('refuse, and never throw, for other messages and for keys and signatures of any shape', () => {
    for (const { verify, publicKey, signature } of kinds) {
      expect(verify(publicKey, message.slice(1), signature)).toBe(false);
      for (const at of [0, 1, 33, signature.length - 1]) {
        const changed = signature.slice();
        changed[at]! ^= 1;
        expect(verify(publicKey, message, changed)).toBe(false);
      }
      for (const shape of [0, 1, 32, 33, 64, 65, 2420, 5000]) {
        expect(verify(publicKey, message, new Uint8Array(shape))).toBe(false);
        expect(verify(new Uint8Array(shape), message, signature)).toBe(false);
        expect(verify(new Uint8Array(shape).fill(255), message, signature)).toBe(false);
      }
    }
  });

  it('hash alike', () => {
    expect(primitives.sha256(message)).toEqual(nodePrimitives.sha256(message));
    expect(primitives.sha3_512(message)).toEqual(nodePrimitives.sha3_512(message));
  });
});
