import type { CloudEvent } from '../back-office.js';
import { type Answer, codeOf } from './doors.js';
import { type Expected, TAKEN, refused } from './faults.js';
import type { Figures } from './figures.js';

/** An answer that is not the one that had to come. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
}

/** An element of a batch, and what becomes of it. */
export interface Element {
  readonly event: CloudEvent | string;
  readonly expected: Expected;
}

/** Asks, counts, and throws where an answer is not the one that was expected. */
export class Asker {
  readonly #name: () => string;
  readonly #figures: Figures;

  /** @param name says in messages who asks, and where in its sequence */
  constructor(name: () => string, figures: Figures) {
    this.#name = name;
    this.#figures = figures;
  }

  /** Asks about one event, or with something that is none. */
  async ask(what: string, expected: Expected, send: () => Promise<Answer>): Promise<void> {
    this.#compare(what, expected, await this.#answer(what, expected, send));
    this.count(expected);
  }

  /** Hands in a batch: the answer is about each element, and about all of them. */
  async askBatch(elements: readonly Element[], send: () => Promise<Answer>): Promise<void> {
    const good = elements.filter(({ expected }) => expected.status === 202);
    const expected: Expected =
      good.length === 0
        ? refused(422, 'nothing-accepted')
        : { ...TAKEN, replayed: good.every((one) => one.expected.replayed === true) };
    const answer = await this.#answer('a batch', expected, send);
    this.#compare('a batch', expected, answer);
    const results = answer.body['results'] as Answer['body'][];
    if (results.length !== elements.length) this.fail('a batch', expected, `${results.length} results`);
    elements.forEach((element, index) => {
      const result = results[index]!;
      const isGood = result['status'] === 'accepted';
      this.#compare(`element ${index} of a batch`, element.expected, {
        status: isGood ? 202 : Number(result['status']),
        code: isGood ? null : codeOf(result),
        // The answer to a batch does not say it of each.
        replayed: element.expected.replayed === true,
        body: result,
      });
      this.count(element.expected);
    });
  }

  /** Asks twice at the same time with the same event: whichever is first is taken, the other one is a repeat. */
  async askAtOnce(sends: readonly [() => Promise<Answer>, () => Promise<Answer>]): Promise<void> {
    const what = 'the same event at once';
    const answers = await Promise.all(sends.map((send) => this.#answer(what, TAKEN, send)));
    const [first, second] = answers.toSorted((a, b) => Number(a.replayed) - Number(b.replayed));
    const repeat = { ...TAKEN, replayed: true };
    this.#compare(what, TAKEN, first!);
    this.#compare(what, repeat, second!);
    this.count(TAKEN);
    this.count(repeat);
  }

  /** Counts an answer that came as expected. */
  count({ code, replayed }: Expected): void {
    this.#figures.count(code ?? (replayed === true ? 'replayed' : 'accepted'));
  }

  /** Gives up. */
  fail(what: string, expected: Expected, got: string): never {
    throw new UnexpectedAnswerError(
      `${this.#name()}, ${what}: expected ${JSON.stringify(expected)}, got ${got}`,
    );
  }

  async #answer(what: string, expected: Expected, send: () => Promise<Answer>): Promise<Answer> {
    try {
      return await send();
    } catch (error) {
      this.fail(what, expected, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
  }

  #compare(what: string, { status, code, replayed = false, field, ...rest }: Expected, answer: Answer): void {
    const told = answer.body['field'];
    const isRight =
      answer.status === status &&
      answer.code === code &&
      (replayed === 'any' || answer.replayed === replayed) &&
      (field === undefined || (typeof told === 'string' && `${told}.`.startsWith(`${field}.`))) &&
      (code === null || typeof answer.body['title'] === 'string');
    if (isRight) return;
    const expected: Expected = { status, code, replayed, ...(field !== undefined && { field }), ...rest };
    this.fail(what, expected, JSON.stringify(answer).slice(0, 1000));
  }
}
