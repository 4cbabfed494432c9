import { request, type ClientRequest } from 'node:http';
import { atFaultPoint } from '@besure/fault-points';
import type { NodeAnswer, RpcAnswer } from './answer.js';
import { LedgerError } from './error.js';
import type { NodeAgent, NodeResponse } from './node-agent.js';
import { ledgerErrorOf } from './rpc-error.js';
import type { Endpoint } from './settings.js';

/** One call of a batch. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Measured: batches of 50 to 200 are what a node takes fastest. */
const BATCH = 100;

/** The hot path: calls that may be repeated without harm, alone or in JSON-RPC batches. */
export class RpcClient {
  private readonly headers: Readonly<Record<string, string>>;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly agent: NodeAgent,
  ) {
    const credentials = Buffer.from(`${endpoint.user}:${endpoint.password}`).toString('base64');
    this.headers = { 'Content-Type': 'application/json', Authorization: `Basic ${credentials}` };
  }

  /** One call; throws the node's error as a `LedgerError`. */
  async call(method: string, params: readonly unknown[]): Promise<unknown> {
    const answer = await this.post(method, JSON.stringify(this.payload({ method, params }, 0)));
    if (isBatch(answer)) throw new LedgerError('unexpected-answer', 'many answers to one call');
    if (answer.error !== null) throw ledgerErrorOf(answer.error);
    return answer.result;
  }

  /** Many calls, a hundred to a request. Answers stand in the order of the calls, errors among them. */
  async batch(calls: readonly RpcCall[]): Promise<RpcAnswer[]> {
    const answers: RpcAnswer[] = [];
    for (let i = 0; i < calls.length; i += BATCH) {
      // One after the other: the node works on one at a time, and transactions may build on each other.
      answers.push(...(await this.request(calls.slice(i, i + BATCH))));
    }
    return answers;
  }

  private async request(calls: readonly RpcCall[]): Promise<RpcAnswer[]> {
    const body = JSON.stringify(calls.map((call, i) => this.payload(call, i)));
    const answer = await this.post(calls[0]?.method ?? '', body);
    // A node that refuses the request as a whole answers with one error.
    if (!isBatch(answer)) throw answer.error === null ? surprise() : ledgerErrorOf(answer.error);
    const byId = new Map(answer.map((each) => [each.id, each]));
    if (answer.length !== calls.length || byId.size !== calls.length) throw surprise();
    return calls.map((_, i) => {
      const found = byId.get(i);
      if (found === undefined) throw surprise();
      return found;
    });
  }

  private payload({ method, params }: RpcCall, id: number): object {
    const { chain } = this.endpoint;
    return { method, params, id, ...(chain === undefined ? {} : { chain_name: chain }) };
  }

  private post(method: string, body: string): Promise<NodeAnswer> {
    const { host, port } = this.endpoint;
    const point = { adapter: 'ledger', at: `${host}:${port}`, target: method, marks: [], lost } as const;
    return atFaultPoint(point, () => this.send(body));
  }

  private async send(body: string): Promise<NodeAnswer> {
    try {
      return await this.attempt(body);
    } catch (error) {
      // The node closed an idle connection in the moment in which we wrote to it: that says nothing about the call.
      if (error instanceof StaleConnection) return this.attempt(body);
      throw error;
    }
  }

  private attempt(body: string): Promise<NodeAnswer> {
    return new Promise((resolve, reject) => {
      const sent: ClientRequest = request({
        host: this.endpoint.host,
        port: this.endpoint.port,
        method: 'POST',
        agent: this.agent,
        headers: { ...this.headers, 'Content-Length': String(Buffer.byteLength(body)) },
      });
      sent.on('response', (response) => resolve((response as unknown as NodeResponse).answer));
      sent.on('error', (error) => reject(isStale(sent, error) ? new StaleConnection(error) : error));
      sent.end(body);
    });
  }
}

function lost(): LedgerError {
  return new LedgerError('interrupted', 'the answer broke off');
}

/** A reused connection that was dead already. Never leaves this file. */
class StaleConnection extends LedgerError {
  constructor(cause: unknown) {
    super('unreachable', 'the node closed the connection', { cause });
  }
}

function isStale(sent: ClientRequest, error: Error): boolean {
  if (!sent.reusedSocket || !(error instanceof LedgerError) || error.code !== 'unreachable') return false;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');
}

function isBatch(answer: NodeAnswer): answer is readonly RpcAnswer[] {
  return Array.isArray(answer);
}

function surprise(): LedgerError {
  return new LedgerError('unexpected-answer', 'the answers do not belong to the calls');
}
