import { generateKeyPairSync, sign } from 'node:crypto';
import type { Primitives } from '@besure/protocol';
import { expect, it } from 'vitest';
import { nodePrimitives } from './node-primitives.js';
import { rememberCheckpointSignatures } from './remembered-signatures.js';

const message = Buffer.from('a checkpoint');

function signed(type: 'ed25519' | 'ml-dsa-44'): { publicKey: Uint8Array; signature: Uint8Array } {
  const { publicKey, privateKey } = generateKeyPairSync(type as 'ed25519');
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const length = type === 'ed25519' ? 32 : 1312;
  return { publicKey: spki.subarray(-length), signature: sign(null, message, privateKey) };
}

function counting(): { primitives: Primitives; verified: () => number } {
  let times = 0;
  const counted =
    (verify: Primitives['verifyEd25519']): Primitives['verifyEd25519'] =>
    (...given) => {
      times += 1;
      return verify(...given);
    };
  return {
    primitives: {
      ...nodePrimitives,
      verifyEd25519: counted(nodePrimitives.verifyEd25519),
      verifyMlDsa44: counted(nodePrimitives.verifyMlDsa44),
    },
    verified: () => times,
  };
}

it.each([
  ['ed25519', 'verifyEd25519'],
  ['ml-dsa-44', 'verifyMlDsa44'],
] as const)('verifies a signature of %s once', (type, verify) => {
  const { primitives, verified } = counting();
  const remembering = rememberCheckpointSignatures(primitives);
  const { publicKey, signature } = signed(type);
  for (let i = 0; i < 3; i += 1) expect(remembering[verify](publicKey, message, signature)).toBe(true);
  expect(verified()).toBe(1);
});

it('takes nothing for what it remembers but the same key, message and signature', () => {
  const remembering = rememberCheckpointSignatures(nodePrimitives);
  const { publicKey, signature } = signed('ed25519');
  const other = signed('ed25519');
  expect(remembering.verifyEd25519(publicKey, message, signature)).toBe(true);
  expect(remembering.verifyEd25519(other.publicKey, message, signature)).toBe(false);
  expect(remembering.verifyEd25519(publicKey, Buffer.from('another'), signature)).toBe(false);
  expect(remembering.verifyEd25519(publicKey, message, other.signature)).toBe(false);
  expect(remembering.verifyMlDsa44(publicKey, message, signature)).toBe(false);
  // Neither is what failed remembered as good.
  expect(remembering.verifyEd25519(publicKey, message, other.signature)).toBe(false);
});

it.each([
  ['a byte of the key in the signature', -1],
  ['a byte of the signature in the key', 1],
])('attack: the same bytes with %s are no signature that it remembers', (_how, shift) => {
  const remembering = rememberCheckpointSignatures(nodePrimitives);
  const { publicKey, signature } = signed('ed25519');
  expect(remembering.verifyEd25519(publicKey, message, signature)).toBe(true);
  const both = Buffer.concat([publicKey, signature]);
  const at = publicKey.length + shift;
  expect(remembering.verifyEd25519(both.subarray(0, at), message, both.subarray(at))).toBe(false);
});

it('forgets the oldest', () => {
  const { primitives, verified } = counting();
  const always = {
    ...primitives,
    verifyEd25519: () => (primitives.verifyMlDsa44(message, message, message), true),
  };
  const remembering = rememberCheckpointSignatures(always);
  const { publicKey } = signed('ed25519');
  const { signature } = signed('ed25519');
  for (let i = 0; i < 2000; i += 1) remembering.verifyEd25519(publicKey, Buffer.from(String(i)), signature);
  expect(verified()).toBe(2000);
  remembering.verifyEd25519(publicKey, Buffer.from('1999'), signature);
  expect(verified()).toBe(2000);
  remembering.verifyEd25519(publicKey, Buffer.from('0'), signature);
  expect(verified()).toBe(2001);
});
