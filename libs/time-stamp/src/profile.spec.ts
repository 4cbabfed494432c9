import { describe, expect, it } from 'vitest';
import { asn1, NULL, octets } from '../test/asn1.ts';
import {
  attribute,
  certificate,
  digest,
  extension,
  forTimeStamping,
  isCa,
  issuerAndSerial,
  TEST_AUTHORITY,
  testKey,
  token,
  type TokenOptions,
  tstInfo,
} from '../test/authority.ts';
import { toProfile } from './profile.js';
import { verifyTimeStamp } from './verify.js';

const MESSAGE = Uint8Array.from(Buffer.from('a checkpoint'));
const TIME = 1_795_348_800;
const AUTHORITIES = [{ certificate: TEST_AUTHORITY.root, from: 0, until: null }];
const info = tstInfo({ message: MESSAGE, time: TIME });
const own = { info, key: TEST_AUTHORITY.key, certificate: TEST_AUTHORITY.signer, sid: TEST_AUTHORITY.sid };
const PROFILED = Uint8Array.from(token(own));
const usual = (options: Partial<TokenOptions>): Uint8Array => token({ ...own, ...options });

describe('a token outside the profile comes into it', () => {
  it.each<[string, Uint8Array]>([
    ['that is in it already', PROFILED],
    ['with an unsigned attribute', usual({ unsigned: [attribute('1.2.3', octets())] })],
    ['with the certificate of the authority', usual({ others: [TEST_AUTHORITY.root] })],
    ['with a certificate that is not readable', usual({ others: [asn1(0x30, octets())] })],
    ['with a high s', usual({ highS: true })],
    ['with parameters of its hash', usual({ digestParameters: [NULL] })],
  ])('%s', (_, raw) => {
    expect(toProfile(raw, AUTHORITIES)).toEqual(PROFILED);
    expect(verifyTimeStamp(PROFILED, MESSAGE, AUTHORITIES).time).toBe(TIME);
  });

  it('whose signer is named by its key', () => {
    const identifier = digest('sha256', TEST_AUTHORITY.key.info);
    const names = { issuer: 'BeSure test time-stamp root', serial: 2 };
    const signer = certificate({
      ...names,
      subject: 'a signer',
      key: TEST_AUTHORITY.key,
      issuerKey: testKey('root'),
      extensions: [forTimeStamping(), extension('2.5.29.14', octets(identifier))],
    });
    const raw = usual({ certificate: signer, sid: asn1(0x80, identifier), signerVersion: 3 });
    const expected = usual({ certificate: signer, sid: issuerAndSerial(names) });
    expect(toProfile(raw, AUTHORITIES)).toEqual(Uint8Array.from(expected));
  });

  it('with an intermediate whose signature has a high s', () => {
    const key = testKey('intermediate');
    const intermediate = (highS: boolean): Uint8Array =>
      certificate({
        subject: 'an intermediate',
        key,
        issuer: 'BeSure test time-stamp root',
        issuerKey: testKey('root'),
        extensions: [isCa()],
        highS,
      });
    const names = { issuer: 'an intermediate', serial: 2 };
    const signer = certificate({
      ...names,
      subject: 'a signer',
      key: TEST_AUTHORITY.key,
      issuerKey: key,
      extensions: [forTimeStamping()],
    });
    const stamp = (highS: boolean): Uint8Array =>
      usual({ certificate: signer, sid: issuerAndSerial(names), others: [intermediate(highS)] });
    const stored = toProfile(stamp(true), AUTHORITIES);
    expect(stored).toEqual(Uint8Array.from(stamp(false)));
    expect(verifyTimeStamp(stored, MESSAGE, AUTHORITIES).time).toBe(TIME);
    // Under the intermediate itself, none stands in the token.
    const lower = [{ certificate: intermediate(true), from: 0, until: null }];
    expect(verifyTimeStamp(toProfile(stamp(true), lower), MESSAGE, lower).time).toBe(TIME);
  });

  it('not when it leads to no authority', () => {
    expect(() => toProfile(PROFILED, [])).toThrow(expect.objectContaining({ code: 'chain' }));
  });
});
