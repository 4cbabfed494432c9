import { spawn } from 'node:child_process';
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { once } from 'node:events';
import { KeyError } from './error.js';
import { compactFromDer } from './p256-signature.js';
import { isKind, rawPublicKey } from './private-key.js';
import type { SeatSigner } from './seat-key.js';

/** So long its holder may take to find the card and to press the button. */
const PATIENCE_MILLIS = 120_000;
/** Neither a public key nor a signature has more. */
const MAX_OUTPUT_BYTES = 10_000;

/**
 * A seat whose key is in the hands of a program, or of the device that it speaks to. `PROGRAM public-key` prints the key (PEM, SubjectPublicKeyInfo of
 * P-256), `PROGRAM sign` reads what is to be signed and prints an ECDSA signature over its SHA-256 (DER), both as OpenSSL and tools of smart cards
 * do. What it says to its holder goes to standard error.
 *
 * @throws KeyError `program` where it does not run or does not succeed; otherwise what is wrong with what it printed
 */
export async function openSeatProgram(path: string): Promise<SeatSigner> {
  const key = publicKeyIn(await output(path, 'public-key'), path);
  return {
    publicKey: rawPublicKey(key),
    async sign(signingInput) {
      const signature = await output(path, 'sign', signingInput);
      // The wrong slot of a card signs as well.
      if (!isSignature(key, signingInput, signature))
        throw new KeyError('invalid-key', `${path} made no signature of the key that it shows`);
      return compactFromDer(signature);
    },
  };
}

async function output(path: string, what: string, input = ''): Promise<Buffer> {
  const child = spawn(path, [what], { stdio: ['pipe', 'pipe', 'inherit'], timeout: PATIENCE_MILLIS });
  const parts: Buffer[] = [];
  let length = 0;
  child.stdout.on('data', (part: Buffer) => {
    length += part.length;
    if (length > MAX_OUTPUT_BYTES) child.kill();
    else parts.push(part);
  });
  // One that does not read what it is given ends with a status of its own.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    if (status === 0) return Buffer.concat(parts);
  } catch {
    throw new KeyError('program', `${path} cannot be run`);
  }
  throw new KeyError('program', `${path} ${what} did not succeed`);
}

function publicKeyIn(pem: Buffer, path: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: pem, format: 'pem', type: 'spki' });
  } catch {
    throw new KeyError('malformed', `${path} public-key must print a PEM public key`);
  }
  if (!isKind(key, 'p-256')) throw new KeyError('wrong-algorithm', `${path} must have a p-256 key`);
  return key;
}

function isSignature(key: KeyObject, input: string, signature: Buffer): boolean {
  return verify('sha256', Buffer.from(input), key, signature);
}
