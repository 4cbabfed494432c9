import { LogStoreError, type PendingSource } from '@besure/log-store';
import type { Cosigner } from './cosigner.js';
import type { CheckpointReader } from './seen-checkpoint.js';

/** What looking for own signatures needs. */
export interface OwnSignaturesOptions {
  /** All hubs. */
  readonly sources: readonly PendingSource[];
  readonly reader: CheckpointReader;
  readonly cosigner: Cosigner;
}

/**
 * Looks once after a start for how far this archive has cosigned already: on what all hubs show, published and pending. A database that was restored from a
 * backup does not know of signatures that have left since, and would go backwards.
 */
export class OwnSignatures {
  readonly #options: OwnSignaturesOptions;
  #looking: Promise<void> | null = null;

  constructor(options: OwnSignaturesOptions) {
    this.#options = options;
  }

  /** Resolves when it has looked. Throws where no hub answers; then the next call looks again. */
  recall(): Promise<void> {
    this.#looking ??= this.#look().catch((error: unknown) => {
      this.#looking = null;
      throw error;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { sources, reader, cosigner } = this.#options;
    if (!cosigner.isWitness) return;
    const shown = await Promise.all(sources.map(notesOf));
    if (shown.every((notes) => notes === null)) {
      throw new LogStoreError('unreachable', 'no hub shows how far this archive has cosigned');
    }
    const seen = shown.flatMap((notes) => notes ?? []).map((note) => reader.tryRead(note));
    await cosigner.recall(seen.filter((one) => one !== null));
  }
}

/** All checkpoints that a hub shows; null where it does not answer. A silent hub holds up no other. */
async function notesOf(source: PendingSource): Promise<string[] | null> {
  const [pending, published] = await Promise.allSettled([source.pending(), source.checkpoint()]);
  if (pending.status === 'rejected') return published.status === 'fulfilled' ? [published.value] : null;
  return [...pending.value.checkpoints, ...(published.status === 'fulfilled' ? [published.value] : [])];
}
