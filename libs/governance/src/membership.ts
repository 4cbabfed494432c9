import { type AddressFormat, decodeAddress, parseAddressFormat } from '@besure/ledger-tx';
import { decodeBase64url, encodeBase64url, encodeHex } from '@besure/protocol';
import type { Charter, LedgerKey, Organisation, SigningKey } from './charter.js';
import { isWithin } from './period.js';

/** How this network's ledger writes addresses. */
export function addressFormatOf({ ledger }: Charter): AddressFormat {
  return parseAddressFormat(ledger.addressVersion, ledger.addressChecksum);
}

/** The organisation with that id, whether or not its membership has ended; `undefined` when it never was a member. */
export function organisation(charter: Charter, id: string): Organisation | undefined {
  return charter.organisations.find((member) => member.id === id);
}

/** The exchange; every charter has exactly one. */
export function exchangeOf(charter: Charter): Organisation {
  return charter.organisations.find(({ role }) => role === 'exchange')!;
}

/** Whether a member's membership is in force in a block of that height. */
export function isMemberAt(member: Organisation, height: number): boolean {
  return isWithin(member, height) && !member.suspensions.some((period) => isWithin(period, height));
}

/** Whether a membership has no end and does not rest, as far as the charter says: as from the block after its newest change. */
export function isStanding({ until, suspensions }: Organisation): boolean {
  return until === null && suspensions.every((period) => period.until !== null);
}

/** Whether somebody can speak for a member in the board. */
export function mayVote(member: Organisation): boolean {
  return isStanding(member) && member.seats.some(({ until }) => until === null);
}

const byKeyHash = new WeakMap<Charter, ReadonlyMap<string, readonly [Organisation, LedgerKey]>>();

/**
 * The membership function: who may publish items with the ledger key of that hash (HASH160, 20 bytes) in a block of that
 * height. Both the membership and the key must be in force there.
 */
export function memberByKeyHash(
  charter: Charter,
  keyHash: Uint8Array,
  height: number,
): Organisation | undefined {
  const [member, key] = ledgerKeys(charter).get(encodeHex(keyHash)) ?? [];
  const isInForce =
    member !== undefined && key !== undefined && isMemberAt(member, height) && isWithin(key, height);
  return isInForce ? member : undefined;
}

/** Every address that a member has, had or will have. */
export function ledgerAddressesOf({ ledgerKeys: keys }: Organisation): string[] {
  return keys.map(({ address }) => address);
}

/** The key with which a member signs what is recorded at a height; `undefined` where it has none there, or is no member. */
export function signingKeyAt(member: Organisation, height: number): SigningKey | undefined {
  return isMemberAt(member, height) ? member.signingKeys.find((key) => isWithin(key, height)) : undefined;
}

/** The key with which a member publishes in a block of a height; `undefined` where it has none there, or is no member. */
export function ledgerKeyAt(member: Organisation, height: number): LedgerKey | undefined {
  return isMemberAt(member, height) ? member.ledgerKeys.find((key) => isWithin(key, height)) : undefined;
}

/** The member's entry for a public key (65 bytes), whatever its period; `undefined` when it is not the member's. */
export function signingKeyOf(member: Organisation, publicKey: Uint8Array): SigningKey | undefined {
  const encoded = encodeBase64url(publicKey);
  return member.signingKeys.find(({ key }) => key === encoded);
}

/** All public keys (65 bytes) of a member, for who cannot know yet at which height something will be recorded. */
export function signingKeysOf({ signingKeys }: Organisation): Uint8Array[] {
  return signingKeys.map(({ key }) => decodeBase64url(key));
}

function ledgerKeys(charter: Charter): ReadonlyMap<string, readonly [Organisation, LedgerKey]> {
  const known = byKeyHash.get(charter);
  if (known !== undefined) return known;
  const format = addressFormatOf(charter);
  const made = new Map(
    charter.organisations.flatMap((member) =>
      member.ledgerKeys.map(
        (key) => [encodeHex(decodeAddress(key.address, format)), [member, key] as const] as const,
      ),
    ),
  );
  byKeyHash.set(charter, made);
  return made;
}
