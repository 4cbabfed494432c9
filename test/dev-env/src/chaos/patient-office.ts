import { setTimeout as pause } from 'node:timers/promises';
import { type Backoff, pauseAfter } from '@besure/event-store';
import type { CloudEvent } from '../back-office.js';
import { UnexpectedAnswerError } from '../load/asker.js';
import { signed } from '../load/bad-requests.js';
import { type Answer, type Letter, codeOf } from '../load/doors.js';
import type { Figures } from '../load/figures.js';
import { batch, binary, structured } from '../load/letters.js';
import type { Matter } from '../load/matter.js';
import type { Office } from '../load/office.js';
import type { Random } from '../load/random.js';

/** Something that a back office has to tell, until it is acknowledged. */
export interface Errand {
  readonly matter: Matter;
  readonly event: CloudEvent;
}

/** What a patient office needs. */
export interface PatientOfficeOptions {
  readonly office: Office;
  readonly random: Random;
  /** Counts answers, and what was none. */
  readonly figures: Figures;
  /** Told of each errand that was acknowledged, before anything else is sent. */
  readonly onAcknowledged: (office: Office, errand: Errand) => void;
  /** Pauses after failures; 50 ms to 1 s without it. */
  readonly backoff?: Backoff;
}

/** A back office hands in so many at once when it has fallen behind. */
const MOST_IN_BATCH = 100;
const BACKOFF: Backoff = { firstMillis: 50, largestMillis: 1000 };
/** "Later": what a good client sends again, as it was. */
const LATER: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** A clock over there that is behind: what happened now has not happened for it yet. */
const FUTURE = 'time-in-future';

/** A back office with an outbox: what is in it is sent again, the same, until it is acknowledged, whatever happens on the way. */
export class PatientOffice {
  readonly #options: PatientOfficeOptions;
  readonly #outbox: Errand[] = [];
  #wake: () => void = () => undefined;

  constructor(options: PatientOfficeOptions) {
    this.#options = options;
  }

  get organisation(): string {
    return this.#options.office.organisation;
  }

  get source(): string {
    return this.#options.office.source;
  }

  /** How much is not acknowledged yet. */
  get waiting(): number {
    return this.#outbox.length;
  }

  /** Takes errands on. */
  put(...errands: readonly Errand[]): void {
    this.#outbox.push(...errands);
    this.#wake();
  }

  /** Works until the signal. Rejects with UnexpectedAnswerError where an errand is turned down for good. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    let failures = 0;
    while (!signal.aborted) {
      if (this.#outbox.length === 0) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      failures = (await this.#send()) ? 0 : failures + 1;
      if (failures === 0) continue;
      const millis = pauseAfter(this.#options.backoff ?? BACKOFF, failures);
      await pause(millis, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Hands in what has waited longest. @returns whether any of it was taken */
  async #send(): Promise<boolean> {
    const { office, random, figures } = this.#options;
    const errands = this.#outbox.slice(0, MOST_IN_BATCH);
    const [first] = errands;
    const isBatch = errands.length > 1;
    const letter = isBatch ? batch(errands.map(({ event }) => event)) : this.#letter(first!.event);
    // The bus takes no binary mode.
    const byBus = letter.headers.length === 1 && random.chance(0.3);
    let answer: Answer;
    try {
      answer = await (byBus ? office.bus : office.http).post(signed(office, letter));
    } catch {
      figures.count('no answer');
      return false;
    }
    const taken = isBatch ? this.#takenOf(errands, answer) : this.#isTaken(first!, answer) ? [first!] : [];
    for (const errand of taken) this.#options.onAcknowledged(office, errand);
    const done = new Set(taken);
    const rest = this.#outbox.splice(0, errands.length).filter((errand) => !done.has(errand));
    this.#outbox.unshift(...rest);
    return taken.length > 0;
  }

  #letter(event: CloudEvent): Letter {
    return this.#options.random.chance(0.2) ? binary(event) : structured(event);
  }

  #takenOf(errands: readonly Errand[], answer: Answer): Errand[] {
    const results = answer.body['results'] as Answer['body'][] | undefined;
    if (results === undefined) {
      this.#isTaken(errands[0]!, answer);
      return [];
    }
    if (results.length !== errands.length) this.#fail(errands[0]!, answer);
    return errands.filter((errand, at) => {
      const result = results[at]!;
      const isGood = result['status'] === 'accepted';
      return this.#isTaken(errand, {
        status: isGood ? 202 : Number(result['status']),
        code: isGood ? null : codeOf(result),
        replayed: false,
        body: result,
      });
    });
  }

  /** Whether it was acknowledged; where not, it can be later. */
  #isTaken(errand: Errand, answer: Answer): boolean {
    const { status, code } = answer;
    this.#options.figures.count(code ?? (answer.replayed ? 'replayed' : 'accepted'));
    if (status === 202) return true;
    if (LATER.has(status) || code === FUTURE) return false;
    return this.#fail(errand, answer);
  }

  #fail({ event }: Errand, answer: Answer): never {
    throw new UnexpectedAnswerError(
      `${this.organisation}, ${event.id}: ${JSON.stringify(answer).slice(0, 1000)} to an event that is as it must be`,
    );
  }
}
