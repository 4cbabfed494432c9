import type { Hub } from '@besure/governance';
import type { CheckpointSigner, MessageSigner } from '@besure/keys';
import {
  type CheckpointBody,
  formatCheckpoint,
  NO_TIME,
  noteKey,
  type NoteKey,
  type NoteKeyType,
  type Sha256,
  signCheckpoint,
} from '@besure/protocol';

interface SigningKey {
  readonly key: NoteKey;
  readonly signer: MessageSigner;
  readonly hasTime: boolean;
}

/**
 * A hub signs a checkpoint twice: as the log, under its origin, which says nothing about time, and as a witness under its own name, which says
 * "I had derived this from my own node by then". ML-DSA-44 counts, the Ed25519 lines are for existing tools.
 */
export class CheckpointSigning {
  readonly #keys: readonly SigningKey[];

  constructor(origin: string, hub: Hub, { log, witness }: CheckpointSigner, sha256: Sha256) {
    const make = (type: NoteKeyType, name: string, signer: MessageSigner, hasTime: boolean): SigningKey => ({
      key: noteKey(type, name, signer.publicKey, sha256),
      signer,
      hasTime,
    });
    this.#keys = [
      make('ml-dsa-44', origin, log.mlDsa44, false),
      make('ed25519-log', origin, log.ed25519, false),
      make('ml-dsa-44', hub.name, witness.mlDsa44, true),
      make('ed25519-cosignature', hub.name, witness.ed25519, true),
    ];
  }

  /** The signed note. `seconds` is the time of cosigning. */
  sign(body: CheckpointBody, seconds: number): string {
    const lines = this.#keys.map(({ key, signer, hasTime }) =>
      signCheckpoint(key, body, hasTime ? seconds : NO_TIME, (message) => signer.sign(message)),
    );
    return formatCheckpoint(body, lines);
  }
}
