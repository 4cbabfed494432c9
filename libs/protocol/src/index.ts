export {
  concatBytes,
  decodeBase64,
  decodeBase64url,
  decodeHex,
  encodeBase64,
  encodeBase64url,
  encodeHex,
  equalBytes,
  readU32be,
  readU64be,
  u32be,
  u64be,
  utf8Decode,
  utf8Encode,
} from './bytes.js';
export { ProtocolError, type ProtocolErrorCode } from './error.js';
export { isDeceptive } from './rules.js';
export type { Primitives, Sha256 } from './primitives.js';
export {
  CompactRange,
  compactRangeNodeIds,
  foldCompactRange,
  type NodeId,
  type StoredNode,
} from './compact-range.js';
export {
  consistencyNodeIds,
  consistencyProof,
  inclusionNodeIds,
  inclusionProof,
  type ReadNodes,
} from './merkle-proof.js';
export {
  emptyRoot,
  leafHash,
  nodeHash,
  rootFromInclusionProof,
  type TreeHead,
  verifyConsistency,
} from './merkle.js';
export {
  MAX_CHECKPOINTS,
  parseCosignAnswer,
  parseCosignRequest,
  parsePendingCheckpoints,
  type PendingCheckpoints,
} from './cosign-messages.js';
export { addSignatures, type KeptLine } from './add-signatures.js';
export {
  MAX_TIME_STAMPS,
  parsePublishedTimeStamps,
  type PublishedTimeStamp,
  type PublishedTimeStamps,
} from './time-stamp-messages.js';
export {
  type Checkpoint,
  type CheckpointBody,
  formatCheckpoint,
  formatCheckpointText,
  parseCheckpoint,
  parseCheckpointText,
} from './checkpoint.js';
export {
  checkpointMessage,
  checkpointSignatureLine,
  NO_TIME,
  signCheckpoint,
  verifyCheckpointSignature,
} from './cosignature.js';
export {
  EVIDENCE_FORMAT,
  type EvidenceV1,
  formatEvidence,
  parseEvidence,
  type RecordingV1,
  type TimeStampV1,
} from './evidence.js';
export { encodeVerifierKey, type NoteKey, noteKey, type NoteKeyType, parseVerifierKey } from './note-key.js';
export {
  formatSignatureLine,
  formatSignedNote,
  isKeyName,
  type NoteSignature,
  parseSignatureLine,
  parseSignedNote,
  type SignedNote,
} from './signed-note.js';
export {
  encodeEntryBundle,
  entryBundlesOf,
  parseEntryBundle,
  parseTilePath,
  type Tile,
  TILE_WIDTH,
  tileNodeIds,
  tilePath,
} from './tiles.js';
export { formatTlogProof, parseTlogProof, type TlogProof } from './tlog-proof.js';
export {
  assertRole,
  CLAIM_NAMES,
  type ClaimName,
  type Claims,
  claimsOf,
  type DocumentDigest,
  type Facts,
  factsOf,
  type Identity,
  type Party,
} from './claims.js';
export { publicKeyOfCertificate } from './certificate.js';
export {
  assertCountersigns,
  type Countersignature,
  type CountersignatureContent,
  COUNTERSIGNATURE_TYPE,
  parseCountersignature,
  prepareCountersignature,
  verifyCountersignature,
} from './countersignature.js';
export { type DocumentEvent, documentEventSchema, parseCloudEvent } from './document-event.js';
export {
  cloudEventType,
  eventByShortName,
  eventByUri,
  type EventRole,
  EVENTS,
  GENERAL_EVENT_TYPE,
  type KnownEvent,
  mayState,
  type ShortName,
} from './event-names.js';
export { encodeItem, ITEM_LENGTH, ITEM_MAGIC, parseItem, type SlotItem } from './item.js';
export { attachSignature, decodeEs256, decodeJson, encodeJson, splitCompactJws } from './jws.js';
export {
  encodeRightsEntry,
  encodeRightsItem,
  MAX_RIGHTS_ITEM_LENGTH,
  parseRightsEntry,
  readRightsItem,
  RIGHTS_ENTRY_HEAD_LENGTH,
  type RightsEntry,
  type RightsItem,
} from './rights-entry.js';
export { encodeLogEntry, LOG_ENTRY_LENGTH, type LogEntry, parseLogEntry } from './log-entry.js';
export { composeSdJwt, splitSdJwt } from './sd-jwt.js';
export { SlotPaths } from './slot-paths.js';
export {
  buildSlotTree,
  rootFromSlotPath,
  SLOT_TREE_HEIGHTS,
  type SlotLeaf,
  type SlotTree,
  statementLeaf,
} from './slot-tree.js';
export {
  openDisclosures,
  parseStatement,
  prepareStatement,
  type PreparedStatement,
  type Statement,
  verifyStatementSignature,
} from './statement.js';
export { readStatementHeader, STATEMENT_TYPE } from './statement-header.js';
export {
  type CopiesAnswer,
  type CopiesRequest,
  type CountersignVerdict,
  MAX_GROUP,
  parseCopiesAnswer,
  parseCopiesRequest,
  parseCountersignAnswer,
  parseCountersignRequest,
  type StatementCopy,
  type StatementToCountersign,
} from './exchange-messages.js';
export {
  type LedgerOutput,
  MAX_TRANSACTIONS,
  type OutputsAnswer,
  parseOutputsAnswer,
  parseCarryRequest,
  parseOutputsRequest,
  parseSubmitAnswer,
  parseSubmitRequest,
  type SubmitResult,
} from './hub-messages.js';
export { SUBJECTS } from './subjects.js';
export { encodeAttachment, frame, splitAttachment } from './attachment.js';
export {
  decodeOpenings,
  type DiscardedEntry,
  encodeOpenings,
  encodeRecording,
  encodeSealedFacts,
  type EvidenceReadyEntry,
  MAX_ENTRIES,
  type OneSidedEntry,
  parseDiscardReason,
  parseEventsAccepted,
  parseEventsDiscarded,
  parseEvidenceReady,
  parseRecordsKept,
  parseSealedFacts,
  parseStatementEntries,
  parseStatementsOneSided,
  parseStatementsRecorded,
  type RecordedEntry,
  type Recording,
  type SealedBytes,
  type MadeAnewEntry,
  parseStatementsMadeAnew,
  type StatementEntry,
  type StatementsRecorded,
  type StatementStateType,
} from './zone-messages.js';
export { sealedToJson, upcastEventsAccepted, upcastStatementsRecorded } from './zone-messages-v1.js';
