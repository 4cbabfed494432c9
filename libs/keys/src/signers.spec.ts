import 'reflect-metadata';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JsonName, X509CertificateGenerator } from '@peculiar/x509';
import { secp256k1 as noble } from '@noble/curves/secp256k1.js';
import type { Signer } from '@besure/ledger-tx';
import { publicKeyOfCertificate } from '@besure/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCheckpointSigner, loadWitnessKey, type SignerPair } from './checkpoint-keys.js';
import { KeyError } from './error.js';
import { generateHubKeys, generateLedgerKey, generateStatementKey, generateWitnessKey } from './generate.js';
import { loadLedgerSigner, verifyLedgerSignature } from './ledger-signer.js';
import { nodePrimitives } from './node-primitives.js';
import { loadStatementSigner } from './statement-signer.js';

/** With everything that a parser of names could stumble over, and longer than 127 bytes. */
const NAME = `Alpha "Test", Ltd. + Söhne ${'x'.repeat(120)}`;
const SHOWN = NAME.replace(/[",+]/g, '\\$&');

const subject = {
  organisation: NAME,
  identifier: 'NTRBE-0123456789',
  country: 'BE',
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2029-01-01T00:00:00Z'),
};

let folder = '';
let count = 0;
const file = (name: string): string => join(folder, `${(count += 1)}-${name}`);
const fileWith = (text: string, mode = 0o600): string => {
  const path = file('made');
  writeFileSync(path, text, { mode });
  return path;
};
const failure = (code: string): unknown => expect.objectContaining({ name: 'KeyError', code });

/** A self-signed certificate with such a subject, over a key in PEM. */
async function certificateWith(keyPem: string, name: JsonName): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const key = createPrivateKey(keyPem);
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name,
    notBefore: subject.notBefore,
    notAfter: subject.notAfter,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    keys: {
      privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
      publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
    },
  });
  return certificate.toString('pem');
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'besure-keys-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('statement signer', () => {
  test('signs so that the charter key and the certificate verify, with low S', async () => {
    const files = { keyFile: file('key.pem'), certificateFile: file('cert.pem') };
    const made = await generateStatementKey(files, subject);
    const signer = loadStatementSigner(files);
    expect(signer.publicKey).toEqual(made.publicKey);
    expect(signer.publicKey.length).toBe(65);
    const input = 'eyJhbGciOiJFUzI1NiJ9.e30';
    const signature = signer.sign(input);
    expect(signature.length).toBe(64);
    expect(nodePrimitives.verifyP256(signer.publicKey, Buffer.from(input), signature)).toBe(true);
    const certificate = new X509Certificate(signer.certificates[0] ?? new Uint8Array());
    expect(certificate.subject.split('\n')).toEqual([
      'C=BE',
      `O=${SHOWN}`,
      'organizationIdentifier=NTRBE-0123456789',
      `CN=${SHOWN}`,
    ]);
    // The strict reader of the formats finds the same key in it.
    expect(publicKeyOfCertificate(signer.certificates[0] ?? new Uint8Array())).toEqual(
      new Uint8Array(signer.publicKey),
    );
    expect(certificate.ca).toBe(false);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(statSync(files.keyFile).mode & 0o777).toBe(0o600);
    expect(statSync(files.certificateFile).mode & 0o777).toBe(0o644);
  });

  test('refuses the certificate of another key, and never overwrites', async () => {
    const one = { keyFile: file('key.pem'), certificateFile: file('cert.pem') };
    const two = { keyFile: file('key.pem'), certificateFile: file('cert.pem') };
    await generateStatementKey(one, subject);
    await generateStatementKey(two, subject);
    expect(() => loadStatementSigner({ ...one, certificateFile: two.certificateFile })).toThrow(
      failure('certificate-mismatch'),
    );
    await expect(generateStatementKey(one, subject)).rejects.toThrow(failure('file-exists'));
    const unrelated = readFileSync(one.certificateFile, 'utf8') + readFileSync(two.certificateFile, 'utf8');
    expect(() => loadStatementSigner({ ...one, certificateFile: fileWith(unrelated) })).toThrow(
      failure('certificate-chain'),
    );
  });

  test.each([
    ['a given name', [{ CN: ['Ann Example'] }, { '2.5.4.42': ['Ann'] }]],
    ['a surname', [{ '2.5.4.4': ['Example'] }, { O: ['Alpha'] }]],
    ['a pseudonym', [{ O: ['Alpha'] }, { '2.5.4.65': ['Desk 7'] }]],
    ['a name in one line with others', [{ O: ['Alpha'], '2.5.4.42': ['Ann'] }]],
  ])(
    'attack: a certificate of a person, with %s, would stand in every statement: it is refused',
    async (_, name) => {
      const keyFile = file('key.pem');
      await generateStatementKey({ keyFile, certificateFile: file('cert.pem') }, subject);
      const certificateFile = fileWith(await certificateWith(readFileSync(keyFile, 'utf8'), name), 0o644);
      expect(() => loadStatementSigner({ keyFile, certificateFile })).toThrow(
        failure('certificate-of-a-person'),
      );
    },
  );

  test('takes an organisation whose name looks like the name of a person', async () => {
    const keyFile = file('key.pem');
    await generateStatementKey({ keyFile, certificateFile: file('cert.pem') }, subject);
    const name = [{ O: ['GN=Ann, SN=Example'] }, { CN: ['pseudonym=Desk 7'] }];
    const certificateFile = fileWith(await certificateWith(readFileSync(keyFile, 'utf8'), name), 0o644);
    expect(loadStatementSigner({ keyFile, certificateFile }).certificates).toHaveLength(1);
  });

  test('refuses files that are something else', async () => {
    const good = { keyFile: file('key.pem'), certificateFile: file('cert.pem') };
    await generateStatementKey(good, subject);
    const pem = (key: { export(o: { format: 'pem'; type: 'pkcs8' }): string | Buffer }): string =>
      key.export({ format: 'pem', type: 'pkcs8' }).toString();
    const withKey = (text: string) => () => loadStatementSigner({ ...good, keyFile: fileWith(text) });
    expect(withKey('')).toThrow(failure('malformed'));
    expect(withKey('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')).toThrow(
      failure('malformed'),
    );
    expect(withKey(pem(generateKeyPairSync('ed25519').privateKey))).toThrow(failure('wrong-algorithm'));
    expect(withKey(pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey))).toThrow(
      failure('wrong-algorithm'),
    );
    const withCertificate = (text: string) => () =>
      loadStatementSigner({ ...good, certificateFile: fileWith(text, 0o644) });
    const certificate = readFileSync(good.certificateFile, 'utf8');
    expect(withCertificate('')).toThrow(failure('certificate-malformed'));
    expect(withCertificate(`${certificate}more`)).toThrow(failure('certificate-malformed'));
    expect(withCertificate(certificate.replace(/MII/, 'AAA'))).toThrow(failure('certificate-malformed'));
    expect(() => loadStatementSigner({ ...good, keyFile: join(folder, 'none') })).toThrow(
      failure('file-unreadable'),
    );
    expect(() => loadStatementSigner({ ...good, keyFile: folder })).toThrow(failure('file-unreadable'));
  });
});

describe('ledger signer', () => {
  test('signs as noble does, byte for byte', () => {
    const path = file('ledger');
    const signer: Signer = generateLedgerKey(path);
    const secret = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex');
    expect(Buffer.from(signer.publicKey)).toEqual(Buffer.from(noble.getPublicKey(secret, true)));
    for (let i = 0; i < 20; i += 1) {
      const digest = createHash('sha256').update(`${i}`).digest();
      const signature = loadLedgerSigner(path).sign(digest);
      expect(Buffer.from(signature)).toEqual(
        Buffer.from(noble.sign(digest, secret, { prehash: false, lowS: true })),
      );
    }
    expect(() => signer.sign(new Uint8Array(31))).toThrow(failure('wrong-length'));
  });

  test('verification answers no to everything but the signature of that key over that digest', () => {
    const signer = generateLedgerKey(file('ledger'));
    const digest = createHash('sha256').update('a').digest();
    const other = createHash('sha256').update('b').digest();
    const signature = signer.sign(digest);
    expect(verifyLedgerSignature(signer.publicKey, digest, signature)).toBe(true);
    expect(verifyLedgerSignature(signer.publicKey, other, signature)).toBe(false);
    expect(verifyLedgerSignature(generateLedgerKey(file('ledger')).publicKey, digest, signature)).toBe(false);
    expect(verifyLedgerSignature(signer.publicKey, digest, signature.subarray(1))).toBe(false);
    expect(verifyLedgerSignature(signer.publicKey, digest.subarray(1), signature)).toBe(false);
    expect(verifyLedgerSignature(signer.publicKey.subarray(1), digest, signature)).toBe(false);
    expect(verifyLedgerSignature(new Uint8Array(33).fill(0xff), digest, signature)).toBe(false);
    expect(verifyLedgerSignature(signer.publicKey, digest, new Uint8Array(64).fill(0xff))).toBe(false);
    expect(verifyLedgerSignature(signer.publicKey, digest, new Uint8Array(64))).toBe(false);
  });

  test.each([
    ['upper case', 'AB'.repeat(32), 'malformed'],
    ['short', 'ab'.repeat(31), 'malformed'],
    ['two lines', `${'ab'.repeat(32)}\n\n`, 'malformed'],
    ['zero', '00'.repeat(32), 'invalid-key'],
    ['above the order', 'ff'.repeat(32), 'invalid-key'],
  ])('refuses %s', (_name, text, code) => {
    expect(() => loadLedgerSigner(fileWith(text))).toThrow(failure(code));
  });
});

describe('checkpoint keys', () => {
  function checkPair(pair: SignerPair): void {
    const message = Buffer.from('a checkpoint');
    expect(nodePrimitives.verifyEd25519(pair.ed25519.publicKey, message, pair.ed25519.sign(message))).toBe(
      true,
    );
    expect(nodePrimitives.verifyMlDsa44(pair.mlDsa44.publicKey, message, pair.mlDsa44.sign(message))).toBe(
      true,
    );
  }

  test('a hub has four keys', () => {
    const hubFile = file('hub.json');
    const made = generateHubKeys(hubFile);
    const hub = loadCheckpointSigner(hubFile);
    expect(hub.log.mlDsa44.publicKey).toEqual(made.log.mlDsa44.publicKey);
    checkPair(hub.log);
    checkPair(hub.witness);
    expect(statSync(hubFile).mode & 0o777).toBe(0o600);
  });

  test('a witness has one key, and only its owner reads it', () => {
    const path = file('witness.pem');
    const made = generateWitnessKey(path);
    const witness = loadWitnessKey(path);
    expect(witness.publicKey).toEqual(made.publicKey);
    const message = Buffer.from('a checkpoint');
    expect(nodePrimitives.verifyMlDsa44(made.publicKey, message, witness.sign(message))).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(() => generateWitnessKey(path)).toThrow(failure('file-exists'));
  });

  test('refuses one key under two names, surplus members, wrong kinds and formats', () => {
    const path = file('hub.json');
    generateHubKeys(path);
    const keys = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, string>>;
    const log = keys['log'] ?? {};
    const load = (value: unknown) => () => loadCheckpointSigner(fileWith(JSON.stringify(value)));
    expect(load(keys)().log.ed25519.algorithm).toBe('ed25519');
    expect(load({ ...keys, witness: log })).toThrow(failure('keys-not-distinct'));
    expect(load({ ...keys, witness: { ...keys['witness'], mlDsa44: log['mlDsa44'] } })).toThrow(
      failure('keys-not-distinct'),
    );
    expect(load({ ...keys, more: 1 })).toThrow(failure('malformed'));
    expect(load({ ...keys, format: 'besure-hub-keys-v1' })).toThrow(failure('malformed'));
    expect(load({ ...keys, log: { ed25519: log['mlDsa44'], mlDsa44: log['mlDsa44'] } })).toThrow(
      failure('wrong-algorithm'),
    );
    expect(load({ ...keys, log: { ed25519: 1, mlDsa44: 2 } })).toThrow(failure('malformed'));
    expect(load([])).toThrow(failure('malformed'));
    expect(() => loadWitnessKey(path)).toThrow(failure('malformed'));
    expect(() => loadWitnessKey(fileWith(log['ed25519'] ?? ''))).toThrow(failure('wrong-algorithm'));
  });
});

test('no error quotes a key', () => {
  const secret = 'c0ffee'.repeat(11);
  const loads = [
    () => loadLedgerSigner(fileWith(`${secret}\n`)),
    () => loadCheckpointSigner(fileWith(`{"format": ${secret}`)),
    () => loadCheckpointSigner(fileWith(JSON.stringify({ format: secret, log: secret, witness: secret }))),
    () =>
      loadStatementSigner({
        keyFile: fileWith(`-----BEGIN PRIVATE KEY-----\n${secret}\n`),
        certificateFile: '',
      }),
  ];
  for (const load of loads) {
    let thrown: unknown;
    try {
      load();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(KeyError);
    const error = thrown as KeyError;
    expect(`${error.message} ${error.stack ?? ''} ${String(error.cause)}`).not.toContain('c0ffee');
  }
});
