import {
  CLAIM_NAMES,
  type ClaimName,
  EVIDENCE_FORMAT,
  type RecordingV1,
  composeSdJwt,
  encodeBase64,
  formatEvidence,
  formatTlogProof,
} from '@besure/protocol';

/** A recording that is final, with what places it in the log. */
export interface FinalRecording {
  readonly by: string;
  readonly slot: number;
  readonly height: number;
  readonly index: number;
  readonly path: readonly Uint8Array[];
  readonly countersigned: boolean;
  readonly leaf: number;
  readonly inclusion: readonly Uint8Array[];
  /** The first quorate checkpoint that covers the leaf. */
  readonly checkpoint: string;
  /** The first time-stamped checkpoint that covers the leaf, and the way there; null where none does yet. */
  readonly timeStamp: {
    readonly checkpoint: string;
    readonly inclusion: readonly Uint8Array[];
    readonly token: Uint8Array;
  } | null;
}

/** All that evidence of one statement is made of. */
export interface EvidenceParts {
  readonly issuer: string;
  readonly jws: string;
  readonly countersignature: string | null;
  /** In the order of CLAIM_NAMES; empty where no openings are kept. */
  readonly disclosures: readonly string[];
  readonly recordings: readonly FinalRecording[];
}

/**
 * The text of an evidence file that shows these claims and no other. The issuer's recording comes first. The countersignature is part of
 * it only where a recording holds it: agreement that was not recorded has no time.
 */
export function assembleEvidence(parts: EvidenceParts, show: readonly ClaimName[]): string {
  const recordings = [...parts.recordings].sort((a, b) => rank(a, parts.issuer) - rank(b, parts.issuer));
  return formatEvidence({
    format: EVIDENCE_FORMAT,
    statement: composeSdJwt(
      parts.jws,
      parts.disclosures.filter((_, at) => show.includes(CLAIM_NAMES[at]!)),
    ),
    countersignature: recordings.some(({ countersigned }) => countersigned) ? parts.countersignature : null,
    recordings: recordings.map(toRecording),
  });
}

function rank({ by }: FinalRecording, issuer: string): number {
  return by === issuer ? 0 : 1;
}

function toRecording(recording: FinalRecording): RecordingV1 {
  const { by, slot, height, index, path, leaf, inclusion, checkpoint, timeStamp } = recording;
  return {
    by,
    slot,
    height,
    index,
    path: path.map(encodeBase64),
    log: formatTlogProof({ index: leaf, proof: inclusion, checkpoint }),
    timeStamp:
      timeStamp === null
        ? null
        : {
            checkpoint: timeStamp.checkpoint,
            proof: timeStamp.inclusion.map(encodeBase64),
            token: encodeBase64(timeStamp.token),
          },
  };
}
