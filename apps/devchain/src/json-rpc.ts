import type { Method } from './method.js';
import { RpcFailure } from './rejection.js';

/** A complete answer: what stands in the body, and under which status. */
export interface RpcResponse {
  readonly status: number;
  readonly body: string;
}

interface Reply {
  readonly result: unknown;
  readonly error: { readonly code: number; readonly message: string } | null;
  readonly id: unknown;
}

/** JSON-RPC as a MultiChain node speaks it: also in batches, with the status that it chooses. */
export class JsonRpc {
  constructor(
    private readonly methods: ReadonlyMap<string, Method>,
    private readonly chain: string,
  ) {}

  /** Answers the body of one request. */
  answer(body: string): RpcResponse {
    let request: unknown;
    try {
      request = JSON.parse(body);
    } catch {
      return single(failed(new RpcFailure(-32700, 'Parse error'), 0));
    }
    if (Array.isArray(request)) return batch(request.map((each) => this.reply(each, false)));
    if (!isObject(request)) return single(failed(new RpcFailure(-32700, 'Top-level object parse error'), 0));
    return single(this.reply(request, true));
  }

  /** A request that is refused as such loses its id, unless it is part of a batch. */
  private reply(request: unknown, alone: boolean): Reply {
    if (!isObject(request)) return failed(new RpcFailure(-32600, 'Invalid Request object'), null);
    const id = request['id'] ?? null;
    try {
      const { method, parameters } = this.understand(request);
      return { result: method(parameters) ?? null, error: null, id };
    } catch (error) {
      if (!(error instanceof RpcFailure)) throw error;
      return failed(error, alone && error.code === -32600 ? 0 : id);
    }
  }

  private understand(request: Record<string, unknown>): { method: Method; parameters: readonly unknown[] } {
    const { method: name, params: parameters = null, chain_name: chain = this.chain } = request;
    if (name === undefined) throw new RpcFailure(-32600, 'Missing method');
    if (typeof name !== 'string') throw new RpcFailure(-32600, 'Method must be a string');
    if (typeof chain !== 'string') throw new RpcFailure(-32600, 'Chain name must be a string');
    if (chain !== this.chain) throw new RpcFailure(-32600, 'Wrong chain name');
    if (parameters !== null && !Array.isArray(parameters)) {
      throw new RpcFailure(-32600, 'Params must be an array');
    }
    const method = this.methods.get(name);
    if (method === undefined) throw new RpcFailure(-32601, 'Method not found');
    return { method, parameters: (parameters ?? []) as readonly unknown[] };
  }
}

function failed({ code, message }: RpcFailure, id: unknown): Reply {
  return { result: null, error: { code, message }, id };
}

function single(reply: Reply): RpcResponse {
  return { status: statusOf(reply), body: `${JSON.stringify(reply)}\n` };
}

function batch(replies: readonly Reply[]): RpcResponse {
  return { status: 200, body: `${JSON.stringify(replies)}\n` };
}

function statusOf({ error }: Reply): number {
  if (error === null) return 200;
  if (error.code === -32600) return 400;
  return error.code === -32601 ? 404 : 500;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
