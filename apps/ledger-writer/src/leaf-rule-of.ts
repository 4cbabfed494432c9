import { type Charter, memberByKeyHash } from '@besure/governance';
import type { LeafRule } from '@besure/ledger-log';

/** The leaf rule of a charter. */
export function leafRuleOf(charter: Charter): LeafRule {
  return {
    streams: charter.ledger.streams,
    slots: charter.slots,
    slotAheadSeconds: charter.limits.slotAheadSeconds,
    checkpointEvery: charter.log.checkpointEvery,
    memberAt: (keyHash, height) => memberByKeyHash(charter, keyHash, height)?.id,
  };
}
