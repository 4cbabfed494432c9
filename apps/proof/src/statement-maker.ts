import { type FactsVault, type StatementSigner, randomPiece } from '@besure/keys';
import {
  CLAIM_NAMES,
  type Claims,
  type Sha256,
  attachSignature,
  encodeOpenings,
  prepareStatement,
} from '@besure/protocol';

/** A statement, signed, with its openings sealed under a key of their own. */
export interface MadeStatement {
  readonly id: string;
  readonly jws: string;
  readonly openings: Uint8Array;
  readonly openingsKey: Uint8Array;
  /** What is sealed there. */
  readonly disclosures: readonly string[];
}

const SALT_BYTES = 16;

/** What a {@link StatementMaker} needs. */
export interface StatementMakerOptions {
  readonly issuer: string;
  readonly signer: StatementSigner;
  readonly vault: FactsVault;
  readonly sha256: Sha256;
}

/**
 * Makes statements of an organisation. What it returns is signed already, but leaves the process only after the caller has
 * committed it: a signature that a crash loses was never seen by anyone.
 */
export class StatementMaker {
  readonly #options: StatementMakerOptions;

  constructor(options: StatementMakerOptions) {
    this.#options = options;
  }

  /** @param iat the start of the current slot in whole seconds: the same for all statements of the slot, so it tells no order */
  make(claims: Claims, iat: number): MadeStatement {
    const { issuer, signer, vault, sha256 } = this.#options;
    const salts = CLAIM_NAMES.map(() => randomPiece(SALT_BYTES));
    const prepared = prepareStatement(
      { claims, issuer, iat, certificates: signer.certificates, salts },
      sha256,
    );
    const jws = attachSignature(prepared.signingInput, signer.sign(prepared.signingInput));
    const sealed = vault.seal(encodeOpenings(prepared.disclosures));
    return {
      id: prepared.id,
      jws,
      openings: sealed.ciphertext,
      openingsKey: sealed.wrappedKey,
      disclosures: prepared.disclosures,
    };
  }
}
