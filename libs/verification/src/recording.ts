import { addressFormatOf, type Charter, ledgerKeyAt, type Organisation, slotIat } from '@besure/governance';
import { decodeAddress } from '@besure/ledger-tx';
import {
  decodeBase64,
  encodeItem,
  encodeLogEntry,
  equalBytes,
  leafHash,
  parseCheckpoint,
  parseTlogProof,
  type Primitives,
  type RecordingV1,
  rootFromInclusionProof,
  rootFromSlotPath,
  type Statement,
  statementLeaf,
} from '@besure/protocol';
import { type CheckpointStanding, verifyEvidenceCheckpoint } from './checkpoint-signatures.js';
import { assertThat, refuseAs } from './refusal.js';

/** A recording that holds: the statement stands in a ledger item, the item in the log, the log is signed. */
export interface HeldRecording extends CheckpointStanding {
  readonly by: string;
  readonly slot: number;
  readonly height: number;
  /** Whether the countersignature stands in the leaf too. */
  readonly countersigned: boolean;
}

/**
 * Verifies one recording: from the statement's leaf up to the root in the member's item, from the log's entry with that
 * item up to the root of a checkpoint of the charter's log, and the signatures on it. Throws a refusal.
 */
export function verifyRecording(
  recording: RecordingV1,
  recorder: Organisation,
  statement: Statement,
  countersignature: string | null,
  charter: Charter,
  primitives: Primitives,
): HeldRecording {
  const { slot, height } = recording;
  const by = recorder.id;
  const signedBeforeSlot = refuseAs('recording-malformed', () => statement.iat <= slotIat(charter, slot));
  assertThat(signedBeforeSlot, 'signed-after-slot');

  const proof = refuseAs('log-malformed', () => parseTlogProof(recording.log));
  assertThat(proof.extra === null, 'log-malformed', 'it has an extra line, which nothing authenticates');
  const checkpoint = refuseAs('log-malformed', () => parseCheckpoint(proof.checkpoint));
  assertThat(checkpoint.origin === charter.log.origin, 'log-unknown', checkpoint.origin);

  const publisher = ledgerKeyHash(charter, recorder, height, primitives);
  const path = refuseAs('recording-malformed', () => recording.path.map(decodeBase64));
  const standsInLog = (agreed: string | null): boolean => {
    const leaf = statementLeaf(statement.jws, agreed, primitives.sha256);
    const root = refuseAs('recording-malformed', () =>
      rootFromSlotPath(leaf, recording.index, path, primitives.sha256),
    );
    const entry = refuseAs('recording-malformed', () =>
      encodeLogEntry({ publisher, height, item: encodeItem({ slot, root }) }),
    );
    const { index, proof: hashes } = proof;
    const logRoot = refuseAs('not-in-log', () =>
      rootFromInclusionProof(
        leafHash(entry, primitives.sha256),
        index,
        checkpoint.size,
        hashes,
        primitives.sha256,
      ),
    );
    return equalBytes(logRoot, checkpoint.root);
  };
  const countersigned = countersignature !== null && standsInLog(countersignature);
  // An issuer that got no answer in time records the statement alone; the exchange never does.
  const alone = !countersigned && by === statement.issuer && standsInLog(null);
  assertThat(countersigned || alone, 'not-in-log');

  const standing = verifyEvidenceCheckpoint(checkpoint, charter, primitives);
  assertThat(standing.signedByLog, 'log-signature-missing');
  return { by, slot, height, countersigned, ...standing };
}

/** The publisher that the log names for what a member put into a block of that height. Throws `recorder-unknown`. */
function ledgerKeyHash(
  charter: Charter,
  recorder: Organisation,
  height: number,
  { sha256 }: Primitives,
): Uint8Array {
  const key = ledgerKeyAt(recorder, height);
  assertThat(key !== undefined, 'recorder-unknown', `${recorder.id} at height ${height}`);
  return refuseAs('trust-malformed', () => decodeAddress(key.address, addressFormatOf(charter), sha256));
}
