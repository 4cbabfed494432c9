import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { EVENTS } from '@besure/protocol';
import type { DocumentEventData } from '../back-office.js';
import { Figures } from '../load/figures.js';
import {
  type Matter,
  type Way,
  cloudEventOf,
  issuerOf,
  newDocument,
  newMatter,
  someEvents,
} from '../load/matter.js';
import { Model } from '../load/model.js';
import { type Office, type OpenOffices, openOffices } from '../load/office.js';
import { Random } from '../load/random.js';
import { recordsOf } from '../load/records.js';
import type { Network } from '../network.js';
import { type Errand, PatientOffice } from './patient-office.js';

/** How much load, and where it is remembered. */
export interface SteadyLoadOptions {
  readonly seed: string;
  /** Documents of which something is told, in a second. */
  readonly documentsPerSecond: number;
  /** A line for each event that was acknowledged. */
  readonly journal: string;
}

const OFFICES = 2;
const ANSWER_MILLIS = 5000;
/** Beyond this, back offices have fallen so far behind that nothing new happens to documents. */
const MOST_WAITING = 5000;
const DRAIN_LOOK_MILLIS = 100;
const LONGEST_NAME = 256;

/** Several back offices of each organisation and of the exchange that go on telling what happens to documents, at a steady pace. */
export class SteadyLoad {
  /** What was acknowledged, and how it has to end. */
  readonly model: Model;
  readonly figures = new Figures();
  readonly #options: SteadyLoadOptions;
  readonly #random: Random;
  readonly #exchange: string;
  readonly #open: readonly OpenOffices[];
  readonly #offices: readonly PatientOffice[];
  readonly #journal: number;
  #acknowledged = 0;

  private constructor(network: Network, options: SteadyLoadOptions, open: readonly OpenOffices[]) {
    const { limits, organisations } = network.charter;
    this.#options = options;
    this.#random = new Random(`${options.seed} load`);
    this.#exchange = organisations.find(({ role }) => role === 'exchange')!.id;
    this.model = new Model({
      exchange: this.#exchange,
      toleranceSeconds: limits.agreementToleranceSeconds,
      largestLagSeconds: limits.largestLagSeconds,
    });
    this.#journal = openSync(options.journal, 'a', 0o600);
    this.#open = open;
    this.#offices = open
      .flatMap(({ offices }) => offices)
      .map(
        (office) =>
          new PatientOffice({
            office,
            random: new Random(`${options.seed} ${office.source}`),
            figures: this.figures,
            onAcknowledged: (by, errand) => this.#remember(by, errand),
          }),
      );
  }

  /** Opens the back offices. */
  static async open(network: Network, options: SteadyLoadOptions): Promise<SteadyLoad> {
    const open = await Promise.all(
      network.charter.organisations.map(({ id }) => openOffices(network, id, OFFICES, ANSWER_MILLIS)),
    );
    return new SteadyLoad(network, options, open);
  }

  /** How many events were acknowledged, each once. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** How many errands are not acknowledged yet. */
  get waiting(): number {
    return this.#offices.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /**
   * Goes on until `signal`, then only hands in what is left, for `drainMillis` at most. Rejects where a good event is turned down.
   *
   * @returns how many errands nobody acknowledged
   */
  async run(signal: AbortSignal, drainMillis: number): Promise<number> {
    const closing = new AbortController();
    const offices = Promise.all(
      this.#offices.map(async (office) => {
        try {
          await office.run(closing.signal);
        } catch (error) {
          closing.abort(error);
          throw error;
        }
      }),
    );
    // Its outcome is awaited below, after what goes on meanwhile.
    offices.catch(() => undefined);
    await this.#tellSteadily(AbortSignal.any([signal, closing.signal]));
    for (const until = Date.now() + drainMillis; this.waiting > 0 && Date.now() < until;) {
      if (closing.signal.aborted) break;
      await pause(DRAIN_LOOK_MILLIS);
    }
    closing.abort();
    await offices;
    return this.waiting;
  }

  /** So many documents at once, sent from one organisation and recorded by the exchange. */
  flood(from: string, documents: number): void {
    const sent = EVENTS.find(({ shortName }) => shortName === 'sent')!;
    for (let left = documents; left > 0; left -= 1) {
      const matter = newMatter(this.#random, wordy(newDocument(this.#random, this.#way(from))), sent);
      this.#tell(from, matter);
      this.#tell(this.#exchange, matter);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((one) => one.close()));
    fsyncSync(this.#journal);
    closeSync(this.#journal);
  }

  async #tellSteadily(signal: AbortSignal): Promise<void> {
    const started = performance.now();
    for (let documents = 1; !signal.aborted; documents += 1) {
      if (this.waiting < MOST_WAITING) this.#tellOfOne();
      const due = started + (documents * 1000) / this.#options.documentsPerSecond;
      await pause(Math.max(0, due - performance.now()), undefined, { signal }).catch(() => undefined);
    }
  }

  /** A document goes its way: an organisation states what happened, the exchange records it, or not, or differently. */
  #tellOfOne(): void {
    const document = newDocument(this.#random, this.#way(this.#random.pick(this.#stating())));
    for (const event of someEvents(this.#random, 2)) {
      const matter = newMatter(this.#random, document, event);
      this.#tell(issuerOf(matter), matter);
      for (const record of recordsOf(this.#random, matter, this.#exchange))
        this.#tell(this.#exchange, record);
    }
  }

  #tell(organisation: string, matter: Matter): void {
    const office = this.#random.pick(this.#offices.filter((one) => one.organisation === organisation));
    const errand: Errand = { matter, event: cloudEventOf(matter, office.source, this.#random.hex(10)) };
    // Some do not know any more whether they have told it, and tell it again.
    office.put(errand, ...(this.#random.chance(0.05) ? [errand] : []));
  }

  #way(from: string): Way {
    return { from, to: this.#random.pick(this.#stating()) };
  }

  #stating(): readonly string[] {
    const all = new Set(this.#offices.map(({ organisation }) => organisation));
    return [...all].filter((one) => one !== this.#exchange);
  }

  #remember({ organisation }: Office, { matter, event }: Errand): void {
    const before = this.model.acknowledged(organisation);
    const outcome = this.model.take(organisation, matter, event);
    if (this.model.acknowledged(organisation) === before) return;
    this.#acknowledged += 1;
    const { source, id } = event;
    writeSync(
      this.#journal,
      `${JSON.stringify({ at: new Date().toISOString(), zone: organisation, source, id, outcome })}\n`,
    );
  }
}

/** The same document with names as long as they may be: fewer of them fill a stream. */
function wordy(document: DocumentEventData): DocumentEventData {
  const long = (name: string): string => name.padEnd(LONGEST_NAME, '株');
  const { message, sender, recipient } = document;
  return {
    ...document,
    message: long(message),
    sender: { ...sender, id: long(sender.id) },
    recipient: { ...recipient, id: long(recipient.id) },
  };
}
