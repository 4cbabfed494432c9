import type { LedgerSigner, StatementSigner } from '@besure/keys';
import { ProofError } from './error.js';
import {
  type BoardView,
  type KeysHeld,
  type KeyStanding,
  ledgerKeyStanding,
  publishesSince,
  signingKeyStanding,
} from './key-standing.js';

/** Which of the two keys. */
export type KeyKind = 'signing' | 'ledger';

/** What {@link OwnKeys} needs. */
export interface OwnKeysOptions extends Omit<KeysHeld, 'signingKey'> {
  /** What the board has decided and has before it, as far as this service has read it. */
  readonly board: () => BoardView;
  readonly statementSigner: StatementSigner;
  readonly ledgerSigner: LedgerSigner;
  /** Told how a key stands, at first and each time that has changed. */
  readonly onStanding: (kind: KeyKind, standing: KeyStanding, before: KeyStanding | null) => void;
}

/**
 * The keys of this organisation, which sign nothing while they are not in force by the charter that is followed: what they signed then would be evidence that
 * nobody accepts. Whoever needs one holds until it is.
 */
export class OwnKeys {
  readonly #options: OwnKeysOptions;
  readonly #held: KeysHeld;
  readonly #standings = new Map<KeyKind, KeyStanding>();
  readonly #waiting = new Set<() => void>();

  constructor(options: OwnKeysOptions) {
    this.#options = options;
    this.#held = { ...options, signingKey: options.statementSigner.publicKey };
  }

  get signing(): KeyStanding {
    return signingKeyStanding(this.#held, this.#options.board());
  }

  get ledger(): KeyStanding {
    return ledgerKeyStanding(this.#held, this.#options.board());
  }

  /** Since which height the ledger key publishes without a break; null where it does not. */
  get publishesSince(): number | null {
    return publishesSince(this.#held, this.#options.board());
  }

  /** Signs statements and countersignatures. What it throws is retryable: nothing is wrong with what was to be signed. */
  get statementSigner(): StatementSigner {
    const { statementSigner: signer } = this.#options;
    return {
      certificates: signer.certificates,
      publicKey: signer.publicKey,
      sign: (input) => {
        assertInForce('signing', this.signing);
        return signer.sign(input);
      },
    };
  }

  /** Signs transactions. */
  get ledgerSigner(): LedgerSigner {
    const { ledgerSigner: signer } = this.#options;
    return {
      publicKey: signer.publicKey,
      sign: (digest) => {
        assertInForce('ledger', this.ledger);
        return signer.sign(digest);
      },
    };
  }

  /** Looks again at what the board has said: tells what has changed, and lets those go on who wait for the signing key. */
  look(): void {
    for (const kind of ['signing', 'ledger'] as const) {
      const standing = this[kind];
      const before = this.#standings.get(kind) ?? null;
      if (standing === before) continue;
      this.#standings.set(kind, standing);
      this.#options.onStanding(kind, standing, before);
    }
    if (this.signing !== 'in-force') return;
    for (const goOn of this.#waiting) goOn();
    this.#waiting.clear();
  }

  /** Resolves once the signing key is in force, or `stopping` says that nobody waits any more. */
  async untilSigning(stopping: AbortSignal): Promise<void> {
    if (this.signing === 'in-force' || stopping.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    stopping.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    this.#waiting.delete(resolve);
  }
}

function assertInForce(kind: KeyKind, standing: KeyStanding): void {
  if (standing !== 'in-force')
    throw new ProofError('key-not-in-force', `the ${kind} key is not in force: ${standing}`);
}
