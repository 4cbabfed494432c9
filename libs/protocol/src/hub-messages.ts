import { decodeHex } from './bytes.js';
import { fault, readBytes, readCount, readList, readMembers, readRule, readText } from './shape.js';
import type { TextRule } from './rules.js';

// Requests of a member to a hub, and their answers. A hub is believed in nothing that can be recomputed: raw
// transactions travel with what it says of them.

/** Most transactions in one request, most outputs in one answer. */
export const MAX_TRANSACTIONS = 100;
const MAX_TRANSACTION_LENGTH = 200_000;

/** What became of one transaction. */
export type SubmitResult = { readonly txid: string } | { readonly code: string; readonly message: string };

/** An output that pays to the member's address, with the transaction that it stands in. */
export interface LedgerOutput {
  readonly txid: string;
  readonly vout: number;
  readonly raw: Uint8Array;
  readonly confirmations: number;
}

/** What an address can spend, and the transaction that created the stream of proofs. */
export interface OutputsAnswer {
  readonly outputs: readonly LedgerOutput[];
  readonly streams: { readonly proofs: { readonly raw: Uint8Array } };
}

const TXID: TextRule = {
  rule: 'must be 32 bytes in lowercase hexadecimal',
  holds: (text) => /^[0-9a-f]{64}$/.test(text),
};

/** Reads a request on `SUBJECTS.submit`: raw transactions, in the order in which they are to be sent. */
export function parseSubmitRequest(value: unknown): Uint8Array[] {
  const { transactions } = readMembers(value, 'request', ['transactions']);
  return readList(transactions, 'transactions', MAX_TRANSACTIONS, rawTransaction);
}

/** Reads the answer to a request with `count` transactions: a result each, in the same order. */
export function parseSubmitAnswer(value: unknown, count: number): SubmitResult[] {
  const { results } = readMembers(value, 'answer', ['results'], ['ok']);
  const read = readList(results, 'results', MAX_TRANSACTIONS, (result, field): SubmitResult => {
    if (typeof result === 'object' && result !== null && 'txid' in result) {
      return { txid: readRule(readMembers(result, field, ['txid'])['txid'], `${field}.txid`, TXID) };
    }
    const { code, message } = readMembers(result, field, ['code', 'message']);
    return {
      code: readText(code, `${field}.code`, 64),
      message: readText(message, `${field}.message`, 1000),
    };
  });
  if (read.length !== count) throw fault('results', 'must be as many as transactions were sent');
  return read;
}

/** Reads a request on `SUBJECTS.carry`: a signed note. */
export function parseCarryRequest(value: unknown): string {
  return readText(readMembers(value, 'request', ['note'])['note'], 'note', 64_000);
}

/** Reads a request on `SUBJECTS.outputs`: the address. */
export function parseOutputsRequest(value: unknown): string {
  return readText(readMembers(value, 'request', ['address'])['address'], 'address', 64);
}

/** Reads the answer to it. */
export function parseOutputsAnswer(value: unknown): OutputsAnswer {
  const { outputs, streams } = readMembers(value, 'answer', ['outputs', 'streams'], ['ok']);
  const { proofs } = readMembers(streams, 'streams', ['proofs']);
  const { raw } = readMembers(proofs, 'streams.proofs', ['raw']);
  return {
    outputs: readList(outputs, 'outputs', MAX_TRANSACTIONS, (output, field) => {
      const {
        txid,
        vout,
        raw: transaction,
        confirmations,
      } = readMembers(output, field, ['txid', 'vout', 'raw', 'confirmations']);
      return {
        txid: readRule(txid, `${field}.txid`, TXID),
        vout: readCount(vout, `${field}.vout`),
        raw: rawTransaction(transaction, `${field}.raw`),
        confirmations: readCount(confirmations, `${field}.confirmations`),
      };
    }),
    streams: { proofs: { raw: rawTransaction(raw, 'streams.proofs.raw') } },
  };
}

function rawTransaction(value: unknown, field: string): Uint8Array {
  return readBytes(value, field, MAX_TRANSACTION_LENGTH, decodeHex);
}
