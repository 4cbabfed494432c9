import { Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { parseAnswer, type NodeAnswer } from './answer.js';
import { LedgerError } from './error.js';

/** How patient, and how credulous, we are with a node. */
export interface AgentLimits {
  /** Milliseconds from a call to the last byte of its answer, waiting for a free connection included. */
  readonly deadlineMillis: number;
  /** Largest answer in bytes. */
  readonly largestAnswer: number;
}

/** What listeners get instead of Node's response: complete, checked, and in one piece. */
export interface NodeResponse extends Readable {
  readonly statusCode: number;
  readonly headers: { readonly 'content-type': string };
  readonly answer: NodeAnswer;
}

/** MultiChain refuses more calls than its `rpcworkqueue` of 16 holds. */
const CONNECTIONS = 16;
/** Shorter than the 30 s after which a node closes an idle connection, so that we never write into a closed one. */
const IDLE_MILLIS = 15_000;

/**
 * An agent that makes every request end in exactly one of two ways: a `response` whose body is complete, valid UTF-8 and
 * JSON-RPC, or one `error` that is a `LedgerError`. It exists because `multichain-node` waits forever for an answer that
 * hangs or is cut off, takes an empty 401 for success, and throws where nobody can catch it when the answer is not JSON.
 * Both of our clients go through it, and so share its connections.
 */
export class NodeAgent extends Agent {
  private readonly pending = new Set<(error: LedgerError) => void>();
  private closed = false;

  constructor(private readonly limits: AgentLimits) {
    super({ keepAlive: true, maxSockets: CONNECTIONS, timeout: IDLE_MILLIS });
  }

  /** Node calls this once for each request, before anybody listens to it. */
  addRequest(request: ClientRequest, options: unknown): void {
    const fail = this.guard(request);
    if (this.closed) {
      // Later, because nobody listens yet.
      queueMicrotask(() => fail(new LedgerError('closed', 'the connection to the node was closed')));
      return;
    }
    // Part of the class since Node 0.11, though not of its types.
    (Agent.prototype as unknown as { addRequest: NodeAgent['addRequest'] }).addRequest.call(
      this,
      request,
      options,
    );
  }

  /** Ends all requests that wait, and refuses new ones. */
  close(): void {
    this.closed = true;
    for (const fail of this.pending) fail(new LedgerError('closed', 'the connection to the node was closed'));
    this.destroy();
  }

  /** Takes charge of a request; what it returns ends the request. */
  private guard(request: ClientRequest): (error: LedgerError) => void {
    const emit = request.emit.bind(request) as (event: string, ...values: unknown[]) => boolean;
    let settled = false;
    const settle = (event: 'response' | 'error', value: NodeResponse | LedgerError): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      this.pending.delete(fail);
      emit(event, value);
    };
    const fail = (error: LedgerError): void => {
      // First tell, then tear down: what Node reports about the teardown comes too late to be heard.
      settle('error', error);
      request.destroy();
    };
    const timer = setTimeout(() => {
      fail(new LedgerError('timeout', `no answer within ${this.limits.deadlineMillis} ms`));
    }, this.limits.deadlineMillis);
    this.pending.add(fail);
    request.emit = (event: string | symbol, ...values: unknown[]): boolean => {
      if (event === 'response') {
        this.read(values[0] as IncomingMessage).then(
          (response) => settle('response', response),
          (error: unknown) => fail(asLedgerError(error)),
        );
        return true;
      }
      if (event === 'error') {
        fail(asLedgerError(values[0]));
        return true;
      }
      return emit(event as string, ...values);
    };
    return fail;
  }

  private async read(message: IncomingMessage): Promise<NodeResponse> {
    const status = message.statusCode ?? 0;
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of message as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > this.limits.largestAnswer)
          throw new LedgerError('too-large', 'an answer beyond the limit');
        chunks.push(chunk);
      }
    } catch (cause) {
      if (cause instanceof LedgerError) throw cause;
      throw new LedgerError('interrupted', 'the answer was cut off', { cause });
    }
    if (!message.complete) throw new LedgerError('interrupted', 'the answer was cut off');
    return responseOf(parseAnswer(status, Buffer.concat(chunks)));
  }
}

/** The answer in the one form that `multichain-node` reads correctly: an error never comes with status 200. */
function responseOf(answer: NodeAnswer): NodeResponse {
  const failed = !Array.isArray(answer) && (answer as { error: unknown }).error !== null;
  const body = new Readable({
    // Only `multichain-node` reads it; our own client takes the answer as it is.
    read() {
      body.push(JSON.stringify(answer));
      body.push(null);
    },
  });
  return Object.assign(body, {
    statusCode: failed ? 500 : 200,
    headers: { 'content-type': 'application/json' },
    answer,
  });
}

function asLedgerError(error: unknown): LedgerError {
  if (error instanceof LedgerError) return error;
  return new LedgerError('unreachable', 'the node cannot be reached', { cause: error });
}
