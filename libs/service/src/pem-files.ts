import { type KeyObject, X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** Others may not read a key file, and only its owner may write it (a group may read: mounted secrets need that). */
const FORBIDDEN_MODE = 0o027;

/** The certificates of a PEM file, at least one. Throws where one of them cannot be read. */
export function readCertificates(path: string): [X509Certificate, ...X509Certificate[]] {
  const [first, ...others] = readFileSync(path, 'utf8').match(CERTIFICATE) ?? [];
  if (first === undefined) throw new TypeError('it holds no certificate (PEM)');
  const read = (pem: string): X509Certificate => {
    try {
      return new X509Certificate(pem);
    } catch {
      throw new TypeError('it holds a certificate that cannot be read');
    }
  };
  return [read(first), ...others.map(read)];
}

/** The key of a PEM file that is closed to others. */
export function readPrivateKey(path: string): KeyObject {
  if ((statSync(path).mode & FORBIDDEN_MODE) !== 0) {
    throw new TypeError('it must be closed to others and writable by its owner only (chmod 0600)');
  }
  const pem = readFileSync(path);
  try {
    return createPrivateKey(pem);
  } catch {
    // Without cause: it might quote the key.
    throw new TypeError('it holds no unencrypted private key (PEM)');
  }
}
