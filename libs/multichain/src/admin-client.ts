import client from 'multichain-node/lib/client.js';
import { z } from 'zod';
import { LedgerError } from './error.js';
import type { NodeAgent } from './node-agent.js';
import { ledgerErrorOf } from './rpc-error.js';
import type { Endpoint } from './settings.js';

/** Administrative calls: one request each, through `multichain-node`. */
export class AdminClient {
  private readonly client: ReturnType<typeof client>;

  constructor(endpoint: Endpoint, agent: NodeAgent) {
    const { host, port, user, password: pass } = endpoint;
    this.client = client({ host, port, user, pass, agent });
  }

  /** Calls a method. The agent sees to it that the callback is called, once, and with the truth. */
  call(method: string, params: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.client.call(method, params, (error, result) => {
        if (error === null || error === undefined) resolve(result);
        else reject(asLedgerError(error));
      });
    });
  }
}

const rpcError = z.object({ code: z.number(), message: z.string() });

/** `multichain-node` hands over what it got: an error of ours, or the error of the node as a plain object. */
function asLedgerError(error: unknown): LedgerError {
  if (error instanceof LedgerError) return error;
  const parsed = rpcError.safeParse(error);
  if (parsed.success) return ledgerErrorOf(parsed.data);
  return new LedgerError('unexpected-answer', 'an error in an unknown form', { cause: error });
}
