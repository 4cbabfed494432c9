import { type AddressFormat, decodeAddress } from '@besure/ledger-tx';
import { decodeBase64url, type NoteKeyType, noteKey, utf8Encode } from '@besure/protocol';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Charter, Period } from './charter.js';
import { assertBoard, assertFormerTerms } from './board-rules.js';
import { addressFormatOf } from './membership.js';
import { isWithin } from './period.js';
import { groupsOf, operatorsOf } from './quorum.js';
import { rightsOriginOf } from './rights-log.js';
import { assertDifferent, fault } from './rule-fault.js';

/**
 * What the members of a charter must be to each other: nobody twice, no key in two hands or two at once, exactly one
 * exchange, every address one of this chain, and a quorum that can be reached. Throws `rule`.
 */
export function assertCharterRules(charter: Charter): void {
  assertMembers(charter);
  assertCosigners(charter);
  assertTimeStampAuthorities(charter);
  const { ledger, quorum } = charter;
  if (ledger.streams.proofs === ledger.streams.rights) throw fault('ledger.streams', 'must be two streams');
  assertFormerTerms(charter);
  assertBoard(charter);
  if (quorum.hubs > operatorsOf(charter.hubs).size)
    throw fault('quorum.hubs', 'must not be more than there are hub operators');
  if (quorum.witnesses > groupsOf(charter.witnesses).size)
    throw fault('quorum.witnesses', 'must not be more than there are groups of witnesses');
}

function assertMembers(charter: Charter): void {
  const { organisations } = charter;
  assertDifferent(organisations.map(({ id }, i) => [`organisations.${i}.id`, id]));
  // A key in the hands of a service never speaks for the board: signing keys and seats are different ones.
  assertDifferent([
    ...organisations.flatMap(({ signingKeys }, i) =>
      signingKeys.map(({ key }, j) => [`organisations.${i}.signingKeys.${j}.key`, key] as const),
    ),
    ...organisations.flatMap(({ seats }, i) =>
      seats.map(({ key }, j) => [`organisations.${i}.seats.${j}.key`, key] as const),
    ),
  ]);
  if (organisations.filter(({ role }) => role === 'exchange').length !== 1) {
    throw fault('organisations', 'must hold exactly one exchange');
  }
  const format = addressFormatOf(charter);
  organisations.forEach((member, i) => {
    const path = `organisations.${i}`;
    assertPeriod(path, member);
    assertPeriods(`${path}.signingKeys`, member.signingKeys);
    assertPeriods(`${path}.ledgerKeys`, member.ledgerKeys);
    member.signingKeys.forEach(({ compromisedFrom, ...period }, j) => {
      // Where it says nothing about any height at which the key counts, it is a slip.
      if (compromisedFrom !== null && !isWithin(period, compromisedFrom))
        throw fault(`${path}.signingKeys.${j}.compromisedFrom`, 'must lie in the period of the key');
    });
    member.seats.forEach((seat, j) => assertPeriod(`${path}.seats.${j}`, seat));
    assertPeriods(`${path}.suspensions`, member.suspensions);
    member.ledgerKeys.forEach(({ address }, j) =>
      assertAddress(`${path}.ledgerKeys.${j}.address`, address, format),
    );
  });
}

function assertAddress(path: string, address: string, format: AddressFormat): void {
  try {
    decodeAddress(address, format);
  } catch (cause) {
    throw fault(path, 'must be an address of this chain', cause);
  }
}

/** What a name may have that a key signs under. */
const MOST_NAME_BYTES = 255;

/** Hubs and witnesses: a key that counted under two names would count twice. */
function assertCosigners(charter: Charter): void {
  const { hubs, witnesses, log, organisations } = charter;
  assertDifferent(hubs.map(({ id }, i) => [`hubs.${i}.id`, id]));
  assertDifferent(witnesses.map(({ id }, i) => [`witnesses.${i}.id`, id]));
  if (utf8Encode(rightsOriginOf(charter)).length > MOST_NAME_BYTES)
    throw fault('log.origin', 'must leave room for /rights');
  assertDifferent([
    ['log.origin', log.origin],
    ['log.origin', rightsOriginOf(charter)],
    ...hubs.map(({ name }, i) => [`hubs.${i}.name`, name] as const),
    ...witnesses.map(({ name }, i) => [`witnesses.${i}.name`, name] as const),
  ]);
  const format = addressFormatOf(charter);
  hubs.forEach(({ keys, nodeAddress }, i) => {
    assertPeriods(`hubs.${i}.keys`, keys);
    assertAddress(`hubs.${i}.nodeAddress`, nodeAddress, format);
  });
  // Hubs may share a node; what a node signs must never pass for a member's item.
  assertDifferent([
    ...[...new Set(hubs.map(({ nodeAddress }) => nodeAddress))].map(
      (address) => ['hubs.nodeAddress', address] as const,
    ),
    ...organisations.flatMap(({ ledgerKeys }, i) =>
      ledgerKeys.map(({ address }, j) => [`organisations.${i}.ledgerKeys.${j}.address`, address] as const),
    ),
  ]);
  witnesses.forEach(({ keys }, i) => assertPeriods(`witnesses.${i}.keys`, keys));
  const keys: readonly NamedKey[] = [
    ...hubs.flatMap(({ name, keys: all }, i) =>
      all.flatMap(({ log: logKeys, witness }, j): NamedKey[] => {
        const path = `hubs.${i}.keys.${j}`;
        return [
          [`${path}.log.mlDsa44`, 'ml-dsa-44', log.origin, logKeys.mlDsa44],
          [`${path}.log.ed25519`, 'ed25519-log', log.origin, logKeys.ed25519],
          [`${path}.witness.mlDsa44`, 'ml-dsa-44', name, witness.mlDsa44],
          [`${path}.witness.ed25519`, 'ed25519-cosignature', name, witness.ed25519],
        ];
      }),
    ),
    ...witnesses.flatMap(({ name, keys: all }, i) =>
      all.map(({ mlDsa44 }, j): NamedKey => [`witnesses.${i}.keys.${j}.mlDsa44`, 'ml-dsa-44', name, mlDsa44]),
    ),
  ];
  assertDifferent(keys.map(([path, , , key]) => [path, key]));
  // A line of a signed note names its key by name and key id alone: two that share both could not be told apart.
  assertDifferent(
    keys.map(([path, type, name, key]) => {
      const { keyId } = noteKey(type, name, decodeBase64url(key), sha256);
      return [path, `${name} ${keyId.toString()}`];
    }),
    'must have another key id than the other keys of that name',
  );
}

type NamedKey = readonly [path: string, type: NoteKeyType, name: string, key: string];

function assertTimeStampAuthorities({ timeStampAuthorities }: Charter): void {
  assertDifferent(timeStampAuthorities.map(({ name }, i) => [`timeStampAuthorities.${i}.name`, name]));
  timeStampAuthorities.forEach((authority, i) => assertPeriod(`timeStampAuthorities.${i}`, authority));
}

/** Periods of one owner: none empty, none over another, in the order of time. */
function assertPeriods(path: string, periods: readonly Period[]): void {
  periods.forEach((period, i) => {
    assertPeriod(`${path}.${i}`, period);
    const before = periods[i - 1];
    if (before !== undefined && (before.until === null || period.from < before.until))
      throw fault(`${path}.${i}.from`, 'must not be before the end of the period above it');
  });
}

function assertPeriod(path: string, { from, until }: Period): void {
  if (until !== null && until <= from) throw fault(`${path}.until`, 'must be after its beginning');
}
