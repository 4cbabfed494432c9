export {
  type Assurance,
  type Charter,
  formatCharter,
  type Hub,
  type Organisation,
  parseCharter,
} from './charter.js';
export { charterSchema } from './charter-schema.js';
export { CharterError, type CharterErrorCode } from './error.js';
export { expectedRights, type LedgerRight } from './expected-rights.js';
export { addressFormatOf, exchangeOf, memberByKeyHash, organisation } from './membership.js';
export { slotAt, slotIat, slotStartMillis } from './slots.js';
export { formatTrust, parseTrust, type Trust, trustFingerprint, trustOf, trustSchema } from './trust.js';
