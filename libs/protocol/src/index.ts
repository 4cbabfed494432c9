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
  addSignatures,
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
export { EVIDENCE_FORMAT, type EvidenceV0, formatEvidence, parseEvidence, type RecordingV0 } from './evidence.js';
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
