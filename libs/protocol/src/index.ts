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
