import { createHmac } from 'node:crypto';
import { Worker } from '@besure/event-store';
import type { BoardView } from '../rights-view.js';
import { type Notice, noticesOf } from './notice.js';

/** What telling somebody by HTTP needs. */
export interface WebhookOptions {
  readonly url: string;
  /** For the signature; nothing is signed without it. */
  readonly secret: Uint8Array | null;
  /** `source` of the events: who tells. */
  readonly source: string;
  readonly view: () => BoardView | null;
  readonly everyMillis: number;
  readonly onFailure: (error: unknown, failuresInARow: number) => void;
}

/** What is older than so many blocks at the start was told by the process before. */
const TOLD_BLOCKS = 1_000;
const DEADLINE_MILLIS = 10_000;

/**
 * Tells a receiver of each notice, the oldest first, until it answers 2xx: a CloudEvent (structured mode) as the body, and headers of Standard Webhooks.
 * Nothing is kept: after a start everything that is open or of the last thousand blocks is told again, under the same id.
 */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #worker: Worker;
  readonly #told = new Set<string>();
  #from: number | null = null;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#worker = new Worker({
      round: () => this.#round(),
      restMillis: options.everyMillis,
      backoff: { firstMillis: 500, largestMillis: 60_000 },
      onFailure: options.onFailure,
    });
  }

  /** Starts in the background. */
  start(): void {
    this.#worker.start();
  }

  /** There may be something to tell. */
  wake(): void {
    this.#worker.wake();
  }

  /** Stops after the request under way. */
  stop(): Promise<void> {
    return this.#worker.stop();
  }

  async #round(): Promise<boolean> {
    const view = this.#options.view();
    if (view === null) return false;
    this.#from ??= view.ledger.height - TOLD_BLOCKS;
    const next = noticesOf(view).find(
      ({ id, height, waitsFor }) => !this.#told.has(id) && (height >= this.#from! || waitsFor.length > 0),
    );
    if (next === undefined) return false;
    await this.#tell(next);
    this.#told.add(next.id);
    return true;
  }

  async #tell(notice: Notice): Promise<void> {
    const { url, secret, source } = this.#options;
    const { id, time, proposal, ...data } = notice;
    const body = JSON.stringify({
      specversion: '1.0',
      id,
      source,
      type: `be.besure.rights.proposal.${notice.status}.v1`,
      subject: proposal,
      time: new Date(time * 1000).toISOString(),
      datacontenttype: 'application/json',
      data: { proposal, ...data },
    });
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json', ...webhookHeaders(id, body, secret) },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(DEADLINE_MILLIS),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the receiver of notices answers ${response.status}`);
  }
}

/** The headers of Standard Webhooks 1.0; the signature is HMAC-SHA256 over id, time and body, with dots between them. */
function webhookHeaders(id: string, body: string, secret: Uint8Array | null): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1000).toString();
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secret === null) return headers;
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}
