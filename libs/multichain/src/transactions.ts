import { createHash } from 'node:crypto';
import { LedgerTxError, outputKindOf, parseHex, parseTransaction, txidOf } from '@besure/ledger-tx';
import type { RpcAnswer } from './answer.js';
import { expectShape } from './answers.js';
import { LedgerError, type LedgerErrorCode } from './error.js';
import type { SendResult } from './ledger-node.js';
import type { RpcClient } from './rpc-client.js';
import { isInChainAlready, ledgerErrorOf } from './rpc-error.js';

/** How `getrawtransaction` is told to answer the bytes alone. */
export const RAW_TRANSACTION = 0;

const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();

/** The transactions with these txids, `null` where the node knows none. */
export async function readTransactions(rpc: RpcClient, txids: readonly string[]): Promise<(string | null)[]> {
  const answers = await rpc.batch(
    txids.map((txid) => ({ method: 'getrawtransaction', params: [txid, RAW_TRANSACTION] })),
  );
  return answers.map(({ result, error }) => {
    if (error === null) return expectShape('hex', result);
    const failure = ledgerErrorOf(error);
    if (failure.code === 'unknown-transaction') return null;
    throw failure;
  });
}

/**
 * Sends transactions, in this order. Sending one again is always a success, though a node answers it in many ways: by the
 * txid while it waits, by "already in block chain" afterwards, by "missing inputs" or "inputs spent" once it has forgotten
 * its outputs.
 * A transaction with outputs of another kind than ours never reaches the node: some of those end it, see `outputKindOf`.
 */
export async function sendTransactions(
  rpc: RpcClient,
  transactions: readonly string[],
): Promise<SendResult[]> {
  const results: SendResult[] = transactions.map(
    (raw) => refusalOf(raw) ?? { ok: true, txid: txidOfHex(raw) },
  );
  const sent = results.flatMap((result, i) => (result.ok ? [i] : []));
  const answers = await rpc.batch(
    sent.map((i) => ({ method: 'sendrawtransaction', params: [transactions[i]] })),
  );
  for (const [k, i] of sent.entries()) {
    const answer = answers[k];
    if (answer !== undefined) results[i] = resultOf(transactions[i] ?? '', answer);
  }
  return settleDoubts(rpc, transactions, results);
}

/** Why we do not even send it. */
function refusalOf(raw: string): SendResult | undefined {
  try {
    const { outputs } = parseTransaction(parseHex(raw));
    if (outputs.every(({ script }) => outputKindOf(script) !== undefined)) return undefined;
    return { ok: false, error: new LedgerError('rejected', 'an output of a kind that is not passed on') };
  } catch (cause) {
    if (!(cause instanceof LedgerTxError)) throw cause;
    return { ok: false, error: new LedgerError('undecodable', 'not a transaction', { cause }) };
  }
}

/** Inputs that are missing or spent may be so because the transaction itself has spent them, long ago. */
async function settleDoubts(
  rpc: RpcClient,
  transactions: readonly string[],
  results: readonly SendResult[],
): Promise<SendResult[]> {
  const doubtful = results.flatMap((result, i) => (isDoubtful(result) ? [i] : []));
  const txids = doubtful.map((i) => txidOfHex(transactions[i] ?? ''));
  const known = await readTransactions(rpc, txids);
  const settled = [...results];
  for (const [k, i] of doubtful.entries()) {
    if (known[k] === transactions[i]) settled[i] = { ok: true, txid: txids[k] ?? '' };
  }
  return settled;
}

function resultOf(raw: string, { result, error }: RpcAnswer): SendResult {
  if (error === null) {
    const txid = txidOfHex(raw);
    // A node that names another transaction than the one we sent has not understood it.
    if (expectShape('hash', result) === txid) return { ok: true, txid };
    return { ok: false, error: new LedgerError('unexpected-answer', 'the node names another transaction') };
  }
  if (isInChainAlready(error)) return { ok: true, txid: txidOfHex(raw) };
  const failure = ledgerErrorOf(error);
  // This is not about the transaction, and true for all of them.
  if (ABOUT_THE_NODE.has(failure.code)) throw failure;
  return { ok: false, error: failure };
}

const ABOUT_THE_NODE: ReadonlySet<LedgerErrorCode> = new Set([
  'starting',
  'busy',
  'wrong-chain',
  'bad-request',
  'unknown-method',
]);

function isDoubtful(result: SendResult): boolean {
  return !result.ok && (result.error.code === 'missing-inputs' || result.error.code === 'inputs-spent');
}

function txidOfHex(raw: string): string {
  return txidOf(parseHex(raw), sha256);
}
