export {
  type Algorithm,
  type Assurance,
  type Charter,
  formatCharter,
  type Hub,
  type HubKeys,
  type KeyPair,
  type LedgerKey,
  type Organisation,
  parseCharter,
  type Period,
  type SigningKey,
  type TimeStampAuthority,
  type Witness,
} from './charter.js';
export { charterSchema } from './charter-schema.js';
export { CharterError, type CharterErrorCode } from './error.js';
export { expectedRights, type LedgerRight } from './expected-rights.js';
export { type CharterLeafRule, leafRuleOf } from './leaf-rule.js';
export {
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
export { isWithin } from './period.js';
export { groupsOf, isMajority, operatorsOf } from './quorum.js';
export { slotAt, slotIat, slotStartMillis } from './slots.js';
export { type TimeStampAnchor, timeStampAnchorsOf } from './time-stamp-anchors.js';
export { tlogPolicyOf } from './tlog-policy.js';
export { formatTrust, parseTrust, type Trust, trustFingerprint, trustOf, trustSchema } from './trust.js';
