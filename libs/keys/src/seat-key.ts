import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { armor, Decrypter, Encrypter } from 'age-encryption';
import { KeyError } from './error.js';
import { readSecretFile, writeNewFile } from './key-file.js';
import { compactFromDer } from './p256-signature.js';
import { parsePrivateKey, rawPublicKey } from './private-key.js';

/**
 * Speaks for a member in the board. A device that keeps its key to itself (a card, an authenticator) implements this interface; it may
 * take its time to ask its holder.
 */
export interface SeatSigner {
  /** The P-256 point, 65 bytes uncompressed: what the charter names as a seat. */
  readonly publicKey: Uint8Array;
  /** ES256 over the JWS signing input of a note (ASCII): 64 bytes r||s with low S. */
  sign(signingInput: string): Promise<Uint8Array>;
}

/** scrypt with N = 2^18, as the `age` tool itself does: about a second and 256 MB for each guess. */
const WORK_FACTOR = 18;

/**
 * Makes a seat key and writes it to a new file, which nobody can read without the passphrase: PEM PKCS#8 within an armoured age
 * file (age-encryption.org/v1) of one scrypt recipient. `workFactor` is the logarithm of scrypt's N; less than 18 is for tests.
 */
export async function generateSeatKey(
  path: string,
  passphrase: string,
  workFactor = WORK_FACTOR,
): Promise<SeatSigner> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(workFactor);
  const file = await encrypter.encrypt(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  writeNewFile(path, armor.encode(file), 'secret');
  return signerOf(privateKey);
}

/** Opens the file of a seat key. Throws KeyError: `passphrase` when that does not open it, otherwise why the file is none. */
export async function loadSeatKey(path: string, passphrase: string): Promise<SeatSigner> {
  const file = decodeArmour(readSecretFile(path), path);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  let pem: string;
  try {
    pem = await decrypter.decrypt(file, 'text');
  } catch {
    throw new KeyError('passphrase', `the passphrase does not open ${path}, or the file was altered`);
  }
  return signerOf(parsePrivateKey(pem, 'p-256', path));
}

function decodeArmour(text: string, path: string): Uint8Array {
  try {
    return armor.decode(text);
  } catch {
    throw new KeyError('malformed', `${path} must hold an armoured age file`);
  }
}

function signerOf(key: KeyObject): SeatSigner {
  return {
    publicKey: rawPublicKey(key),
    sign: (signingInput) => Promise.resolve(compactFromDer(sign('sha256', Buffer.from(signingInput), key))),
  };
}
