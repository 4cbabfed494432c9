import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeAddress } from '@besure/ledger-tx';
import { encodeHex } from '@besure/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Charter, formatCharter, parseCharter } from './charter.js';
import { CharterError } from './error.js';
import { addressFormatOf, exchangeOf, memberByKeyHash, organisation } from './membership.js';
import { slotAt, slotIat, slotStartMillis } from './slots.js';
import { formatTrust, parseTrust, trustFingerprint, trustOf } from './trust.js';

const vector = JSON.parse(
  readFileSync(new URL('../../../vectors/charter/valid/one-hub.json', import.meta.url), 'utf8'),
) as { text: string };
const charter = parseCharter(vector.text);
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

describe('a charter', () => {
  it('is written as it was read', () => {
    expect(formatCharter(charter)).toBe(vector.text);
  });

  it('is never read from anything else, and never fails otherwise', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(() => parseCharter(text)).toThrow(CharterError);
      }),
    );
  });

  it('is refused where any one member is missing', () => {
    for (const path of paths(charter)) {
      const lacking = structuredClone(charter);
      remove(lacking, path);
      expect({ path, error: caught(() => parseCharter(JSON.stringify(lacking))) }).toEqual({
        path,
        error: expect.any(CharterError) as CharterError,
      });
    }
  });

  it('is not written when it contradicts itself', () => {
    expect(() => formatCharter({ ...charter, quorum: { hubs: 9, witnesses: 0 } })).toThrow(refusal('rule'));
  });
});

describe('membership', () => {
  it('finds members by id', () => {
    expect(organisation(charter, 'beta')?.name).toBe('Test member beta');
    expect(organisation(charter, 'gamma')).toBeUndefined();
    expect(exchangeOf(charter).id).toBe('exchange');
  });

  it('finds members by the hash of their ledger key, at any height', () => {
    for (const member of charter.organisations) {
      const keyHash = decodeAddress(member.ledgerAddress, addressFormatOf(charter));
      expect(memberByKeyHash(charter, keyHash, 1)).toBe(member);
      expect(memberByKeyHash(charter, keyHash, 1_000_000)).toBe(member);
    }
    expect(memberByKeyHash(charter, new Uint8Array(20), 1)).toBeUndefined();
    expect(memberByKeyHash(charter, new Uint8Array(0), 1)).toBeUndefined();
  });
});

describe('slots', () => {
  const slots = (base: number, startMillis: number, lengthMillis: number): Pick<Charter, 'slots'> => ({
    slots: { base, startMillis, lengthMillis },
  });

  it('hold every moment from their start to the start of the next', () => {
    fc.assert(
      fc.property(
        fc.nat(1e9),
        fc.integer({ min: 0, max: 4e12 }),
        fc.integer({ min: 1, max: 86_400_000 }),
        fc.integer({ min: 0, max: 4e12 }),
        (base, start, length, passed) => {
          const given = slots(base, start, length);
          const slot = slotAt(given, start + passed);
          expect(slot).toBeGreaterThanOrEqual(base);
          expect(slotStartMillis(given, slot)).toBeLessThanOrEqual(start + passed);
          expect(slotStartMillis(given, slot + 1)).toBeGreaterThan(start + passed);
          expect(slotIat(given, slot)).toBe(Math.floor(slotStartMillis(given, slot) / 1000));
        },
      ),
    );
  });

  it('do not begin before the first', () => {
    expect(slotAt(slots(7, 1000, 250), 1000)).toBe(7);
    expect(slotAt(slots(7, 1000, 250), 1249)).toBe(7);
    expect(slotAt(slots(7, 1000, 250), 1250)).toBe(8);
    for (const moment of [999, -1, Number.NaN]) {
      expect(() => slotAt(slots(7, 1000, 250), moment)).toThrow(refusal('before-first-slot'));
    }
    for (const slot of [6, 7.5, Number.NaN]) {
      expect(() => slotStartMillis(slots(7, 1000, 250), slot)).toThrow(refusal('before-first-slot'));
    }
  });
});

describe('a trust file', () => {
  const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();

  it('is written as it was read, and its fingerprint does not depend on the layout', () => {
    const trust = trustOf(charter);
    expect(parseTrust(formatTrust(trust))).toEqual(trust);
    const fingerprint = encodeHex(trustFingerprint(parseTrust(JSON.stringify(trust)), sha256));
    expect(fingerprint).toBe(encodeHex(sha256(Buffer.from(`${charter.ledger.genesis}\n${vector.text}`))));
  });

  it('is refused for another ledger', () => {
    const trust = { ...trustOf(charter), genesis: '00'.repeat(32) };
    expect(() => formatTrust(trust)).toThrow(refusal('genesis'));
  });
});

/** The path of every member of a value. */
function paths(value: unknown, at: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    ...(Array.isArray(value) ? [] : [[...at, name]]),
    ...paths(member, [...at, name]),
  ]);
}

function remove(value: object, [name, ...rest]: readonly string[]): void {
  const record = value as Record<string, object>;
  if (rest.length === 0) delete record[name!];
  else remove(record[name!]!, rest);
}

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
