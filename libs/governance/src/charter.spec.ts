import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeAddress } from '@besure/ledger-tx';
import { encodeHex, parseVerifierKey } from '@besure/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Charter, formatCharter, parseCharter } from './charter.js';
import { CharterError } from './error.js';
import { expectedRights } from './expected-rights.js';
import {
  addressFormatOf,
  exchangeOf,
  ledgerAddressesOf,
  ledgerKeyAt,
  memberByKeyHash,
  organisation,
  signingKeyAt,
  signingKeyOf,
  signingKeysOf,
} from './membership.js';
import { isMajority, type Parties, partiesAt } from './quorum.js';
import { termsAt, termsFrom } from './terms.js';
import { slotAt, slotIat, slotStartMillis } from './slots.js';
import { tlogPolicyOf } from './tlog-policy.js';
import { formatTrust, parseTrust, trustFingerprint, trustOf } from './trust.js';

const vector = JSON.parse(
  readFileSync(new URL('../../../vectors/charter/valid/one-hub.json', import.meta.url), 'utf8'),
) as { text: string };
const charter = parseCharter(vector.text);
const { text: changedText } = JSON.parse(
  readFileSync(new URL('../../../vectors/charter/valid/changed-over-time.json', import.meta.url), 'utf8'),
) as { text: string };
const changing = parseCharter(changedText);
const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

describe('a charter', () => {
  it.each(['\u001b[2J', 'x'.repeat(65)])('is refused without a word of what somebody called %j', (name) => {
    const text = JSON.stringify({ ...charter, [name]: 1 });
    expect(caught(() => parseCharter(text))).toMatchObject({ code: 'field', field: '' });
  });

  it('is refused by its own error however deeply it is nested', () => {
    for (const read of [parseCharter, parseTrust])
      expect(() => read('['.repeat(20_000) + ']'.repeat(20_000))).toThrow(refusal('json'));
  });

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
      const keyHash = decodeAddress(member.ledgerKeys[0]!.address, addressFormatOf(charter));
      expect(memberByKeyHash(charter, keyHash, 1)).toBe(member);
      expect(memberByKeyHash(charter, keyHash, 1_000_000)).toBe(member);
    }
    expect(memberByKeyHash(charter, new Uint8Array(20), 1)).toBeUndefined();
    expect(memberByKeyHash(charter, new Uint8Array(0), 1)).toBeUndefined();
  });
});

describe('membership over time', () => {
  const [alpha, beta] = changing.organisations;
  const format = addressFormatOf(changing);
  const hashes = alpha!.ledgerKeys.map(({ address }) => decodeAddress(address, format));
  const atHeight = (hash: Uint8Array, height: number): string | undefined =>
    memberByKeyHash(changing, hash, height)?.id;

  it('a ledger key counts from its first height until before its end', () => {
    expect([999, 1000, 1199].map((height) => atHeight(hashes[0]!, height))).toEqual([
      'alpha',
      undefined,
      undefined,
    ]);
    expect([1199, 1200, 9_000_000].map((height) => atHeight(hashes[1]!, height))).toEqual([
      undefined,
      'alpha',
      'alpha',
    ]);
    expect(ledgerKeyAt(alpha!, 1100)).toBeUndefined();
    expect(ledgerKeyAt(alpha!, 1200)).toBe(alpha!.ledgerKeys[1]);
  });

  it('a member counts from its entry until before it leaves, whatever its keys', () => {
    const hash = decodeAddress(beta!.ledgerKeys[0]!.address, format);
    expect([9, 10, 4999, 5000].map((height) => atHeight(hash, height))).toEqual([
      undefined,
      'beta',
      'beta',
      undefined,
    ]);
    expect(signingKeyAt(beta!, 5000)).toBeUndefined();
    expect(ledgerKeyAt(beta!, 5000)).toBeUndefined();
  });

  it('a signing key is found by height, and by itself', () => {
    const [first, second] = alpha!.signingKeys;
    expect([0, 999, 1000].map((height) => signingKeyAt(alpha!, height))).toEqual([first, first, second]);
    expect(signingKeysOf(alpha!).map((key) => signingKeyOf(alpha!, key))).toEqual([first, second]);
    expect(signingKeyOf(beta!, signingKeysOf(alpha!)[0]!)).toBeUndefined();
  });

  it('rights on the ledger come before a key counts, and end with it', () => {
    const holders = (height: number) =>
      new Set(expectedRights(changing, height).map(({ address }) => address));
    const [old, later] = ledgerAddressesOf(alpha!);
    expect([...holders(5)]).toEqual(expect.arrayContaining([old, later]));
    expect(holders(1000).has(old!)).toBe(false);
    expect(holders(4999).has(ledgerAddressesOf(beta!)[0]!)).toBe(true);
    expect(holders(5000).has(ledgerAddressesOf(beta!)[0]!)).toBe(false);
  });

  it('rights on the ledger rest with a membership', () => {
    const resting = {
      ...changing,
      organisations: changing.organisations.map((member) =>
        member.id === 'beta' ? { ...member, suspensions: [{ from: 100, until: 200 }] } : member,
      ),
    };
    const mayWrite = (height: number): boolean =>
      expectedRights(resting, height).some(({ address }) => address === ledgerAddressesOf(beta!)[0]!);
    expect([99, 100, 199, 200].map(mayWrite)).toEqual([true, false, false, true]);
  });

  it('rights on the ledger belong to the nodes of hubs that the charter has now', () => {
    const [hub] = changing.hubs;
    const of = (charter: Charter): string[] =>
      expectedRights(charter, 5)
        .filter(({ address }) => address === hub!.nodeAddress)
        .map(({ stream, type }) => `${stream ?? ''}.${type}`);
    expect(of(changing)).toEqual([
      '.connect',
      '.send',
      '.receive',
      '.mine',
      '.admin',
      `${changing.ledger.streams.rights}.write`,
    ]);
    const ended = {
      ...hub!,
      keys: hub!.keys.map((keys) => ({ ...keys, until: keys.until ?? 9_999_999_999 })),
    };
    expect(of({ ...changing, hubs: [ended] })).toEqual([]);
    expect(of({ ...changing, hubs: [ended, { ...hub!, id: 'other' }] })).toHaveLength(6);
  });
});

describe('a quorum', () => {
  type Cosigners = readonly [Charter['quorum'], Parties];
  const cosigners = (
    operators: readonly string[],
    groups: readonly string[],
    hubs: number,
    witnesses: number,
  ): Cosigners => [
    { hubs, witnesses },
    { operators: new Set(operators), groups: new Set(groups) },
  ];

  it.each<[string, Cosigners, boolean]>([
    ['one hub is one party', cosigners(['a'], [], 1, 0), false],
    ['two of three operators', cosigners(['a', 'b', 'c'], [], 2, 0), true],
    ['two of four is no majority', cosigners(['a', 'b', 'c', 'd'], [], 2, 0), false],
    ['one hub and two of three groups', cosigners(['a'], ['x', 'y', 'z'], 1, 2), true],
    ['one hub and one of three groups', cosigners(['a'], ['x', 'y', 'z'], 1, 1), false],
    ['groups that are there count, even where none is needed', cosigners(['a', 'b'], ['x'], 2, 0), false],
    ['two hubs of one operator are one party', cosigners(['a', 'a'], [], 1, 0), false],
    ['a hub operator that is the only witness too', cosigners(['a'], ['a'], 1, 1), false],
    ['a hub operator that is one of two witnesses, both needed', cosigners(['a'], ['a', 'b'], 1, 2), true],
  ])('%s', (_, [quorum, parties], majority) => {
    expect(isMajority(quorum, parties)).toBe(majority);
  });

  it('is of those who are there at the time', () => {
    const from = (begin: number, end: number | null) => [{ from: begin, until: end }];
    const charter = {
      hubs: [
        { operator: 'a', keys: from(0, 10) },
        { operator: 'b', keys: [...from(0, 5), ...from(20, null)] },
        { operator: 'B', keys: from(8, 9) },
      ],
      witnesses: [{ group: 'x', keys: from(10, null) }],
    } as unknown as Charter;
    const names = (time: number): string => {
      const { operators, groups } = partiesAt(charter, time);
      return [...operators, ...groups].join(' ');
    };
    expect([4, 5, 8, 9, 10, 20].map(names)).toEqual(['a b', 'a', 'a b', 'a', 'x', 'b x']);
  });

  it('is a policy in which one party in two spellings has one group', () => {
    const { text: withWitnesses } = JSON.parse(
      readFileSync(
        new URL('../../../vectors/charter/valid/names-spelled-twice.json', import.meta.url),
        'utf8',
      ),
    ) as { text: string };
    const lines = tlogPolicyOf(parseCharter(withWitnesses), sha256).split('\n');
    expect(lines.filter((line) => line.startsWith('# ')).slice(1)).toEqual([
      '# operator-1 is Operator of hub',
      '# group-1 is Test member alpha',
    ]);
    expect(lines).toContain('group operator-1 any hub-hub-1 hub-second-1');
    expect(lines).toContain('group operators 1 operator-1');
    expect(lines).toContain('group groups 1 group-1');
  });

  it('is a policy that others’ tools read', () => {
    const { text: withWitnesses } = JSON.parse(
      readFileSync(new URL('../../../vectors/charter/valid/witnesses.json', import.meta.url), 'utf8'),
    ) as { text: string };
    const three = parseCharter(withWitnesses);
    const policy = tlogPolicyOf(three, sha256);
    const vkeys = [...policy.matchAll(/^(?:log|witness \S+) (\S+)$/gm)].map(([, vkey]) =>
      parseVerifierKey(vkey!, sha256),
    );
    expect(vkeys.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'ml-dsa-44 log.besure.example/test',
      'ml-dsa-44 hub.besure.example',
      'ml-dsa-44 archive.alpha.besure.example',
      'ml-dsa-44 archive.beta.besure.example',
      'ml-dsa-44 archive.exchange.besure.example',
    ]);
    expect(policy.replaceAll(/\+\S+/g, '')).toBe(
      [
        '# Checkpoints of the network test, by its charter.',
        'log log.besure.example/test',
        '# operator-1 is Operator of hub',
        'witness hub-hub-1 hub.besure.example',
        'group operator-1 any hub-hub-1',
        '# group-1 is Test member alpha',
        'witness witness-alpha-1 archive.alpha.besure.example',
        'group group-1 any witness-alpha-1',
        '# group-2 is Test member beta',
        'witness witness-beta-1 archive.beta.besure.example',
        'group group-2 any witness-beta-1',
        '# group-3 is Test member exchange',
        'witness witness-exchange-1 archive.exchange.besure.example',
        'group group-3 any witness-exchange-1',
        'group operators 1 operator-1',
        'group groups 2 group-1 group-2 group-3',
        'group both all operators groups',
        'quorum both',
        '',
      ].join('\n'),
    );
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
    for (const slot of [6, 7.5, Number.NaN, Number.NEGATIVE_INFINITY]) {
      expect(() => slotStartMillis(slots(7, 1000, 250), slot)).toThrow(refusal('before-first-slot'));
    }
  });

  it('end with the year 9999, and stay exact until then', () => {
    const last = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
    const one = slots(0, 0, 1);
    expect(slotAt(one, last)).toBe(last);
    expect(slotStartMillis(one, last)).toBe(last);
    expect(() => slotAt(one, last + 1)).toThrow(refusal('after-last-slot'));
    for (const slot of [last + 1, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1, Number.MAX_VALUE])
      expect(() => slotStartMillis(one, slot)).toThrow(refusal('after-last-slot'));
    expect(() => slotAt(slots(Number.MAX_SAFE_INTEGER, 0, 1000), 1000)).toThrow(refusal('after-last-slot'));
  });
});

describe('a trust file', () => {
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

describe('terms', () => {
  const { limits, quorum, leastAssurance } = charter;
  const worth = (hubs: number) => ({ limits, quorum: { ...quorum, hubs }, leastAssurance });
  const changed = {
    ...charter,
    formerTerms: [
      { ...worth(3), until: 10, untilTime: 1000 },
      { ...worth(2), until: 20, untilTime: 2000 },
    ],
  };

  it('are those of the height: a change applies from its `until` on', () => {
    const heights = [0, 9, 10, 19, 20, 1_000_000];
    expect(heights.map((height) => termsAt(changed, height).quorum.hubs)).toEqual([3, 3, 2, 2, 1, 1]);
  });

  it('are followed by all later ones, each with the time of its beginning', () => {
    const since = (height: number) =>
      termsFrom(changed, height).map(({ terms, since: begun }) => [terms.quorum.hubs, begun]);
    expect(since(9)).toEqual([
      [3, null],
      [2, 1000],
      [1, 2000],
    ]);
    expect(since(10)).toEqual([
      [2, null],
      [1, 2000],
    ]);
    expect(since(20)).toEqual([[1, null]]);
  });
});
