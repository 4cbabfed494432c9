import { type Socket, connect } from 'node:net';
import type { IntakeAtWork } from './intake-at-work.js';

/** A client that sends what it likes, as slowly as it likes. */
export class RawClient {
  readonly socket: Socket;
  /** All that came, once the connection is closed from both sides. */
  readonly answer: Promise<string>;

  /** @param to the URL of a service, or a connection to it */
  constructor(to: string | Socket) {
    this.socket = typeof to === 'string' ? connect(Number(new URL(to).port), new URL(to).hostname) : to;
    this.answer = new Promise((resolve) => {
      let text = '';
      this.socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      this.socket.on('error', () => undefined);
      this.socket.on('close', () => {
        resolve(text);
      });
    });
  }

  /** Sends this; resolves when it has left. */
  write(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(data, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}

/** The head of a request with an event, up to where the headers about the body begin. */
export function headOf({ token }: IntakeAtWork, type = 'application/cloudevents+json'): string {
  return `POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: ${type}\r\n`;
}

/** The problem that an answer holds. */
export function problemIn(answer: string): { readonly head: string; readonly body: Record<string, unknown> } {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { head, body: JSON.parse(body) as Record<string, unknown> };
}

/** How many sockets this process holds. */
export function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}
