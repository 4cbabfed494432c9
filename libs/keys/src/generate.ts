import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import {
  HUB_KEYS_FORMAT,
  loadCheckpointSigner,
  loadWitnessKey,
  type CheckpointSigner,
  type MessageSigner,
} from './checkpoint-keys.js';
import { createFactsVault, loadFactsVault, type FactsVault } from './facts-vault.js';
import { writeNewFile } from './key-file.js';
import { loadLedgerSigner, type LedgerSigner } from './ledger-signer.js';
import { selfSignedSealCertificate, type SealSubject } from './seal-certificate.js';
import { loadStatementSigner, type StatementSigner } from './statement-signer.js';

function pem(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function newPair(): { ed25519: string; mlDsa44: string } {
  return {
    ed25519: pem(generateKeyPairSync('ed25519').privateKey),
    mlDsa44: pem(generateKeyPairSync('ml-dsa-44').privateKey),
  };
}

/** Makes an organisation's signing key and a self-signed seal certificate; returns them as loaded from the new files. */
export async function generateStatementKey(
  files: { keyFile: string; certificateFile: string },
  subject: SealSubject,
): Promise<StatementSigner> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = await selfSignedSealCertificate(privateKey, subject);
  writeNewFile(files.keyFile, pem(privateKey), 'secret');
  writeNewFile(files.certificateFile, certificate, 'public');
  return loadStatementSigner(files);
}

/** Makes a member's ledger key. */
export function generateLedgerKey(path: string): LedgerSigner {
  // A random number of 256 bits is no key of this curve once in 2^128 times; loading would say so.
  writeNewFile(path, `${randomBytes(32).toString('hex')}\n`, 'secret');
  return loadLedgerSigner(path);
}

/** Makes a hub's four checkpoint keys. */
export function generateHubKeys(path: string): CheckpointSigner {
  const keys = { format: HUB_KEYS_FORMAT, log: newPair(), witness: newPair() };
  writeNewFile(path, `${JSON.stringify(keys, null, 2)}\n`, 'secret');
  return loadCheckpointSigner(path);
}

/** Makes the key of a witness. */
export function generateWitnessKey(path: string): MessageSigner {
  writeNewFile(path, pem(generateKeyPairSync('ml-dsa-44').privateKey), 'secret');
  return loadWitnessKey(path);
}

/** Makes a zone's facts key. */
export function generateFactsKey(path: string): FactsVault {
  writeNewFile(path, `${randomBytes(32).toString('base64url')}\n`, 'secret');
  return loadFactsVault(path);
}

/** A vault under a key that exists nowhere else: for tests. */
export function ephemeralFactsVault(): FactsVault {
  return createFactsVault([randomBytes(32)]);
}
