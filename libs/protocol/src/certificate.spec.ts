import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { der, testBytes, testCertificate, testKey } from '../test/material.ts';
import { publicKeyOfCertificate } from './certificate.js';
import { concatBytes, decodeHex } from './bytes.js';

const key = testKey('alpha');
const certificate = testCertificate(key);
const refusal = expect.objectContaining({ code: 'certificate' }) as Error;

describe('publicKeyOfCertificate', () => {
  it('reads the key that Node reads', () => {
    const x509 = new X509Certificate(certificate);
    const spki = x509.publicKey.export({ type: 'spki', format: 'der' });
    expect(publicKeyOfCertificate(certificate)).toEqual(key.publicKey);
    expect(spki.subarray(-65).equals(key.publicKey)).toBe(true);
    expect(x509.verify(x509.publicKey)).toBe(true);
  });

  it('reads a certificate without a version, as of X.509 v1', () => {
    const any = der(0x30);
    const info = concatBytes(
      decodeHex('301306072a8648ce3d020106082a8648ce3d030107'),
      der(3, Uint8Array.of(0), key.publicKey),
    );
    const body = der(0x30, der(2, Uint8Array.of(1)), any, any, any, any, der(0x30, info));
    expect(publicKeyOfCertificate(der(0x30, body, any, der(3)))).toEqual(key.publicKey);
  });

  it('refuses what is no certificate, without reading beyond it', () => {
    for (let length = 0; length < certificate.length; length++) {
      expect(() => publicKeyOfCertificate(certificate.subarray(0, length))).toThrow(refusal);
    }
    expect(() => publicKeyOfCertificate(concatBytes(certificate, Uint8Array.of(0)))).toThrow(refusal);
    expect(() => publicKeyOfCertificate(testBytes('noise', 300))).toThrow(refusal);
    expect(() => publicKeyOfCertificate(new Uint8Array(5000).fill(0x30))).toThrow(refusal);
  });

  it('refuses an element that is longer than what holds it', () => {
    // The body of the certificate claims 256 bytes more than there are; its key would be found all the same.
    expect(certificate.subarray(4, 6)).toEqual(Uint8Array.of(0x30, 0x81));
    const longer = Uint8Array.of(...certificate.subarray(0, 4), 0x30, 0x82, 0x01, ...certificate.subarray(6));
    longer[3]! += 1;
    expect(() => publicKeyOfCertificate(longer)).toThrow(refusal);
  });

  it('refuses a length in more bytes than it needs', () => {
    const any = der(0x30);
    const info = concatBytes(
      decodeHex('301306072a8648ce3d020106082a8648ce3d030107'),
      der(3, Uint8Array.of(0), key.publicKey),
    );
    const withSerial = (serial: Uint8Array) =>
      der(0x30, der(0x30, serial, any, any, any, any, der(0x30, info)), any, der(3));
    expect(publicKeyOfCertificate(withSerial(decodeHex('020101')))).toEqual(key.publicKey);
    for (const loose of ['02810101', '0282000101', '0280', '02ff01']) {
      expect(() => publicKeyOfCertificate(withSerial(decodeHex(loose)))).toThrow(refusal);
    }
  });

  it('gives a key of 65 bytes or a refusal for any changed byte', () => {
    fc.assert(
      fc.property(fc.nat(certificate.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = certificate.with(at, certificate[at]! ^ change);
        let read: Uint8Array;
        try {
          read = publicKeyOfCertificate(changed);
        } catch (error) {
          expect(error).toMatchObject({ code: 'certificate' });
          return;
        }
        expect(read).toHaveLength(65);
        expect(read[0]).toBe(4);
      }),
    );
  });
});
