import { handleEvents, type Reader } from './consumer-reader.js';
import {
  endDeadLetter,
  readDeadLetters,
  type DeadLetter,
  type DeadLetterChoice,
  type DeadLetterEnd,
} from './dead-letter.js';
import { EventStoreError } from './error.js';
import type { EventStore } from './event-store.js';
import type { Tx } from './transaction.js';

/** What an operator needs: the readers that the service itself has. */
export interface DeadLettersOptions {
  readonly store: EventStore;
  readonly readers: readonly Reader[];
}

/**
 * The dead letters of one schema, in the hands of an operator.
 *
 * Each act is one transaction that locks the checkpoint of the source, so it takes turns with the consumers that run. A letter ends once, replayed
 * or discarded; who, when and why stays for ever. Whoever ends one has looked: what counts as a row of failures begins anew.
 */
export class DeadLetters {
  readonly #store: EventStore;
  readonly #readers: ReadonlyMap<string, Reader>;

  constructor({ store, readers }: DeadLettersOptions) {
    this.#store = store;
    this.#readers = new Map(readers.map((reader) => [reader.source, reader]));
  }

  /** Dead letters in the order of their events, source by source: in which they are to be replayed. */
  async list(choice: DeadLetterChoice): Promise<DeadLetter[]> {
    return this.#store.transaction((tx) => readDeadLetters(tx, this.#store.schema, choice));
  }

  /**
   * Gives the event to its handler again, as if it came now.
   *
   * @throws EventStoreError `no-dead-letter`, `dead-letter-ended`, `no-reader`
   * @throws whatever the handler throws: the letter waits on
   */
  async replay(id: number, by: string): Promise<void> {
    await this.#end(id, { ending: 'replayed', why: null, by }, async (tx, reader, { event }) => {
      await handleEvents(reader, tx, [event]);
    });
  }

  /**
   * Gives the event up.
   *
   * @param force also where nobody would learn of it but from the row that stays here: a letter that nothing can be made of must not wait for ever
   * @throws EventStoreError `no-dead-letter`, `dead-letter-ended`, `no-reader`; `not-discardable` where it is not forced
   */
  async discard(id: number, why: string, by: string, force = false): Promise<void> {
    await this.#end(id, { ending: 'discarded', why, by }, async (tx, reader, { event }) => {
      try {
        if (reader.discarded === undefined) {
          throw new EventStoreError(
            'not-discardable',
            `what comes from ${reader.source} can only be replayed`,
          );
        }
        await reader.discarded(tx, event, why);
      } catch (error) {
        const isForced = force && error instanceof EventStoreError && error.code === 'not-discardable';
        if (!isForced) throw error;
      }
    });
  }

  async #end(
    id: number,
    end: Omit<DeadLetterEnd, 'at'>,
    effect: (tx: Tx, reader: Reader, letter: DeadLetter) => Promise<void>,
  ): Promise<void> {
    const { schema } = this.#store;
    await this.#store.transaction(async (tx) => {
      const [found] = await readDeadLetters(tx, schema, [id]);
      if (found === undefined) throw new EventStoreError('no-dead-letter', `there is no dead letter ${id}`);
      await tx.query(`UPDATE ${schema}.checkpoint SET dead_in_a_row = 0 WHERE source = $1`, [found.source]);
      // Once more, under the lock: somebody else may have ended it meanwhile.
      const [letter] = await readDeadLetters(tx, schema, [id]);
      if (letter === undefined || letter.end !== null) {
        throw new EventStoreError('dead-letter-ended', `dead letter ${id} was ${letter?.end?.ending} before`);
      }
      const reader = this.#readers.get(letter.source);
      if (reader === undefined) throw new EventStoreError('no-reader', `nothing here reads ${letter.source}`);
      await effect(tx, reader, letter);
      await endDeadLetter(tx, schema, id, end);
    });
  }
}
