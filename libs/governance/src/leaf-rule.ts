import { decodeAddress } from '@besure/ledger-tx';
import { encodeHex } from '@besure/protocol';
import type { Charter } from './charter.js';
import { hubNodesOf } from './expected-rights.js';
import { addressFormatOf, memberByKeyHash } from './membership.js';

/** What a charter says of the leaves of the ledger log: the values of `LeafRule` of the library that derives it. */
export interface CharterLeafRule extends Pick<Charter, 'slots'>, Pick<Charter['ledger'], 'streams'> {
  readonly slotAheadSeconds: number;
  readonly checkpointEvery: number;
  readonly memberAt: (keyHash: Uint8Array, height: number) => string | undefined;
}

/** The nodes of the hubs that a charter has now: HASH160 of their keys, in hexadecimal. */
export function nodeKeyHashesOf(charter: Charter): ReadonlySet<string> {
  const format = addressFormatOf(charter);
  return new Set([...hubNodesOf(charter)].map((address) => encodeHex(decodeAddress(address, format))));
}

/** The leaf rule of a charter. */
export function leafRuleOf(charter: Charter): CharterLeafRule {
  return {
    streams: charter.ledger.streams,
    slots: charter.slots,
    slotAheadSeconds: charter.limits.slotAheadSeconds,
    checkpointEvery: charter.log.checkpointEvery,
    memberAt: (keyHash, height) => memberByKeyHash(charter, keyHash, height)?.id,
  };
}
