import type { ShortName } from '@besure/protocol';

/** The data of a document event, as a back office sends it. */
export interface DocumentEventData {
  readonly message: string;
  readonly sender: { readonly scheme: string; readonly id: string; readonly organisation: string };
  readonly recipient: { readonly scheme: string; readonly id: string; readonly organisation: string };
  readonly document: {
    readonly mediaType: string;
    readonly size: number;
    readonly sha256: string;
    readonly sha3_512: string;
  };
  readonly reason?: string;
  readonly corrects?: string;
  /** The event's URI, where events of its kind have no type of their own. */
  readonly event?: string;
}

/** A CloudEvent about a document. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: DocumentEventData;
}

/** How an event stands, as `intake` tells it. */
export interface EventStatus {
  readonly state: string;
  readonly evidence: string | null;
  readonly disputed: boolean;
  /** Why it became one-sided. */
  readonly why: string | null;
  readonly at: Readonly<Record<string, string>>;
}

/** An event as a look-up shows it: under the names that its sender gave it. */
export interface FoundEvent extends EventStatus {
  readonly source: string;
  readonly id: string;
}

/** An answer that is not the one that was asked for; `status` is the HTTP status, `problem` the body (RFC 9457). */
export class RefusedError extends Error {
  readonly status: number;
  readonly problem: unknown;

  constructor(status: number, problem: unknown) {
    super(`refused with HTTP ${status}: ${JSON.stringify(problem)}`);
    this.name = 'RefusedError';
    this.status = status;
    this.problem = problem;
  }
}

/** The answer, where it is a good one. Throws RefusedError otherwise. */
export async function goodAnswer(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  const text = await answer.text();
  let problem: unknown = text;
  try {
    problem = JSON.parse(text);
  } catch {
    // Not JSON: the text itself is what there is to tell.
  }
  throw new RefusedError(answer.status, problem);
}

/** Where one organisation's services are, and what opens them. */
export interface BackOfficeAddress {
  readonly organisation: string;
  readonly intake: string;
  readonly archive: string;
  readonly token: string;
}

/** Composes an event as the back office of `organisation` would. */
export function documentEvent(input: {
  readonly organisation: string;
  readonly event: ShortName;
  readonly id: string;
  readonly time: Date;
  readonly data: DocumentEventData;
}): CloudEvent {
  return {
    specversion: '1.0',
    id: input.id,
    source: `https://${input.organisation}.besure.invalid/back-office`,
    type: `be.besure.document.${input.event}.v1`,
    time: input.time.toISOString(),
    datacontenttype: 'application/json',
    data: input.data,
  };
}

/** A back office: sends events, asks how they stand, fetches evidence. What any HTTP client can do, in one place. */
export class BackOffice {
  readonly organisation: string;
  readonly #address: BackOfficeAddress;

  constructor(address: BackOfficeAddress) {
    this.organisation = address.organisation;
    this.#address = address;
  }

  /** Sends one event. Resolves once it is durable. */
  async send(event: CloudEvent): Promise<void> {
    await this.#post('application/cloudevents+json', event);
  }

  /** Sends up to a batch of events; the answer has one result per event. */
  async sendBatch(events: readonly CloudEvent[]): Promise<{ results: readonly Record<string, unknown>[] }> {
    const answer = await this.#post('application/cloudevents-batch+json', events);
    return (await answer.json()) as { results: Record<string, unknown>[] };
  }

  /** How an event stands; null where intake does not know it. */
  async status(source: string, id: string): Promise<EventStatus | null> {
    const query = new URLSearchParams({ source, id });
    const answer = await fetch(`${this.#address.intake}/v1/events?${query}`, { headers: this.#headers() });
    if (answer.status === 404) return null;
    return (await goodAnswer(answer).then((good) => good.json())) as EventStatus;
  }

  /** Every event that intake knows, in the order of acceptance. */
  async *everyEvent(): AsyncGenerator<FoundEvent> {
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({ limit: '500', ...(cursor !== null && { cursor }) });
      const answer = await fetch(`${this.#address.intake}/v1/events?${query}`, { headers: this.#headers() });
      const good = await goodAnswer(answer);
      const page = (await good.json()) as { events: readonly FoundEvent[]; next: string | null };
      yield* page.events;
      cursor = page.next;
    } while (cursor !== null);
  }

  /** The evidence file of a statement, with the claims that `show` names, or all of them. */
  async evidence(id: string, show?: readonly string[]): Promise<string> {
    const query = show === undefined ? '' : `?${new URLSearchParams({ show: show.join(',') })}`;
    const url = `${this.#address.archive}/v1/evidence/${encodeURIComponent(id)}${query}`;
    return (await goodAnswer(await fetch(url, { headers: this.#headers() }))).text();
  }

  async #post(contentType: string, body: unknown): Promise<Response> {
    const answer = await fetch(`${this.#address.intake}/v1/events`, {
      method: 'POST',
      headers: { ...this.#headers(), 'content-type': contentType },
      body: JSON.stringify(body),
    });
    return goodAnswer(answer);
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#address.token}` };
  }
}
