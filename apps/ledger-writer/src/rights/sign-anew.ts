import type { Tx } from '@besure/event-store';
import { RIGHTS_SIGNED_ANEW_SECONDS, rightsLogOf } from '@besure/governance';
import type { Primitives } from '@besure/protocol';
import { knownLines } from '@besure/verification';
import { readChainState, writeChainState } from '../chain-rows.js';
import type { RightsContext } from './take-rights.js';

/** What signing anew needs. */
export interface SigningAnewContext {
  readonly rights: RightsContext;
  readonly primitives: Primitives;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A hub whose newest final block is older says nothing about today: its node may be cut off. */
const MOST_BEHIND_SECONDS = 86_400;

/**
 * Signs the head of the log of rights anew, with the time of now, where this hub did not for a day: that nothing was decided since. Only while
 * everything that is final has been taken in, up to the height that is given, and the head is one at which a checkpoint is due. Answers its size;
 * `null` where there was nothing to sign.
 */
export async function signRightsAnew(
  tx: Tx,
  { rights, primitives, now }: SigningAnewContext,
  newestFinal: number,
): Promise<number | null> {
  const state = await readChainState(tx, 'FOR UPDATE');
  const nowSeconds = Math.floor(now() / 1000);
  if (state.height !== newestFinal || nowSeconds - state.time > MOST_BEHIND_SECONDS) return null;
  const { log, signing, suffices, replayed, charter: first } = rights;
  const head = await log.head(tx);
  if (head.size === 0 || head.size !== state.rightsDueSize) return null;
  const charter = (await replayed.read(tx, head.size))?.charter ?? first;
  const seconds = Math.max(nowSeconds, state.signedAt);
  const stored = await log.checkpointAt(tx, head.size);
  const own = signing.idIn(charter);
  const signed = stored === null ? [] : knownLines(stored, rightsLogOf(charter), primitives);
  const isRecent = signed.some(
    ({ role, by, key, time }) =>
      role === 'witness' &&
      by.kind === 'hub' &&
      by.id === own &&
      key.type === 'ml-dsa-44' &&
      seconds - time < RIGHTS_SIGNED_ANEW_SECONDS,
  );
  const note = isRecent ? null : signing.sign(charter, { origin: log.origin, ...head }, seconds);
  if (note === null) return null;
  await log.saveCheckpoint(tx, note, suffices);
  await writeChainState(tx, { ...state, signedAt: seconds });
  return head.size;
}
