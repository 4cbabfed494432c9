import { type Charter, isWithin, type Period } from '@besure/governance';
import type { MessageSigner } from '@besure/keys';
import { decodeBase64url, equalBytes, type NoteKey, noteKey, type Sha256 } from '@besure/protocol';

/** The key by which this archive cosigns, under the name that the charter gives it. */
export interface WitnessKey {
  readonly key: NoteKey;
  readonly signer: MessageSigner;
  /** Whether a signature of that time (POSIX seconds) counts. */
  isInForce(seconds: number): boolean;
}

/**
 * The witness of the charter whose key this is; null when there is none. Whether the key is in force is asked of the charter each time: a decision may
 * have ended it.
 */
export function witnessKeyOf(
  charter: () => Charter,
  signer: MessageSigner,
  sha256: Sha256,
): WitnessKey | null {
  const found = ownKeyIn(charter(), signer);
  if (found === null) return null;
  return {
    key: noteKey('ml-dsa-44', found.name, signer.publicKey, sha256),
    signer,
    isInForce(seconds) {
      const own = ownKeyIn(charter(), signer);
      return own !== null && isWithin(own.period, seconds);
    },
  };
}

function ownKeyIn(
  { witnesses }: Charter,
  { publicKey }: MessageSigner,
): { readonly name: string; readonly period: Period } | null {
  for (const { name, keys } of witnesses) {
    const period = keys.find(({ mlDsa44 }) => equalBytes(decodeBase64url(mlDsa44), publicKey));
    if (period !== undefined) return { name, period };
  }
  return null;
}
