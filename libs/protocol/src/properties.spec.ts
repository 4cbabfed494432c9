// Round trips and tampering, for every codec of this folder that has a signature, a digest or a fixed form.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testCertificate, testKey, verifyP256 } from '../test/material.ts';
import { encodeBase64url, utf8Encode } from './bytes.js';
import { CLAIM_NAMES, type ClaimName, claimsOf, type Facts, factsOf } from './claims.js';
import {
  parseCountersignature,
  prepareCountersignature,
  verifyCountersignature,
} from './countersignature.js';
import { parseCloudEvent } from './document-event.js';
import { ProtocolError } from './error.js';
import { cloudEventType, eventByShortName, EVENTS } from './event-names.js';
import { encodeItem, parseItem } from './item.js';
import { attachSignature } from './jws.js';
import { encodeLogEntry, parseLogEntry } from './log-entry.js';
import type { Primitives } from './primitives.js';
import { LAST_SECOND } from './rules.js';
import { composeSdJwt, splitSdJwt } from './sd-jwt.js';
import { openDisclosures, parseStatement, prepareStatement, verifyStatementSignature } from './statement.js';

const alpha = testKey('alpha');
const certificates = [testCertificate(alpha)];
const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
const primitives: Primitives = {
  sha256,
  sha3_512: (data) => createHash('sha3-512').update(data).digest(),
  verifyP256,
  verifyEd25519: () => false,
  verifyMlDsa44: () => false,
};

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const encoded = (length: number) => bytes(length).map(encodeBase64url);
const identifier = fc
  .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 })
  .map((text) => text.trim())
  .filter((text) => text !== '');
const organisation = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const scheme = fc.stringMatching(/^[a-z0-9:._-]{1,20}$/);
const party = fc.record({ scheme, id: identifier, organisation });
const uri = fc.stringMatching(/^urn:[a-z0-9]{1,20}$/);
const reasonFor = (event: string) => {
  const known = eventByShortName(event)!;
  if (!known.negative) return fc.constant(null);
  return known.needsReason ? uri : fc.option(uri);
};
const factsArbitrary: fc.Arbitrary<Facts> = fc
  .constantFrom(...EVENTS.map(({ shortName }) => shortName))
  .chain((event) =>
    fc.record({
      event: fc.constant(event),
      reason: reasonFor(event),
      time: fc
        .date({ min: new Date(0), max: new Date('9999-12-30'), noInvalidDate: true })
        .map((date) => date.toISOString()),
      message: identifier,
      sender: party,
      recipient: party,
      document: fc.record({
        mediaType: fc.constantFrom('application/pdf', 'text/plain; charset=utf-8', 'application/vnd.x+xml'),
        size: fc.maxSafeNat(),
        sha256: encoded(32),
        sha3_512: encoded(64),
      }),
      corrects: fc.option(encoded(32)),
    }),
  );
const prepared = fc
  .record({
    facts: factsArbitrary,
    salts: fc.uniqueArray(bytes(16), { minLength: 10, maxLength: 10, selector: String }),
    iat: fc.integer({ min: 0, max: LAST_SECOND }),
  })
  .map(({ facts, salts, iat }) => {
    const claims = claimsOf(facts);
    const statement = prepareStatement({ claims, issuer: 'alpha', iat, certificates, salts }, sha256);
    return { claims, iat, ...statement, jws: sign(statement.signingInput) };
  });

describe('facts', () => {
  it('survive as claims', () => {
    fc.assert(
      fc.property(factsArbitrary, (facts) => {
        expect(factsOf(claimsOf(facts))).toEqual(facts);
      }),
    );
  });

  it('survive as CloudEvents', () => {
    fc.assert(
      fc.property(factsArbitrary, identifier, (facts, id) => {
        const { message, sender, recipient, document, reason, corrects } = facts;
        const { ownType, uri: event } = eventByShortName(facts.event)!;
        const data = {
          message,
          sender,
          recipient,
          document,
          reason,
          corrects,
          ...(ownType ? {} : { event }),
        };
        const type = cloudEventType(facts.event);
        const read = parseCloudEvent({ specversion: '1.0', id, source: '/s', type, time: facts.time, data });
        expect(read).toEqual({ id, source: '/s', facts });
      }),
    );
  });

  it('come from no value but an event', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => parseCloudEvent(value)).toThrow(ProtocolError);
      }),
    );
  });
});

describe('a statement', () => {
  it('opens to what was stated, whatever is shown', () => {
    fc.assert(
      fc.property(prepared, fc.subarray([...CLAIM_NAMES]), ({ claims, jws, disclosures, id, iat }, shown) => {
        const kept = disclosures.filter((_, i) => shown.includes(CLAIM_NAMES[i]!));
        const text = splitSdJwt(composeSdJwt(jws, kept));
        const statement = parseStatement(text.jws, sha256);
        expect(statement).toMatchObject({ id, iat, issuer: 'alpha' });
        expect(openDisclosures(statement, text.disclosures, sha256)).toEqual(pick(claims, shown));
      }),
      { numRuns: 60 },
    );
  });

  it('is refused with any other character in its place', () => {
    fc.assert(
      fc.property(prepared, fc.nat(), fc.nat(62), ({ jws, disclosures }, place, step) => {
        const text = composeSdJwt(jws, disclosures);
        expect(accepts(replaceCharacter(text, place % text.length, step))).toBe(false);
      }),
      { numRuns: 250 },
    );
  });

  it('is refused when cut or longer', () => {
    fc.assert(
      fc.property(
        prepared,
        fc.nat(),
        fc.constantFrom('~', '.', '=', 'A', ' ', '\n'),
        ({ jws, disclosures }, place, extra) => {
          const text = composeSdJwt(jws, disclosures);
          const at = place % text.length;
          // What is cut at the end of a disclosure shows less, and that may be: so cut within one.
          if (text[at] !== '~' && text[at - 1] !== '~') expect(accepts(text.slice(0, at))).toBe(false);
          expect(accepts(text.slice(0, at) + extra + text.slice(at))).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is refused without a reason other than a ProtocolError', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => {
        expect(() =>
          parseStatement(
            [a, b, c].map((part) => encodeBase64url(utf8Encode(part.toWellFormed()))).join('.'),
            sha256,
          ),
        ).toThrow(ProtocolError);
        expect(() => parseStatement(`${a}.${b}.${c}`, sha256)).toThrow(ProtocolError);
      }),
    );
  });
});

describe('a countersignature', () => {
  const content = fc.record({
    statement: encoded(32),
    issuer: organisation,
    iat: fc.integer({ min: 0, max: LAST_SECOND }),
    checked: fc.subarray([...CLAIM_NAMES], { minLength: 1 }),
    tolerance: fc.nat(),
  });

  it('is read back, and refused with any other character', () => {
    fc.assert(
      fc.property(content, fc.nat(), fc.nat(62), (given, place, step) => {
        const jws = sign(prepareCountersignature(given));
        expect(parseCountersignature(jws)).toMatchObject(given);
        const changed = replaceCharacter(jws, place % jws.length, step);
        expect(() =>
          verifyCountersignature(parseCountersignature(changed), alpha.publicKey, primitives),
        ).toThrow(ProtocolError);
      }),
      { numRuns: 200 },
    );
  });
});

describe('ledger formats', () => {
  const item = fc.record({ slot: fc.maxSafeNat(), root: bytes(32) });
  const entry = fc.record({ publisher: bytes(20), height: fc.maxSafeNat(), item: item.map(encodeItem) });

  it('an item is read back', () => {
    fc.assert(
      fc.property(item, (given) => {
        expect(parseItem(encodeItem(given))).toEqual(given);
      }),
    );
  });

  it('an entry is read back', () => {
    fc.assert(
      fc.property(entry, (given) => {
        expect(parseLogEntry(encodeLogEntry(given))).toEqual(given);
      }),
    );
  });

  it('what is read at all is written as it was: no bytes are ignored', () => {
    const near = fc
      .tuple(item.map(encodeItem), fc.nat(43), fc.nat(255))
      .map(([right, at, byte]) => right.with(at, byte));
    fc.assert(
      fc.property(fc.oneof(near, fc.uint8Array({ maxLength: 50 })), (given) => {
        let read;
        try {
          read = parseItem(given);
        } catch (error) {
          expect(error).toMatchObject({ code: 'item' });
          return;
        }
        expect(encodeItem(read)).toEqual(given);
      }),
    );
  });

  it.each([
    ['a root of 31 bytes', { slot: 1, root: new Uint8Array(31) }],
    ['a slot below zero', { slot: -1, root: new Uint8Array(32) }],
    ['a slot with a fraction', { slot: 0.5, root: new Uint8Array(32) }],
  ])('an item is not written with %s', (_, given) => {
    expect(() => encodeItem(given)).toThrow(expect.objectContaining({ code: 'item' }) as Error);
  });

  it.each([
    ['a publisher of 19 bytes', { publisher: new Uint8Array(19) }, 'log-entry'],
    ['a height below zero', { height: -1 }, 'log-entry'],
    ['something else than an item', { item: new Uint8Array(44) }, 'item'],
  ])('an entry is not written with %s', (_, other, code) => {
    const right = {
      publisher: new Uint8Array(20),
      height: 1,
      item: encodeItem({ slot: 1, root: new Uint8Array(32) }),
    };
    expect(() => encodeLogEntry({ ...right, ...other })).toThrow(expect.objectContaining({ code }) as Error);
  });
});

function sign(signingInput: string): string {
  return attachSignature(signingInput, alpha.sign(utf8Encode(signingInput)));
}

function pick(claims: object, names: readonly ClaimName[]): object {
  return Object.fromEntries(
    Object.entries(claims).filter(([name]) => (names as readonly string[]).includes(name)),
  );
}

/** Another base64url character in that place; in the place of a separator any of them. */
function replaceCharacter(text: string, at: number, step: number): string {
  const value = BASE64URL.indexOf(text[at]!);
  const other = BASE64URL[(value + 1 + step) % BASE64URL.length]!;
  return text.slice(0, at) + other + text.slice(at + 1);
}

/** Whether a reader takes it: form, signature and every disclosure. */
function accepts(text: string): boolean {
  try {
    const { jws, disclosures } = splitSdJwt(text);
    const statement = parseStatement(jws, sha256);
    verifyStatementSignature(statement, alpha.publicKey, primitives);
    openDisclosures(statement, disclosures, sha256);
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}
