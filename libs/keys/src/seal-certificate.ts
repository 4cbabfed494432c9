import { createPublicKey, randomBytes, webcrypto, type KeyObject } from 'node:crypto';
import type { JsonName } from '@peculiar/x509';
import { KeyError } from './error.js';

/** What stands in a seal certificate: an organisation, never a person. */
export interface SealSubject {
  /** Legal name of the organisation: O and CN. */
  readonly organisation: string;
  /** Registration number in the form of EN 319 412-1, e.g. `NTRBE-0123456789`: organizationIdentifier. */
  readonly identifier?: string;
  /** Two letters: C. */
  readonly country?: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A DER string in the X.509 library's `#hex` form: it parses plain text, and a quotation mark would cut a name short. */
function derString(tag: 0x0c | 0x13, text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length === 0 || bytes.length > 255) {
    throw new KeyError('wrong-length', 'a name in a certificate has 1 to 255 bytes');
  }
  const head = bytes.length < 0x80 ? [tag, bytes.length] : [tag, 0x81, bytes.length];
  return `#${Buffer.concat([Uint8Array.from(head), bytes]).toString('hex')}`;
}

/**
 * A self-signed seal certificate as PEM. In production a trust service provider issues it; the charter's key is what
 * counts either way. Loads its X.509 library only when called, services never need it.
 */
export async function selfSignedSealCertificate(key: KeyObject, subject: SealSubject): Promise<string> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const keys = {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  };
  const name: JsonName = [];
  if (subject.country !== undefined) name.push({ C: [derString(0x13, subject.country)] });
  name.push({ O: [derString(0x0c, subject.organisation)] });
  if (subject.identifier !== undefined) name.push({ '2.5.4.97': [derString(0x0c, subject.identifier)] });
  name.push({ CN: [derString(0x0c, subject.organisation)] });
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // positive, and of constant length
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial.toString('hex'),
    name,
    notBefore: subject.notBefore,
    notAfter: subject.notAfter,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.nonRepudiation,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return `${certificate.toString('pem').trim()}\n`;
}
