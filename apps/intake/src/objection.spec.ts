import type { Charter, Organisation } from '@besure/governance';
import type { Facts } from '@besure/protocol';
import { describe, expect, it } from 'vitest';
import { type StatingRules, objectionTo } from './objection.js';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');
const HOUR = 3_600_000;

function member(id: string, role: Organisation['role'] = 'organisation'): Organisation {
  return {
    id,
    name: id,
    role,
    from: 0,
    until: null,
    signingKeys: [],
    ledgerKeys: [],
    seats: [],
    suspensions: [],
  };
}

const charter = {
  organisations: [member('alpha'), member('beta'), member('exchange', 'exchange')],
} as unknown as Charter;

const alpha: StatingRules = {
  charter,
  organisation: 'alpha',
  role: 'organisation',
  clockToleranceMillis: 300_000,
  maxAgeMillis: 24 * HOUR,
};

function facts(change: Partial<Facts> = {}): Facts {
  return {
    event: 'sent',
    reason: null,
    time: new Date(NOW).toISOString(),
    message: 'message-1',
    sender: { scheme: 'person', id: '1', organisation: 'alpha' },
    recipient: { scheme: 'person', id: '2', organisation: 'beta' },
    document: { mediaType: 'text/plain', size: 1, sha256: 'x', sha3_512: 'y' },
    corrects: null,
    ...change,
  };
}

describe('objectionTo', () => {
  it('has none to an event that its organisation states', () => {
    expect(objectionTo(facts(), alpha, NOW)).toBeNull();
    expect(objectionTo(facts({ event: 'received' }), { ...alpha, organisation: 'beta' }, NOW)).toBeNull();
  });

  it('refuses what the other organisation states', () => {
    expect(objectionTo(facts({ event: 'received' }), alpha, NOW)?.code).toBe('not-ours-to-state');
    expect(objectionTo(facts(), { ...alpha, organisation: 'beta' }, NOW)?.code).toBe('not-ours-to-state');
    expect(objectionTo(facts(), { ...alpha, organisation: 'exchange' }, NOW)?.code).toBe('not-ours-to-state');
  });

  it('takes every event as a record at the exchange', () => {
    const exchange: StatingRules = { ...alpha, organisation: 'exchange', role: 'exchange' };
    expect(objectionTo(facts(), exchange, NOW)).toBeNull();
    expect(objectionTo(facts({ event: 'received' }), exchange, NOW)).toBeNull();
  });

  it.each(['sender', 'recipient'] as const)('wants the organisation of the %s in the charter', (side) => {
    const stranger = { scheme: 'person', id: '3', organisation: 'gamma' };
    expect(objectionTo(facts({ [side]: stranger }), alpha, NOW)).toMatchObject({
      code: 'organisation-unknown',
      field: `data.${side}.organisation`,
    });
  });

  it.each<[number, string | undefined]>([
    [300_000, undefined],
    [300_001, 'time-in-future'],
    [-24 * HOUR, undefined],
    [-24 * HOUR - 1, 'time-too-old'],
  ])('with a moment %s ms away says %s', (offset, code) => {
    const time = new Date(NOW + offset).toISOString();
    expect(objectionTo(facts({ time }), alpha, NOW)?.code).toBe(code);
  });
});
