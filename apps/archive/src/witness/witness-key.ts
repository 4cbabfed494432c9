import type { Charter } from '@besure/governance';
import type { MessageSigner } from '@besure/keys';
import { decodeBase64url, equalBytes, type NoteKey, noteKey, type Sha256 } from '@besure/protocol';

/** The key by which this archive cosigns, under the name that the charter gives it. */
export interface WitnessKey {
  readonly key: NoteKey;
  readonly signer: MessageSigner;
  /** Whether a signature of that time (POSIX seconds) counts. */
  isInForce(seconds: number): boolean;
}

/** The witness of the charter whose key this is; null when there is none. */
export function witnessKeyOf(charter: Charter, signer: MessageSigner, sha256: Sha256): WitnessKey | null {
  for (const { name, keys } of charter.witnesses) {
    const own = keys.find(({ mlDsa44 }) => equalBytes(decodeBase64url(mlDsa44), signer.publicKey));
    if (own === undefined) continue;
    return {
      key: noteKey('ml-dsa-44', name, signer.publicKey, sha256),
      signer,
      isInForce: (seconds) => own.from <= seconds && (own.until === null || seconds < own.until),
    };
  }
  return null;
}
