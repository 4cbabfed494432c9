import type { VerdictCode } from '../codes.js';
import { agreementCases } from './cases-agreement.ts';
import { fileCases } from './cases-file.ts';
import { keyCases } from './cases-keys.ts';
import { logCases } from './cases-log.ts';
import { policyCases } from './cases-policy.ts';
import { quorumCases } from './cases-quorum.ts';
import { recordingCases } from './cases-recording.ts';
import { statementCases } from './cases-statement.ts';
import { termsCases } from './cases-terms.ts';
import { timeStampCases } from './cases-time-stamp.ts';
import { trustCases } from './cases-trust.ts';
import { validCases } from './cases-valid.ts';

/** One evidence file with the verdict that it must get, and why. One fault per case. */
export interface EvidenceCase {
  readonly name: string;
  /** What is right or wrong about it, for people. */
  readonly comment: string;
  readonly code: VerdictCode;
  /** The evidence file, and what it is verified under. */
  make(): CaseFiles;
}

/** What a case hands to verify. */
export interface CaseFiles {
  readonly evidence: string;
  readonly trust: string;
  readonly document?: Uint8Array;
}

/** Every case, each with a name of its own. */
export const EVIDENCE_CASES: readonly EvidenceCase[] = [
  ...validCases,
  ...fileCases,
  ...statementCases,
  ...agreementCases,
  ...recordingCases,
  ...logCases,
  ...quorumCases,
  ...keyCases,
  ...timeStampCases,
  ...policyCases,
  ...trustCases,
  ...termsCases,
];
