import { accessSync, constants, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError } from '@besure/service';
import type { LedgerParameters } from './charter-file.js';

/** Where a ledger node is and what opens it. */
export interface LedgerAddress {
  readonly url: string;
  readonly user: string;
  readonly passwordFile: string;
  readonly chain: string;
}

/** A node's answer that is an error; `code` as JSON-RPC has it. */
export class LedgerCallError extends Error {
  readonly code: number;

  constructor(method: string, code: number, message: string) {
    super(`${method}: ${message} (${code})`);
    this.name = 'LedgerCallError';
    this.code = code;
  }
}

/**
 * A reader of the ledger, as anyone with a node is one: for the demo and for a network's set-up. The services' own way to the
 * ledger is `libs/multichain`, in `ledger-writer` alone.
 */
export class LedgerAccess {
  readonly address: LedgerAddress;

  constructor(address: LedgerAddress) {
    this.address = address;
  }

  async blockCount(): Promise<number> {
    return (await this.#call('getblockcount', [])) as number;
  }

  async rawBlock(height: number): Promise<Uint8Array> {
    const hash = await this.#call('getblockhash', [height]);
    return Buffer.from((await this.#call('getblock', [hash, false])) as string, 'hex');
  }

  /** The txid of the transaction that created a stream. */
  async streamCreation(name: string): Promise<string> {
    const [stream] = (await this.#call('liststreams', [name])) as { createtxid: string }[];
    if (stream === undefined) throw new LedgerCallError('liststreams', -708, `no stream ${name}`);
    return stream.createtxid;
  }

  /** What a charter must know of a chain: its genesis block and the form of its addresses. */
  async parameters(): Promise<LedgerParameters> {
    const all = (await this.#call('getblockchainparams', [])) as Record<string, string>;
    return {
      chain: this.address.chain,
      genesis: (await this.#call('getblockhash', [0])) as string,
      addressVersion: all['address-pubkeyhash-version']!,
      addressChecksum: all['address-checksum-value']!,
      founder: ((await this.#call('getblock', ['1'])) as { miner: string }).miner,
    };
  }

  async #call(method: string, params: readonly unknown[]): Promise<unknown> {
    const { url, user, passwordFile, chain } = this.address;
    const password = readFileSync(passwordFile, 'utf8').trim();
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ id: 1, chain_name: chain, method, params }),
    });
    const text = await answer.text();
    const body = JSON.parse(text === '' ? '{}' : text) as {
      result?: unknown;
      error?: { code: number; message: string } | null;
    };
    if (body.error) throw new LedgerCallError(method, body.error.code, body.error.message);
    if (!answer.ok) throw new LedgerCallError(method, -answer.status, `HTTP ${answer.status}`);
    return body.result;
  }
}

/**
 * The node that the environment names (`MULTICHAIN_URL` …); null where it names none. Throws a ConfigurationError naming the variable that
 * is wrong.
 */
export function ledgerFromEnvironment(environment: NodeJS.ProcessEnv): LedgerAddress | null {
  const { MULTICHAIN_URL, MULTICHAIN_USER, MULTICHAIN_PASSWORD_FILE, MULTICHAIN_CHAIN } = environment;
  if (MULTICHAIN_URL === undefined || MULTICHAIN_URL === '') return null;
  if (!/^https?:/.test(MULTICHAIN_URL) || !URL.canParse(MULTICHAIN_URL)) {
    throw new ConfigurationError('MULTICHAIN_URL', 'must be a URL that starts with http:// or https://');
  }
  if (MULTICHAIN_PASSWORD_FILE === undefined || MULTICHAIN_PASSWORD_FILE === '') {
    throw new ConfigurationError('MULTICHAIN_PASSWORD_FILE', 'must be set beside MULTICHAIN_URL');
  }
  // The services run in another folder than this process.
  const passwordFile = resolve(MULTICHAIN_PASSWORD_FILE);
  try {
    accessSync(passwordFile, constants.R_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConfigurationError('MULTICHAIN_PASSWORD_FILE', `cannot be read: ${passwordFile} (${code})`);
  }
  return {
    url: MULTICHAIN_URL,
    user: MULTICHAIN_USER ?? 'multichainrpc',
    passwordFile,
    chain: MULTICHAIN_CHAIN ?? 'besure',
  };
}
