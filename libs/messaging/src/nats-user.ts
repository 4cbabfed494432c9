import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { nkeys } from 'nats';
import { MessagingError } from './error.js';

/** What we use of the nkeys package, which the client exports without types. */
interface KeyPair {
  getPublicKey(): string;
  getSeed(): Uint8Array;
}
const { createUser, fromSeed } = nkeys as {
  readonly createUser: () => KeyPair;
  readonly fromSeed: (seed: Uint8Array) => KeyPair;
};

/** Reads the seed of an nkey user (`SU...`, one line). Throws `MessagingError` 'credentials'. */
export function readSeed(path: string): Uint8Array {
  let text: string;
  try {
    if ((statSync(path).mode & 0o027) !== 0) {
      throw new MessagingError(
        'credentials',
        `${path} must be closed to others and writable by its owner only`,
      );
    }
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error instanceof MessagingError) throw error;
    throw new MessagingError('credentials', `cannot read ${path}`);
  }
  const seed = new TextEncoder().encode(text);
  try {
    if (!/^SU[A-Z2-7]{56}$/.test(text)) throw new TypeError('not a user seed');
    fromSeed(seed).getPublicKey();
  } catch {
    // Without cause: it might quote the seed.
    throw new MessagingError('credentials', `${path} must hold the seed of an nkey user (SU...)`);
  }
  return seed;
}

/** The public key (`U...`) that belongs to a credentials file: what the server's configuration names. */
export function publicNkey(path: string): string {
  return fromSeed(readSeed(path)).getPublicKey();
}

/** Makes a new nkey user and writes its seed to a new file with mode 0600; returns the public key. */
export function generateNatsUser(path: string): string {
  const user = createUser();
  writeFileSync(path, `${new TextDecoder().decode(user.getSeed())}\n`, { flag: 'wx', mode: 0o600 });
  chmodSync(path, 0o600);
  return user.getPublicKey();
}
