import { isMemberAt, type Organisation, type SigningKey, signingKeyAt } from '@besure/governance';
import {
  type Countersignature,
  decodeBase64url,
  type Primitives,
  verifyCountersignature,
} from '@besure/protocol';
import type { HeldRecording } from './recording.js';
import { assertThat, refuseAs } from './refusal.js';

/** A signing key and the height at which what it signed was recorded first. */
export interface HeldKey {
  readonly member: string;
  readonly key: SigningKey;
  readonly height: number;
}

/** The exchange's keys under which a countersignature verifies. Two would take an exchange that means to: each is tried. */
export function countersigningKeys(
  countersignature: Countersignature,
  exchange: Organisation,
  primitives: Primitives,
): readonly SigningKey[] {
  return exchange.signingKeys.filter(({ key }) => {
    const publicKey = refuseAs('trust-malformed', () => decodeBase64url(key));
    try {
      verifyCountersignature(countersignature, publicKey, primitives);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Which of the keys that made a signature was in force where it was recorded first: not at the time that the signer wrote, as
 * whoever finds an old key can write any. Throws a refusal when none was.
 */
export function keyInForce(
  member: Organisation,
  keys: readonly SigningKey[],
  recordings: readonly HeldRecording[],
): HeldKey {
  const height = Math.min(...recordings.map((recording) => recording.height));
  const where = `${member.id} at height ${height.toString()}`;
  assertThat(isMemberAt(member, height), 'not-a-member', where);
  const key = signingKeyAt(member, height);
  assertThat(key !== undefined && keys.includes(key), 'key-not-valid', `the signing key of ${where}`);
  return { member: member.id, key, height };
}

/** Whether someone else may have had the key when what it signed was recorded. */
export function isCompromised({ key, height }: HeldKey): boolean {
  return key.compromisedFrom !== null && key.compromisedFrom <= height;
}
