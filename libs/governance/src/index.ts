export {
  type Algorithm,
  type Assurance,
  type Board,
  type BoardRule,
  type Charter,
  formatCharter,
  type FormerTerms,
  type Hub,
  type HubKeys,
  type KeyPair,
  type LedgerKey,
  type Limits,
  type Organisation,
  parseCharter,
  type Period,
  type Seat,
  type SigningKey,
  type Terms,
  type TimeStampAuthority,
  type Witness,
} from './charter.js';
export { charterSchema } from './charter-schema.js';
export { countedAs } from './counted-name.js';
export { CharterError, type CharterErrorCode } from './error.js';
export {
  compareRights,
  expectedRights,
  type GrantedRight,
  type LedgerRight,
  type RightsGap,
} from './expected-rights.js';
export { type Decisions, isEnactment, isSetUp, type NativeChange } from './native-audit.js';
export { type CharterLeafRule, leafRuleOf, nodeKeyHashesOf } from './leaf-rule.js';
export {
  addressFormatOf,
  exchangeOf,
  isMemberAt,
  isStanding,
  ledgerAddressesOf,
  ledgerKeyAt,
  memberByKeyHash,
  organisation,
  signingKeyAt,
  signingKeyOf,
  signingKeysOf,
} from './membership.js';
export { isWithin } from './period.js';
export { groupsOf, isMajority, operatorsOf, type Parties, partiesAt } from './quorum.js';
export { applyChange, type Moment } from './rights/apply-change.js';
export { type Change, changeSchema, subjectOf } from './rights/change.js';
export { tallyOf } from './rights/decide.js';
export {
  type DecisionFile,
  decisionSchema,
  decisionsIn,
  formatDecision,
  parseDecision,
} from './rights/decision-file.js';
export {
  hostedBy,
  hostingArithmetic,
  type HostingExcess,
  hostingExcesses,
  hostingLimit,
  type HostingShare,
  hostingShares,
  standingHubs,
} from './rights/hosting.js';
export {
  isSignedByItsKey,
  MAX_NOTE_LENGTH,
  type Note,
  NOTE_TYPE,
  type NoteContent,
  noteSchema,
  parseNote,
  prepareNote,
  type ProposalNote,
  type VoteNote,
  type WithdrawalNote,
} from './rights/note.js';
export { type RightsRefusal } from './rights/refusal.js';
export { type EntryOutcome, replay, type Replay, stateAt } from './rights/replay.js';
export {
  decidedAt,
  hubAdmittedAt,
  firstState,
  formatState,
  networkOf,
  parseState,
  type Proposal,
  type ProposalStatus,
  type RightsState,
  stateDigest,
  storeState,
  type Vote,
} from './rights/state.js';
export { type Electorate, electorateOf, tally, type Tally } from './rights/tally.js';
export { RIGHTS_SIGNED_ANEW_SECONDS, rightsLogOf, rightsOriginOf } from './rights-log.js';
export { isSlotStart, slotAt, slotIat, slotStartMillis } from './slots.js';
export { type BegunTerms, termsAt, termsFrom } from './terms.js';
export { type TimeStampAnchor, timeStampAnchorsOf } from './time-stamp-anchors.js';
export { tlogPolicyOf } from './tlog-policy.js';
export type { HeldRights } from './log-file.js';
export { formatTrustLog, isTrustLog, parseTrustLog, type TrustLog, trustLogSchema } from './trust-log.js';
export { formatTrust, parseTrust, type Trust, trustFingerprint, trustOf, trustSchema } from './trust.js';
export { VOTE_NUMBERS } from './rights/vote.js';
