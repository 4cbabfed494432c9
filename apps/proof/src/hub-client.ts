import { keyOutputOf, parseTransaction, streamCreationOf, streamEntity, txidOf } from '@besure/ledger-tx';
import {
  type LedgerOutput,
  SUBJECTS,
  type Sha256,
  type SubmitResult,
  decodeHex,
  encodeHex,
  equalBytes,
  parseOutputsAnswer,
  parseSubmitAnswer,
} from '@besure/protocol';
import { ProofError } from './error.js';
import type { Spendable } from './slot-chain.js';

/** One request to one hub. Rejects where the hub does not answer in time. */
export type HubRequest = (subject: string, payload: object) => Promise<unknown>;

/** The outputs of the member's address, oldest final one first, and the stream to write to. */
export interface LedgerView {
  readonly outputs: readonly Spendable[];
  readonly streamEntity: Uint8Array;
}

/** What a {@link HubClient} needs to know. */
export interface HubClientOptions {
  readonly organisation: string;
  readonly address: string;
  readonly keyHash: Uint8Array;
  readonly stream: string;
  readonly finalDepth: number;
  readonly hubs: readonly HubRequest[];
  readonly sha256: Sha256;
}

/** The stream that most of these views tell, of several the first; null where there is no view. */
export function mostTold(views: readonly LedgerView[]): Uint8Array | null {
  const times = (told: Uint8Array): number =>
    views.filter((view) => equalBytes(view.streamEntity, told)).length;
  const [most] = views.toSorted((a, b) => times(b.streamEntity) - times(a.streamEntity));
  return most?.streamEntity ?? null;
}

/**
 * Talks to the hubs of the charter, one after the other until one answers, and stays with that one. Nothing that a hub says is believed that can
 * be recomputed: txids and scripts come from the raw transactions. A hub that lies can delay, which a hub always can, until the caller turns
 * to the next.
 */
export class HubClient {
  readonly #options: HubClientOptions;
  #first = 0;

  constructor(options: HubClientOptions) {
    this.#options = options;
  }

  /** How many hubs there are to turn to. */
  get hubs(): number {
    return this.#options.hubs.length;
  }

  /** From now on the next hub is asked first: what this one was given has not appeared, or it refuses what it should take. */
  turnToNext(): void {
    this.#first = (this.#first + 1) % this.hubs;
  }

  /** The places of all hubs, the one that is asked first before the others. */
  places(): number[] {
    return this.#options.hubs.map((_, i) => (this.#first + i) % this.hubs);
  }

  /** From now on the hub of this place is asked first. */
  turnTo(place: number): void {
    this.#first = place;
  }

  /** Hands over raw transactions (hex), in order; a result each. Throws ProofError `hub-unreachable`. */
  submit(transactions: readonly string[]): Promise<SubmitResult[]> {
    return this.#ask((place) => this.submitTo(place, transactions));
  }

  /** Hands them to one hub and to no other. Rejects where it gives no usable answer. */
  async submitTo(place: number, transactions: readonly string[]): Promise<SubmitResult[]> {
    const { organisation, sha256 } = this.#options;
    const answer = await this.#request(place, SUBJECTS.submit(organisation), { transactions });
    const results = parseSubmitAnswer(answer, transactions.length);
    for (const [i, result] of results.entries()) {
      if ('txid' in result && result.txid !== txidOf(decodeHex(transactions[i]!), sha256)) {
        throw new ProofError('hub-lies', 'the hub says that it took another transaction');
      }
    }
    return results;
  }

  /**
   * What the member can spend, and the stream that most hubs tell: anyone can make a transaction that creates a stream of that name. All hubs are
   * asked. Throws ProofError `hub-unreachable`.
   */
  async outputs(): Promise<LedgerView> {
    const answers = await Promise.allSettled(this.places().map((place) => this.outputsAt(place)));
    const views = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    const told = mostTold(views);
    if (told === null) throw new ProofError('hub-unreachable', 'no hub gave a usable answer');
    const agreeing = views.filter((view) => equalBytes(view.streamEntity, told));
    return { outputs: agreeing.flatMap(({ outputs }) => outputs), streamEntity: told };
  }

  /** What one hub shows, and no other. Rejects where it gives no usable answer. */
  async outputsAt(place: number): Promise<LedgerView> {
    const { organisation, address } = this.#options;
    const answer = await this.#request(place, SUBJECTS.outputs(organisation), { address });
    const { outputs, streams } = parseOutputsAnswer(answer);
    return { outputs: this.#spendable(outputs), streamEntity: this.#streamEntity(streams.proofs.raw) };
  }

  #spendable(answers: readonly LedgerOutput[]): Spendable[] {
    const { finalDepth, keyHash, sha256 } = this.#options;
    return answers
      .filter((answer) => answer.confirmations >= finalDepth)
      .toSorted((a, b) => b.confirmations - a.confirmations || a.vout - b.vout)
      .flatMap((answer): Spendable[] => {
        const { raw } = answer;
        const output = parseTransaction(raw).outputs[answer.vout];
        const paidTo = output && keyOutputOf(output.script)?.keyHash;
        if (!paidTo || !equalBytes(paidTo, keyHash) || txidOf(raw, sha256) !== answer.txid) {
          throw new ProofError('hub-lies', `output ${answer.txid}:${answer.vout} is not what the hub says`);
        }
        return [{ txid: answer.txid, vout: answer.vout, script: encodeHex(output.script) }];
      });
  }

  #streamEntity(raw: Uint8Array): Uint8Array {
    const { stream, sha256 } = this.#options;
    const created = parseTransaction(raw).outputs.map((output) => streamCreationOf(output.script)?.name);
    if (!created.includes(stream)) {
      throw new ProofError('hub-lies', `the transaction does not create the stream ${stream}`);
    }
    return streamEntity(txidOf(raw, sha256));
  }

  async #request(place: number, subject: string, payload: object): Promise<unknown> {
    const hub = this.#options.hubs[place];
    if (hub === undefined) throw new RangeError(`there is no hub ${place}`);
    return hub(subject, payload);
  }

  async #ask<T>(ask: (place: number) => Promise<T>): Promise<T> {
    let cause: unknown;
    for (const place of this.places()) {
      try {
        const found = await ask(place);
        this.#first = place;
        return found;
      } catch (error) {
        cause = error;
      }
    }
    throw new ProofError('hub-unreachable', 'no hub gave a usable answer', { cause });
  }
}
