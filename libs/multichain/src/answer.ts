import { z } from 'zod';
import { LedgerError } from './error.js';
import type { RpcError } from './rpc-error.js';

/** One complete answer of a node: either has an error, or a result (which may be `null`). */
export interface RpcAnswer {
  readonly id: unknown;
  readonly result: unknown;
  readonly error: RpcError | null;
}

/** A whole HTTP answer, read to its end and understood. */
export type NodeAnswer = RpcAnswer | readonly RpcAnswer[];

const rpcError = z.object({ code: z.number(), message: z.string() });
const answer = z
  .object({ id: z.unknown(), result: z.unknown(), error: rpcError.nullish() })
  .transform(({ id, result, error }, context): RpcAnswer => {
    // Neither a result nor an error is no answer; a result of `null` is one.
    if (result === undefined && !error) context.addIssue('no result');
    return { id, result: result ?? null, error: error ?? null };
  });
const answers = z.union([answer, z.array(answer)]);

/** Understands the bytes of an HTTP answer, or says why it is none of a node. */
export function parseAnswer(status: number, body: Uint8Array): NodeAnswer {
  if (status === 401 || status === 403) {
    throw new LedgerError('unauthorised', `the node does not know this user and password (HTTP ${status})`);
  }
  const text = decode(status, body);
  if (text.includes('Work queue depth exceeded')) {
    throw new LedgerError('busy', 'the node has too many calls in its queue');
  }
  const parsed = answers.safeParse(parseJson(status, text));
  if (!parsed.success) {
    throw new LedgerError('unexpected-answer', `an answer that is not JSON-RPC (HTTP ${status})`);
  }
  if (status !== 200 && (Array.isArray(parsed.data) || parsed.data.error === null)) {
    throw new LedgerError('unexpected-answer', `HTTP ${status} without an error`);
  }
  return parsed.data;
}

function decode(status: number, body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new LedgerError('not-json', `an answer that is not UTF-8 (HTTP ${status})`, { cause });
  }
}

function parseJson(status: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LedgerError('not-json', `an answer that is not JSON (HTTP ${status})`, { cause });
  }
}
