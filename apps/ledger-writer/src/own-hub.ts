import { type Charter, type Hub, isWithin, type Period } from '@besure/governance';
import type { CheckpointSigner, MessageSigner } from '@besure/keys';
import { type CheckpointBody, encodeBase64url, type Sha256 } from '@besure/protocol';
import { CheckpointSigning } from './checkpoint-signing.js';

/** The hub of a charter whose keys this service has, and when they count (POSIX seconds). */
export interface OwnHub {
  readonly hub: Hub;
  readonly period: Period;
}

/** The hub whose four keys these are, whether or not their time is over; `null` where the charter has none. */
export function ownHubIn({ hubs }: Charter, { log, witness }: CheckpointSigner): OwnHub | null {
  const is = (encoded: string, { publicKey }: MessageSigner): boolean =>
    encoded === encodeBase64url(publicKey);
  for (const hub of hubs) {
    const period = hub.keys.find(
      (one) =>
        is(one.log.ed25519, log.ed25519) &&
        is(one.log.mlDsa44, log.mlDsa44) &&
        is(one.witness.ed25519, witness.ed25519) &&
        is(one.witness.mlDsa44, witness.mlDsa44),
    );
    if (period !== undefined) return { hub, period };
  }
  return null;
}

/** The hub that signs with these keys at a time (POSIX seconds); `null` where the board has not admitted it, or has ended the keys. */
export function signingHubAt(charter: Charter, signer: CheckpointSigner, seconds: number): Hub | null {
  const own = ownHubIn(charter, signer);
  return own !== null && isWithin(own.period, seconds) ? own.hub : null;
}

/** Signs checkpoints of one log while a charter says that these keys are those of a hub: what it signed besides would count for nobody. */
export class HubSigning {
  readonly #origin: string;
  readonly #signer: CheckpointSigner;
  readonly #sha256: Sha256;
  #made: { readonly name: string; readonly signing: CheckpointSigning } | null = null;

  constructor(origin: string, signer: CheckpointSigner, sha256: Sha256) {
    this.#origin = origin;
    this.#signer = signer;
    this.#sha256 = sha256;
  }

  /** The id of the hub whose keys these are; `null` where the charter has none. */
  idIn(charter: Charter): string | null {
    return ownHubIn(charter, this.#signer)?.hub.id ?? null;
  }

  /** The signed note, or `null` where nobody would count it. `seconds` is the time of cosigning. */
  sign(charter: Charter, body: CheckpointBody, seconds: number): string | null {
    const hub = signingHubAt(charter, this.#signer, seconds);
    if (hub === null) return null;
    if (this.#made?.name !== hub.name) {
      const signing = new CheckpointSigning(this.#origin, hub, this.#signer, this.#sha256);
      this.#made = { name: hub.name, signing };
    }
    return this.#made.signing.sign(body, seconds);
  }
}
