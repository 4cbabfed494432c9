import 'reflect-metadata';
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR_MILLIS = 3_600_000;

/** A certificate and its key, both as PEM. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
  /** Of its public key, as SubjectPublicKeyInfo, in hexadecimal. */
  readonly publicKeySha256: string;
  /** For a further certificate of the same key. */
  readonly pair: webcrypto.CryptoKeyPair;
}

/** What stands in a certificate. */
export interface TestCertificateOptions {
  /** Common name. */
  readonly name: string;
  /** `server` is for 127.0.0.1 and `localhost` unless `hosts` are named. */
  readonly use: 'server' | 'client';
  readonly hosts?: readonly string[];
  /** Its last moment; in an hour unless given. */
  readonly notAfter?: Date;
  /** A new one unless given. */
  readonly pair?: webcrypto.CryptoKeyPair;
}

/** An authority that exists for a test: certificates for TLS, without any program on the machine. */
export class TestAuthority {
  /** Its own certificate as PEM. */
  readonly certificate: string;
  readonly #certificate: X509Certificate;
  readonly #pair: webcrypto.CryptoKeyPair;

  private constructor(certificate: X509Certificate, pair: webcrypto.CryptoKeyPair) {
    this.#certificate = certificate;
    this.#pair = pair;
    this.certificate = pemOf(certificate);
  }

  static async create(name = 'Test authority'): Promise<TestAuthority> {
    const pair = await newPair();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      ...commonOf(),
      name: [{ CN: [name] }],
      keys: pair,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    return new TestAuthority(certificate, pair);
  }

  async issue({ name, use, hosts, notAfter, pair: given }: TestCertificateOptions): Promise<TestCertificate> {
    const pair = given ?? (await newPair());
    const certificate = await X509CertificateGenerator.create({
      ...commonOf(notAfter),
      subject: [{ CN: [name] }],
      issuer: this.#certificate.subject,
      publicKey: pair.publicKey,
      signingKey: this.#pair.privateKey,
      extensions: extensionsOf(use, hosts ?? ['127.0.0.1', 'localhost']),
    });
    return {
      certificate: pemOf(certificate),
      key: await keyPem(pair),
      publicKeySha256: await publicKeySha256(pair),
      pair,
    };
  }
}

function commonOf(notAfter = new Date(Date.now() + HOUR_MILLIS)): {
  serialNumber: string;
  notBefore: Date;
  notAfter: Date;
  signingAlgorithm: typeof ALGORITHM;
} {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40; // positive, and of constant length
  return {
    serialNumber: serial.toString('hex'),
    notBefore: new Date(Math.min(Date.now(), notAfter.getTime()) - HOUR_MILLIS),
    notAfter,
    signingAlgorithm: ALGORITHM,
  };
}

function extensionsOf(use: TestCertificateOptions['use'], hosts: readonly string[]): Extension[] {
  const usage = new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true);
  const constraints = new BasicConstraintsExtension(false, undefined, true);
  if (use === 'client')
    return [constraints, usage, new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])];
  const names = hosts.map((host) => ({
    type: /^[\d.]+$/.test(host) ? ('ip' as const) : ('dns' as const),
    value: host,
  }));
  return [
    constraints,
    usage,
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(names),
  ];
}

function newPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function keyPem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

async function publicKeySha256({ publicKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const spki = await webcrypto.subtle.exportKey('spki', publicKey);
  return createHash('sha256').update(new Uint8Array(spki)).digest('hex');
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}
