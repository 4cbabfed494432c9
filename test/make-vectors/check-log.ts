import {
  CompactRange,
  decodeHex,
  encodeBase64,
  encodeHex,
  equalBytes,
  leafHash,
  parseCheckpoint,
  parseTlogProof,
  parseVerifierKey,
  ProtocolError,
  rootFromInclusionProof,
  type TreeHead,
  u32be,
  verifyCheckpointSignature,
  verifyConsistency,
} from '@besure/protocol';
import { readLedgerLog } from './check-ledger-log.ts';
import { nodePrimitives } from '../../libs/verification/src/contract/node-primitives.ts';

// What a reader does with the vectors of logs and checkpoints.

type Content = Readonly<Record<string, unknown>>;
const { sha256 } = nodePrimitives;

export const LOG_READERS: Readonly<Record<string, (content: Content) => Content>> = {
  'ledger-log': readLedgerLog,

  merkle: (content) => {
    const hashes = ((content['proof'] ?? []) as string[]).map(decodeHex);
    if (content['operation'] === 'consistency') {
      verifyConsistency(head(content['older']), head(content['newer']), hashes, sha256);
      return {};
    }
    if (content['operation'] === 'inclusion') {
      const { entry, index, size } = content as { entry: string; index: number; size: number };
      const leaf = leafHash(decodeHex(entry), sha256);
      const reached = rootFromInclusionProof(leaf, index, size, hashes, sha256);
      if (encodeHex(reached) !== content['root']) throw new ProtocolError('inclusion', 'another root');
      return {};
    }
    const range = new CompactRange(sha256);
    for (const entry of content['entries'] as string[]) range.append(leafHash(decodeHex(entry), sha256));
    return { root: encodeHex(range.root()) };
  },

  checkpoint: ({ note }) => {
    const { origin, size, root, signatures } = parseCheckpoint(note as string);
    const lines = signatures.map(({ name, keyId }) => ({ name, keyId: encodeHex(u32be(keyId)) }));
    return { origin, size, root: encodeBase64(root), signatures: lines };
  },

  cosignature: ({ verifierKey, note }) => {
    const key = parseVerifierKey(verifierKey as string, sha256);
    const checkpoint = parseCheckpoint(note as string);
    return { time: verifyCheckpointSignature(checkpoint, checkpoint.signatures[0]!, key, nodePrimitives) };
  },

  'tlog-proof': ({ text, entry }) => {
    const { index, proof, checkpoint, extra } = parseTlogProof(text as string);
    const { size, root } = parseCheckpoint(checkpoint);
    const reached = rootFromInclusionProof(
      leafHash(decodeHex(entry as string), sha256),
      index,
      size,
      proof,
      sha256,
    );
    if (!equalBytes(reached, root)) throw new ProtocolError('inclusion', 'another root');
    return { index, extra: extra === null ? null : encodeHex(extra) };
  },
};

function head(value: unknown): TreeHead {
  const { size, root } = value as { size: number; root: string };
  return { size, root: decodeHex(root) };
}
