import {
  addressFormatOf,
  type Charter,
  isMemberAt,
  ledgerKeyAt,
  type Organisation,
  slotIat,
} from '@besure/governance';
import { decodeAddress } from '@besure/ledger-tx';
import {
  type Countersignature,
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
  type TreeHead,
} from '@besure/protocol';
import { type Cosigned, verifyEvidenceCheckpoint } from './checkpoint-signatures.js';
import { type Confirmation, confirmationOf } from './confirmation.js';
import { assertThat, refuseAs } from './refusal.js';
import { type HeldTimeStamp, verifyRecordingTimeStamp } from './time-stamp.js';

/** A recording that holds: the statement stands in a ledger item, the item in the log, the log is signed. */
export interface HeldRecording {
  readonly by: string;
  readonly slot: number;
  readonly height: number;
  /** Whether the countersignature stands in the leaf too. */
  readonly countersigned: boolean;
  readonly cosigned: Cosigned;
  readonly timeStamp: HeldTimeStamp | null;
  /** `null` where no quorum confirmed it. */
  readonly confirmation: Confirmation | null;
}

/**
 * Verifies one recording: from the statement's leaf up to the root in the member's item, from the log's entry with that
 * item up to the root of a checkpoint of the charter's log, and the signatures on it. Throws a refusal.
 */
export function verifyRecording(
  recording: RecordingV1,
  recorder: Organisation,
  statement: Statement,
  countersignature: Countersignature | null,
  charter: Charter,
  primitives: Primitives,
): HeldRecording {
  const { slot, height } = recording;
  const by = recorder.id;
  const slotStart = refuseAs('recording-malformed', () => slotIat(charter, slot));
  assertThat(statement.iat <= slotStart, 'signed-after-slot');

  const proof = refuseAs('log-malformed', () => parseTlogProof(recording.log));
  assertThat(proof.extra === null, 'log-malformed', 'it has an extra line, which nothing authenticates');
  const checkpoint = refuseAs('log-malformed', () => parseCheckpoint(proof.checkpoint));
  assertThat(checkpoint.origin === charter.log.origin, 'log-unknown', checkpoint.origin);

  const entryOf = entryMaker(
    recording,
    statement,
    ledgerKeyHash(charter, recorder, height, primitives),
    primitives,
  );
  const standsInLog = (entry: Uint8Array): boolean =>
    isIncluded(entry, proof.index, proof.proof, checkpoint, primitives);
  const agreed = countersignature === null ? null : entryOf(countersignature.jws);
  const countersigned = agreed !== null && standsInLog(agreed);
  // An issuer that got no answer in time records the statement alone; the exchange never does.
  const alone = countersigned || by !== statement.issuer ? null : entryOf(null);
  const entry = countersigned ? agreed : alone;
  assertThat(entry !== null && (countersigned || standsInLog(entry)), 'not-in-log');
  if (countersigned) assertThat((countersignature?.iat ?? Infinity) <= slotStart, 'signed-after-slot');

  const cosigned = verifyEvidenceCheckpoint(checkpoint, charter, primitives);
  assertThat(cosigned.signedByLog, 'log-signature-missing');
  const timeStamp =
    recording.timeStamp === null
      ? null
      : verifyRecordingTimeStamp(recording.timeStamp, charter, checkpoint, (hashes, head) =>
          isIncluded(entry, proof.index, hashes, head, primitives),
        );
  const confirmation = confirmationOf(cosigned, timeStamp, height, charter);
  return { by, slot, height, countersigned, cosigned, timeStamp, confirmation };
}

/**
 * The log's entry if the leaf holds that countersignature, or none. It is put together from what must be in it: nothing that
 * the file says of it is believed.
 */
function entryMaker(
  { slot, height, index, path }: RecordingV1,
  { jws }: Statement,
  publisher: Uint8Array,
  { sha256 }: Primitives,
): (countersignature: string | null) => Uint8Array {
  return (countersignature) =>
    refuseAs('recording-malformed', () => {
      const leaf = statementLeaf(jws, countersignature, sha256);
      const root = rootFromSlotPath(leaf, index, path.map(decodeBase64), sha256);
      return encodeLogEntry({ publisher, height, item: encodeItem({ slot, root }) });
    });
}

/** Whether an entry stands in a tree. Throws `not-in-log` for what is no proof for that place. */
function isIncluded(
  entry: Uint8Array,
  index: number,
  hashes: readonly Uint8Array[],
  { size, root }: TreeHead,
  { sha256 }: Primitives,
): boolean {
  const found = refuseAs('not-in-log', () =>
    rootFromInclusionProof(leafHash(entry, sha256), index, size, hashes, sha256),
  );
  return equalBytes(found, root);
}

/** The publisher that the log names for what a member put into a block of that height. */
function ledgerKeyHash(
  charter: Charter,
  recorder: Organisation,
  height: number,
  { sha256 }: Primitives,
): Uint8Array {
  const where = `${recorder.id} at height ${height.toString()}`;
  assertThat(isMemberAt(recorder, height), 'not-a-member', where);
  const key = ledgerKeyAt(recorder, height);
  assertThat(key !== undefined, 'key-not-valid', `the ledger key of ${where}`);
  return refuseAs('trust-malformed', () => decodeAddress(key.address, addressFormatOf(charter), sha256));
}
