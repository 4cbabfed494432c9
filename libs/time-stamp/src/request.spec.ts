import { describe, expect, it } from 'vitest';
import { asn1, integer, octets, sequence } from '../test/asn1.ts';
import { digest, hashAlgorithm, TEST_AUTHORITY, token, tstInfo } from '../test/authority.ts';
import { acceptTimeStampResponse, encodeTimeStampRequest, MAX_RESPONSE_LENGTH } from './request.js';

const message = Uint8Array.from(Buffer.from('a checkpoint'));
const TIME = 1_795_348_800;
const AUTHORITIES = [{ certificate: TEST_AUTHORITY.root, from: 0, until: null }];
const NONCE = 0xfedc_ba98_7654_3210n;
const question = { message, nonce: Uint8Array.from(Buffer.from('fedcba9876543210', 'hex')) };

/** A TimeStampResp over the message. */
function answer(status = 0, more: readonly Uint8Array[] = [integer(NONCE)], about = message): Uint8Array {
  const info = tstInfo({ message: about, time: TIME, more });
  const { key, sid, signer } = TEST_AUTHORITY;
  return sequence(sequence(integer(status)), token({ info, key, sid, certificate: signer }));
}

const accept = (response: Uint8Array) => acceptTimeStampResponse(response, question, AUTHORITIES);

describe('a request', () => {
  it('is over SHA-512, with a nonce, and asks for the certificate', () => {
    const imprint = sequence(hashAlgorithm('sha512'), octets(digest('sha512', message)));
    const expected = sequence(integer(1), imprint, integer(NONCE), asn1(1, Uint8Array.of(0xff)));
    expect(encodeTimeStampRequest(question)).toEqual(Uint8Array.from(expected));
  });

  it('has a nonce of the fewest bytes', () => {
    const nonce = Uint8Array.of(0, 0, 1);
    expect(Buffer.from(encodeTimeStampRequest({ message, nonce })).toString('hex')).toMatch(/0201010101ff$/);
    const info = tstInfo({ message, time: TIME, more: [integer(1)] });
    const { key, sid, signer } = TEST_AUTHORITY;
    const response = sequence(sequence(integer(0)), token({ info, key, sid, certificate: signer }));
    expect(acceptTimeStampResponse(response, { message, nonce }, AUTHORITIES).timeStamp.time).toBe(TIME);
  });
});

describe('an answer', () => {
  it.each([0, 1])('of status %d is taken', (status) => {
    const { token: stored, timeStamp } = accept(answer(status));
    expect(timeStamp).toEqual({ time: TIME, authority: 0, serial: '1267' });
    expect(Buffer.from(answer(status)).includes(Buffer.from(stored))).toBe(true);
  });

  it.each<[string, string, Uint8Array]>([
    ['that refuses', 'refused', sequence(sequence(integer(2)))],
    ['that says to wait', 'refused', sequence(sequence(integer(3)))],
    ['that refuses and holds a token', 'refused', answer(2)],
    ['of a status that there is not', 'refused', answer(256)],
    ['without a token', 'malformed', sequence(sequence(integer(0)))],
    ['with another nonce', 'nonce', answer(0, [integer(NONCE + 1n)])],
    ['without a nonce', 'nonce', answer(0, [])],
    ['about something else', 'imprint', answer(0, [integer(NONCE)], Uint8Array.of(1))],
    ['with more after it', 'malformed', Buffer.concat([answer(), Uint8Array.of(0)])],
    ['that is a page of text', 'malformed', Buffer.from('<html>')],
    ['that is too long', 'malformed', new Uint8Array(MAX_RESPONSE_LENGTH + 1)],
    ['that is empty', 'malformed', new Uint8Array()],
  ])('%s is refused', (_, code, response) => {
    expect(() => accept(response)).toThrow(expect.objectContaining({ name: 'TimeStampError', code }));
  });
});
