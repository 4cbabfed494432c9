import type { Claims } from '@besure/protocol';
import { describe, expect, it } from 'vitest';
import { counterpartOf, differingClaims, isParty } from './compare.js';

const claims: Claims = {
  event: 'http://uri.etsi.org/19522/Event/SubmissionAcceptance',
  reason: null,
  time: '2026-11-22T10:00:00.000Z',
  sender: { scheme: 'be:cbe', id: '0123456789' },
  sender_org: 'alpha',
  recipient: { scheme: 'be:nrn', id: '12345678901' },
  recipient_org: 'beta',
  message: 'm-1',
  document: { mediaType: 'text/plain', size: 3, sha256: 'a', sha3_512: 'b' },
  corrects: null,
};

describe('comparing a statement with the exchange’s record', () => {
  it('finds no difference in equal claims, whatever the order of members', () => {
    const { document, ...rest } = claims;
    const turned = Object.fromEntries(Object.entries(document).toReversed()) as unknown as Claims['document'];
    expect(differingClaims(claims, { ...rest, document: turned }, 300)).toEqual([]);
  });

  it('allows the clocks to differ by the tolerance, not by more', () => {
    expect(differingClaims(claims, { ...claims, time: '2026-11-22T10:05:00.000Z' }, 300)).toEqual([]);
    expect(differingClaims(claims, { ...claims, time: '2026-11-22T10:05:00.001Z' }, 300)).toEqual(['time']);
    expect(differingClaims(claims, { ...claims, time: '2026-11-22T09:54:59.999Z' }, 300)).toEqual(['time']);
  });

  it.each([
    ['event', { event: 'http://uri.etsi.org/19522/Event/ContentHandover' }],
    ['reason', { reason: 'urn:reason' }],
    ['sender', { sender: { scheme: 'be:cbe', id: '0123456780' } }],
    ['sender_org', { sender_org: 'gamma' }],
    ['recipient', { recipient: { scheme: 'be:cbe', id: '12345678901' } }],
    ['recipient_org', { recipient_org: 'gamma' }],
    ['message', { message: 'm-2' }],
    ['document', { document: { ...claims.document, size: 4 } }],
    ['corrects', { corrects: 'x' }],
  ] as [string, Partial<Claims>][])('names %s when it differs', (name, change) => {
    expect(differingClaims({ ...claims, ...change }, claims, 300)).toEqual([name]);
  });

  it('knows the parties and the other side', () => {
    expect(['alpha', 'beta', 'gamma'].map((id) => isParty(id, claims))).toEqual([true, true, false]);
    expect(counterpartOf('alpha', claims)).toBe('beta');
    expect(counterpartOf('beta', claims)).toBe('alpha');
  });
});
