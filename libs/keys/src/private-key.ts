import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { KeyError } from './error.js';

/** The three kinds of private key that are kept as PEM PKCS#8. */
export type PrivateKeyKind = 'p-256' | 'ed25519' | 'ml-dsa-44';

function kindOf(key: KeyObject): PrivateKeyKind | null {
  switch (key.asymmetricKeyType) {
    case 'ec':
      return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'p-256' : null;
    case 'ed25519':
      return 'ed25519';
    case 'ml-dsa-44':
      return 'ml-dsa-44';
    default:
      return null;
  }
}

/** Whether a key is of that kind. */
export function isKind(key: KeyObject, kind: PrivateKeyKind): boolean {
  return kindOf(key) === kind;
}

/** Parses one PEM PKCS#8 private key of the expected kind; `where` names the file in errors. */
export function parsePrivateKey(pem: string, kind: PrivateKeyKind, where: string): KeyObject {
  let key: KeyObject;
  try {
    if (!/^-----BEGIN PRIVATE KEY-----\r?\n/.test(pem)) throw new TypeError('not PKCS#8');
    key = createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    // The cause is left out on purpose: what a parser says about a secret may quote it.
    throw new KeyError('malformed', `${where} must hold an unencrypted PEM private key (PKCS#8)`);
  }
  if (!isKind(key, kind)) throw new KeyError('wrong-algorithm', `${where} must hold a ${kind} key`);
  return key;
}

/** Raw public key: 65 bytes (P-256, uncompressed), 32 (Ed25519) or 1312 (ML-DSA-44). */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  if (publicKey.asymmetricKeyType !== 'ec') return new Uint8Array(publicKey.export({ format: 'raw-public' }));
  // By way of x and y: a key file may hold the point compressed.
  const { x, y } = publicKey.export({ format: 'jwk' });
  return Buffer.concat([
    Uint8Array.of(4),
    Buffer.from(x ?? '', 'base64url'),
    Buffer.from(y ?? '', 'base64url'),
  ]);
}
