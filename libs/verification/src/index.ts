export { type CheckpointKey, checkpointKeys, type Cosigner } from './checkpoint-keys.js';
export {
  type CheckpointStanding,
  judgeCheckpoint,
  type JudgedCheckpoint,
  quorateCheckpoint,
  type QuorateCheckpoint,
} from './checkpoint-signatures.js';
export {
  type BadCode,
  isVerdictCode,
  UNACCEPTABLE_CODES,
  type UnacceptableCode,
  VERDICT_CODES,
  type VerdictCode,
} from './codes.js';
export { type KnownLine, knownLines } from './known-lines.js';
export { disclose, shownClaimNames } from './disclose.js';
export {
  DecisionError,
  type DecisionErrorCode,
  DisclosureError,
  type DisclosureErrorCode,
  TrustError,
  type TrustErrorCode,
} from './error.js';
export { explain } from './explain.js';
export { type OpenedDecision, openDecision } from './open-decision.js';
export { type OpenedTrust, openTrust } from './open-trust.js';
export {
  type Assurance,
  ASSURANCES,
  type Check,
  CHECK_NAMES,
  type CheckName,
  type Parties,
  type ShownClaims,
  type Verdict,
  type VerifiedRecording,
} from './verdict.js';
export { verify, type VerifyOptions } from './verify.js';
export { TRUST_LASTS_SECONDS } from './policy.js';
