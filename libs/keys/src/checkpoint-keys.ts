import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { KeyError } from './error.js';
import { readSecretFile } from './key-file.js';
import { parsePrivateKey, rawPublicKey } from './private-key.js';

/** One key that signs bytes: the note text or the cosignature message that libs/protocol composes. */
export interface MessageSigner {
  readonly algorithm: 'ed25519' | 'ml-dsa-44';
  /** Raw: 32 bytes (Ed25519) or 1312 (ML-DSA-44). */
  readonly publicKey: Uint8Array;
  /** 64 bytes (Ed25519) or 2420 (ML-DSA-44, hedged: never twice the same). */
  sign(message: Uint8Array): Uint8Array;
}

/** The two keys of one name on a checkpoint. The ML-DSA-44 signature counts; the Ed25519 line serves existing tools. */
export interface SignerPair {
  readonly ed25519: MessageSigner;
  readonly mlDsa44: MessageSigner;
}

/** A hub signs every checkpoint twice: as the log, under the origin's name, and as a witness, under its own. */
export interface CheckpointSigner {
  readonly log: SignerPair;
  readonly witness: SignerPair;
}

/** The format of a hub's key file. */
export const HUB_KEYS_FORMAT = 'besure-hub-keys-v0';

/** Builds a signer of one key and tries it. */
export function createMessageSigner(key: KeyObject, algorithm: MessageSigner['algorithm']): MessageSigner {
  const signer: MessageSigner = {
    algorithm,
    publicKey: rawPublicKey(key),
    sign: (message) => sign(null, message, key),
  };
  const probe = Buffer.from('besure self-test');
  if (!verify(null, probe, createPublicKey(key), signer.sign(probe))) {
    throw new KeyError('invalid-key', `a test signature of the ${algorithm} key does not verify`);
  }
  return signer;
}

function members(value: unknown, names: readonly string[], where: string): unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new KeyError('malformed', `${where} must be a JSON object`);
  }
  const entries = new Map<string, unknown>(Object.entries(value));
  if (entries.size !== names.length || names.some((name) => !entries.has(name))) {
    throw new KeyError('malformed', `${where} must have exactly the members ${names.join(', ')}`);
  }
  return names.map((name) => entries.get(name));
}

function signerOf(pem: unknown, algorithm: MessageSigner['algorithm'], where: string): MessageSigner {
  if (typeof pem !== 'string') throw new KeyError('malformed', `${where} must be a PEM text`);
  return createMessageSigner(parsePrivateKey(pem, algorithm, where), algorithm);
}

function pairOf(value: unknown, where: string): SignerPair {
  const [ed25519, mlDsa44] = members(value, ['ed25519', 'mlDsa44'], where);
  return {
    ed25519: signerOf(ed25519, 'ed25519', `${where}.ed25519`),
    mlDsa44: signerOf(mlDsa44, 'ml-dsa-44', `${where}.mlDsa44`),
  };
}

function readJson(path: string): unknown {
  const text = readSecretFile(path);
  try {
    return JSON.parse(text);
  } catch {
    // A JSON parser quotes the text that it stumbles over: no cause.
    throw new KeyError('malformed', `${path} is not JSON`);
  }
}

/** An Ed25519 cosignature does not commit to its cosigner's name, so no key may stand for two names. */
function checkDistinct(pairs: readonly SignerPair[], path: string): void {
  const keys = pairs.map((pair) => Buffer.from(pair.ed25519.publicKey).toString('hex'));
  const postQuantum = pairs.map((pair) => Buffer.from(pair.mlDsa44.publicKey).toString('hex'));
  if (new Set(keys).size !== keys.length || new Set(postQuantum).size !== postQuantum.length) {
    throw new KeyError('keys-not-distinct', `${path} must hold different keys for log and witness`);
  }
}

/** Loads a hub's key file: `{format, log: {ed25519, mlDsa44}, witness: {ed25519, mlDsa44}}`, each a PEM (PKCS#8). */
export function loadCheckpointSigner(path: string): CheckpointSigner {
  const [format, log, witness] = members(readJson(path), ['format', 'log', 'witness'], path);
  if (format !== HUB_KEYS_FORMAT) {
    throw new KeyError('malformed', `${path} must have the format ${HUB_KEYS_FORMAT}`);
  }
  const signer = { log: pairOf(log, `${path} log`), witness: pairOf(witness, `${path} witness`) };
  checkDistinct([signer.log, signer.witness], path);
  return signer;
}

/** Loads the key with which an archive cosigns what it found consistent: a PEM (PKCS#8) of an ML-DSA-44 key, which is what counts. */
export function loadWitnessKey(path: string): MessageSigner {
  return createMessageSigner(parsePrivateKey(readSecretFile(path), 'ml-dsa-44', path), 'ml-dsa-44');
}
