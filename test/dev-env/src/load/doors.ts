import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Bus, requestBytes } from '@besure/messaging';
import { SUBJECTS } from '@besure/protocol';

/** An answer of intake, by whatever door. */
export interface Answer {
  readonly status: number;
  /** The code of a problem; null where it is none. */
  readonly code: string | null;
  readonly replayed: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What is handed in: bytes with headers, by names and values in turn, because one may come twice. */
export interface Letter {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

const ANSWER_MILLIS = 60_000;
const SLOW_PIECES = 6;
const SLOW_MILLIS = 150;

/** The door of an intake over HTTP. What a client of flesh and blood does: slow ones, and those that hang up. */
export class HttpDoor {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #answerMillis: number;

  /**
   * @param intake where it listens
   * @param answerMillis how long an answer is waited for
   */
  constructor(intake: string, answerMillis = ANSWER_MILLIS) {
    this.#url = `${intake}/v1/events`;
    this.#answerMillis = answerMillis;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Sends and waits for the answer. A connection that the server closed while it was idle is opened anew, as clients do. */
  async post(letter: Letter): Promise<Answer> {
    for (;;) {
      const sent = this.#open(letter, this.#agent, letter.body.length);
      sent.end(letter.body);
      try {
        return await answerOf(sent);
      } catch (error) {
        if (!sent.reusedSocket || (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
      }
    }
  }

  /** Sends the body in pieces, with pauses. */
  async postSlowly(letter: Letter): Promise<Answer> {
    const sent = this.#open(letter, false);
    const answer = answerOf(sent);
    const size = Math.ceil(letter.body.length / SLOW_PIECES);
    for (let from = 0; from < letter.body.length; from += size) {
      sent.write(letter.body.subarray(from, from + size));
      await pause(SLOW_MILLIS);
    }
    sent.end();
    return answer;
  }

  /** Announces so many bytes and sends one: for what is refused before it is read. */
  async announce(letter: Letter, bytes: number): Promise<Answer> {
    const sent = this.#open(letter, false, bytes);
    sent.write('[');
    try {
      return await answerOf(sent);
    } finally {
      sent.destroy();
    }
  }

  /** Hangs up after so many bytes of the body. */
  async hangUp(letter: Letter, after: number): Promise<void> {
    const sent = this.#open(letter, false, letter.body.length);
    const closed = new Promise<void>((resolve) => sent.once('close', resolve));
    // Hanging up is an error to the client's own library; the answer may even have come by then.
    sent.on('error', () => undefined).on('response', (answer) => answer.resume());
    sent.write(letter.body.subarray(0, after), () => sent.destroy());
    await closed;
  }

  /** Without a length the body goes in chunks. */
  #open({ headers }: Letter, agent: Agent | false, length?: number): ClientRequest {
    const { host } = new URL(this.#url);
    const all = ['host', host, ...headers.flat()];
    if (length !== undefined) all.push('content-length', String(length));
    return request(this.#url, { method: 'POST', agent, headers: all, timeout: this.#answerMillis });
  }
}

/** The door of an intake on the bus of its zone. */
export class BusDoor {
  readonly #bus: Bus;
  readonly #answerMillis: number;

  /** @param answerMillis how long an answer is waited for */
  constructor(bus: Bus, answerMillis = ANSWER_MILLIS) {
    this.#bus = bus;
    this.#answerMillis = answerMillis;
  }

  async post({ headers, body }: Letter): Promise<Answer> {
    const answer = await requestBytes(
      this.#bus,
      SUBJECTS.intake,
      { data: body, headers: Object.fromEntries(headers) },
      { timeoutMillis: this.#answerMillis },
    );
    const read = JSON.parse(Buffer.from(answer.data).toString()) as Answer['body'];
    const isProblem = answer.header('content-type') === 'application/problem+json';
    return {
      status: isProblem ? Number(read['status']) : 202,
      code: isProblem ? codeOf(read) : null,
      replayed: answer.header('idempotent-replay') === 'true',
      body: read,
    };
  }
}

/** The code in a problem's type. */
export function codeOf({ type }: Answer['body']): string {
  return typeof type === 'string' ? type.replace(/^urn:besure:problem:/, '') : 'no type';
}

function answerOf(sent: ClientRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    sent.once('error', reject);
    sent.once('timeout', () => sent.destroy(new Error('no answer')));
    sent.once('response', (answer: IncomingMessage) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.once('error', reject);
      answer.once('end', () => {
        const text = Buffer.concat(pieces).toString();
        const type = answer.headers['content-type'] ?? '';
        if (!/^application\/(?:problem\+)?json/.test(type)) {
          reject(new Error(`HTTP ${answer.statusCode ?? 0} with ${type}: ${text.slice(0, 200)}`));
          return;
        }
        const body = JSON.parse(text) as Answer['body'];
        const isProblem = type.startsWith('application/problem+json');
        resolve({
          status: answer.statusCode ?? 0,
          code: isProblem ? codeOf(body) : null,
          replayed: answer.headers['idempotent-replay'] === 'true',
          body,
        });
      });
    });
  });
}
