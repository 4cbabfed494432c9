import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Charter } from '@besure/governance';
import { run } from '../src/run.js';

/** In the place of a hub's rights service: answers by path, and keeps what it was handed in. */
export class AnsweringHub {
  readonly handedIn: string[] = [];
  readonly #answers = new Map<string, { readonly status: number; readonly body: unknown }>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void bodyOf(request).then((text) => {
        if (text !== '') this.handedIn.push(text);
        const { status, body } = this.#answers.get(request.url ?? '') ?? { status: 404, body: {} };
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  }

  /** Listens on a free port. */
  static async start(): Promise<AnsweringHub> {
    const hub = new AnsweringHub();
    await new Promise<void>((resolve) => hub.#server.listen(0, '127.0.0.1', resolve));
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What it answers at a path from now on; a text as it is. */
  answer(path: string, body: unknown, status = 200): void {
    this.#answers.set(path, { status, body });
  }

  /** Forgets what it answers and what it was handed in. */
  forget(): void {
    this.#answers.clear();
    this.handedIn.length = 0;
  }

  stop(): void {
    this.#server.close();
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** Runs `./besure rights`. */
export async function besureRights(
  ...args: string[]
): Promise<{ readonly status: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  const status = await run(['rights', ...args], {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    coloured: false,
    width: null,
  });
  return { status, out, err };
}

/** The charter of the vectors, with a seat of ours in the hands of its first member. */
export function charterWith(key: string): Charter {
  const path = join(import.meta.dirname, '../../../vectors/charter/valid/central.json');
  const { text } = JSON.parse(readFileSync(path, 'utf8')) as { text: string };
  const value = JSON.parse(text) as { organisations: { id: string; seats: object[] }[] };
  value.organisations.find(({ id }) => id === 'alpha')!.seats = [{ key, from: 0, until: null }];
  return value as unknown as Charter;
}
