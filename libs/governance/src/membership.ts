import { type AddressFormat, decodeAddress, parseAddressFormat } from '@besure/ledger-tx';
import { encodeHex } from '@besure/protocol';
import type { Charter, Organisation } from './charter.js';

/** How this network's ledger writes addresses. */
export function addressFormatOf({ ledger }: Charter): AddressFormat {
  return parseAddressFormat(ledger.addressVersion, ledger.addressChecksum);
}

/** The organisation with that id, `undefined` when it is no member. */
export function organisation(charter: Charter, id: string): Organisation | undefined {
  return charter.organisations.find((member) => member.id === id);
}

/** The exchange; every charter has exactly one. */
export function exchangeOf(charter: Charter): Organisation {
  return charter.organisations.find(({ role }) => role === 'exchange')!;
}

const byKeyHash = new WeakMap<Charter, ReadonlyMap<string, Organisation>>();

/**
 * The membership function: who may publish items with the ledger key of that hash (HASH160, 20 bytes) in a block of
 * that height. In this version members are those of the charter file, whatever the height.
 */
export function memberByKeyHash(
  charter: Charter,
  keyHash: Uint8Array,
  _height: number,
): Organisation | undefined {
  let members = byKeyHash.get(charter);
  if (members === undefined) {
    const format = addressFormatOf(charter);
    members = new Map(
      charter.organisations.map((member) => [encodeHex(decodeAddress(member.ledgerAddress, format)), member]),
    );
    byKeyHash.set(charter, members);
  }
  return members.get(encodeHex(keyHash));
}
