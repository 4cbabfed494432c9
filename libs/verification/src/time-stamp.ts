import { type Charter, timeStampAnchorsOf } from '@besure/governance';
import {
  type CheckpointBody,
  decodeBase64,
  formatCheckpointText,
  parseCheckpointText,
  type TimeStampV1,
  utf8Encode,
} from '@besure/protocol';
import { verifyTimeStamp } from '@besure/time-stamp';
import { assertThat, refuseAs } from './refusal.js';

/** That someone outside the circle saw a recording. */
export interface HeldTimeStamp {
  /** In POSIX seconds: it existed by then. */
  readonly time: number;
  /** The name of the authority in the charter. */
  readonly authority: string;
  /** Whether it is over the very checkpoint that stands in the recording's log proof, and not over another that covers the entry. */
  readonly ofSameCheckpoint: boolean;
}

/**
 * Verifies a time stamp of a recording: its checkpoint is of the charter's log, the entry stands in it, and the token is over
 * it, by an authority of the charter. Throws a refusal.
 *
 * Nobody need have signed that checkpoint: that the entry existed by then follows from its hash being in it.
 *
 * @param recorded the checkpoint in the recording's log proof
 * @param isIncluded whether these hashes lead from the recording's entry to that tree
 */
export function verifyRecordingTimeStamp(
  { checkpoint, proof, token }: TimeStampV1,
  charter: Charter,
  recorded: CheckpointBody,
  isIncluded: (hashes: readonly Uint8Array[], head: CheckpointBody) => boolean,
): HeldTimeStamp {
  const head = refuseAs('log-malformed', () => parseCheckpointText(checkpoint));
  assertThat(head.origin === charter.log.origin, 'log-unknown', head.origin);
  const hashes = refuseAs('log-malformed', () => proof.map(decodeBase64));
  assertThat(isIncluded(hashes, head), 'not-in-log', 'the checkpoint of a time stamp');
  return refuseAs('time-stamp-invalid', () => {
    const anchors = timeStampAnchorsOf(charter);
    const { time, authority } = verifyTimeStamp(decodeBase64(token), utf8Encode(checkpoint), anchors);
    const name = charter.timeStampAuthorities[authority]?.name;
    assertThat(name !== undefined, 'time-stamp-invalid');
    return { time, authority: name, ofSameCheckpoint: checkpoint === formatCheckpointText(recorded) };
  });
}
