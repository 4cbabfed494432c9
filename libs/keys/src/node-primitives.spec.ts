import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';
import { describe, expect, test } from 'vitest';
import { nodePrimitives } from './node-primitives.js';
import { compactFromDer } from './p256-signature.js';
import { rawPublicKey } from './private-key.js';

const message = Buffer.from('a message of some length');

interface Signed {
  name: string;
  publicKey: Uint8Array;
  signature: Uint8Array;
  verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
}

function raw(key: KeyObject): Uint8Array {
  return rawPublicKey(key);
}

const p256Key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const edKey = generateKeyPairSync('ed25519');
const mlKey = generateKeyPairSync('ml-dsa-44');
const nobleP256 = p256.keygen();
const nobleEd = ed25519.keygen();
const nobleMl = ml_dsa44.keygen();

const signed: Signed[] = [
  {
    name: 'P-256 of node',
    publicKey: raw(p256Key.publicKey),
    signature: compactFromDer(sign('sha256', message, p256Key.privateKey)),
    verify: (key, message, signature) => nodePrimitives.verifyP256(key, message, signature),
  },
  {
    name: 'P-256 of noble',
    publicKey: p256.getPublicKey(nobleP256.secretKey, false),
    signature: p256.sign(message, nobleP256.secretKey),
    verify: (key, message, signature) => nodePrimitives.verifyP256(key, message, signature),
  },
  {
    name: 'Ed25519 of node',
    publicKey: raw(edKey.publicKey),
    signature: sign(null, message, edKey.privateKey),
    verify: (key, message, signature) => nodePrimitives.verifyEd25519(key, message, signature),
  },
  {
    name: 'Ed25519 of noble',
    publicKey: nobleEd.publicKey,
    signature: ed25519.sign(message, nobleEd.secretKey),
    verify: (key, message, signature) => nodePrimitives.verifyEd25519(key, message, signature),
  },
  {
    name: 'ML-DSA-44 of node',
    publicKey: raw(mlKey.publicKey),
    signature: sign(null, message, mlKey.privateKey),
    verify: (key, message, signature) => nodePrimitives.verifyMlDsa44(key, message, signature),
  },
  {
    name: 'ML-DSA-44 of noble',
    publicKey: nobleMl.publicKey,
    signature: ml_dsa44.sign(message, nobleMl.secretKey),
    verify: (key, message, signature) => nodePrimitives.verifyMlDsa44(key, message, signature),
  },
];

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe.each(signed)('$name', ({ publicKey, signature, verify }) => {
  test('verifies', () => {
    expect(verify(publicKey, message, signature)).toBe(true);
  });

  test('refuses another message, changed bits, other lengths', () => {
    expect(verify(publicKey, flipped(message, 3), signature)).toBe(false);
    for (let bit = 0; bit < signature.length * 8; bit += 61) {
      expect(verify(publicKey, message, flipped(signature, bit))).toBe(false);
    }
    for (let bit = 0; bit < publicKey.length * 8; bit += 61) {
      expect(verify(flipped(publicKey, bit), message, signature)).toBe(false);
    }
    expect(verify(publicKey.subarray(1), message, signature)).toBe(false);
    expect(verify(publicKey, message, signature.subarray(1))).toBe(false);
    expect(verify(publicKey, message, new Uint8Array(signature.length))).toBe(false);
    expect(verify(publicKey, message, new Uint8Array(0))).toBe(false);
  });
});

describe('keys', () => {
  test('a key of bytes that start inside a larger buffer is the key of those bytes', () => {
    const padded = Buffer.concat([Buffer.from('padding'), edKey.publicKey.export({ format: 'raw-public' })]);
    const signature = sign(null, message, edKey.privateKey);
    expect(nodePrimitives.verifyEd25519(padded.subarray(7), message, signature)).toBe(true);
  });

  test('more keys than the cache holds all verify', () => {
    for (let i = 0; i < 1100; i += 1) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      expect(nodePrimitives.verifyEd25519(raw(publicKey), message, sign(null, message, privateKey))).toBe(
        true,
      );
    }
  });
});

test('hashes', () => {
  expect(Buffer.from(nodePrimitives.sha256(message))).toEqual(createHash('sha256').update(message).digest());
  expect(Buffer.from(nodePrimitives.sha3_512(message))).toEqual(
    createHash('sha3-512').update(message).digest(),
  );
});
