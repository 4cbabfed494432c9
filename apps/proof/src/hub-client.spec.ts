import {
  hash160,
  p2pkhScript,
  serialiseTransaction,
  streamCreationScript,
  streamEntity as streamEntityOf,
  txidOf,
} from '@besure/ledger-tx';
import { nodePrimitives } from '@besure/keys';
import { encodeHex } from '@besure/protocol';
import { describe, expect, it } from 'vitest';
import { HubClient, type HubRequest } from './hub-client.js';

const { sha256 } = nodePrimitives;
const KEY_HASH = hash160(Uint8Array.of(2, ...new Uint8Array(32).fill(9)), sha256);

function transaction(script: Uint8Array, vout = 0): string {
  return encodeHex(
    serialiseTransaction({
      version: 1,
      inputs: [{ txid: 'a'.repeat(64), vout, script: new Uint8Array(0), sequence: 0 }],
      outputs: [{ value: 0n, script }],
      lockTime: 0,
    }),
  );
}

const RAW = transaction(p2pkhScript(KEY_HASH));
const TXID = txidOf(Buffer.from(RAW, 'hex'), sha256);
const STREAM = transaction(streamCreationScript('proofs'), 7);

/** A hub that takes everything and shows one final output. */
function honest(name: string, asked: string[]): HubRequest {
  return async (subject) => {
    asked.push(name);
    return subject.includes('submit')
      ? { ok: true, results: [{ txid: TXID }] }
      : {
          ok: true,
          outputs: [{ txid: TXID, vout: 0, raw: RAW, confirmations: 9 }],
          streams: { proofs: { raw: STREAM } },
        };
  };
}

function answering(name: string, asked: string[], answer: () => unknown): HubRequest {
  return async () => {
    asked.push(name);
    return answer();
  };
}

function clientOf(...hubs: HubRequest[]): HubClient {
  return new HubClient({
    organisation: 'alpha',
    address: 'unused',
    keyHash: KEY_HASH,
    stream: 'proofs',
    finalDepth: 2,
    hubs,
    sha256,
  });
}

describe('a client of two hubs', () => {
  it.each<[string, () => unknown]>([
    ['is down', () => Promise.reject(new Error('no answer'))],
    ['answers what is no answer', () => ({ ok: true, results: 'all fine' })],
    ['answers for fewer transactions', () => ({ ok: true, results: [] })],
    ['says that it took another transaction', () => ({ ok: true, results: [{ txid: 'b'.repeat(64) }] })],
  ])('goes to the second when the first %s, and stays there', async (_name, answer) => {
    const asked: string[] = [];
    const client = clientOf(answering('bad', asked, answer), honest('good', asked));
    expect(await client.submit([RAW])).toEqual([{ txid: TXID }]);
    expect(await client.submit([RAW])).toEqual([{ txid: TXID }]);
    expect(asked).toEqual(['bad', 'good', 'good']);
  });

  it('believes no output that the first one made up', async () => {
    const asked: string[] = [];
    const lie = () => ({
      ok: true,
      outputs: [{ txid: 'c'.repeat(64), vout: 0, raw: RAW, confirmations: 9 }],
      streams: { proofs: { raw: STREAM } },
    });
    const client = clientOf(answering('bad', asked, lie), honest('good', asked));
    const { outputs } = await client.outputs();
    expect(outputs).toEqual([{ txid: TXID, vout: 0, script: encodeHex(p2pkhScript(KEY_HASH)) }]);
    expect(asked).toEqual(['bad', 'good']);
  });

  it('believes most of three about the stream to write to, and takes outputs of those only', async () => {
    const asked: string[] = [];
    const other = transaction(streamCreationScript('proofs'), 8);
    const lie = (): unknown => ({
      ok: true,
      outputs: [],
      streams: { proofs: { raw: other } },
    });
    const client = clientOf(answering('bad', asked, lie), honest('good', asked), honest('good', asked));
    const { outputs, streamEntity } = await client.outputs();
    expect(streamEntity).toEqual(streamEntityOf(txidOf(Buffer.from(STREAM, 'hex'), sha256)));
    expect(outputs[0]?.txid).toBe(TXID);
    expect((await clientOf(answering('bad', asked, lie)).outputs()).streamEntity).toEqual(
      streamEntityOf(txidOf(Buffer.from(other, 'hex'), sha256)),
    );
  });

  it('takes a refusal for an answer, until it is told to turn to the next', async () => {
    const asked: string[] = [];
    const refusing = answering('refusing', asked, () => ({
      ok: true,
      results: [{ code: 'missing-inputs', message: 'x' }],
    }));
    const client = clientOf(refusing, honest('good', asked));
    expect(await client.submit([RAW])).toMatchObject([{ code: 'missing-inputs' }]);
    client.turnToNext();
    expect(await client.submit([RAW])).toEqual([{ txid: TXID }]);
    client.turnToNext();
    expect(await client.submit([RAW])).toMatchObject([{ code: 'missing-inputs' }]);
    expect(asked).toEqual(['refusing', 'good', 'refusing']);
  });

  it('says that none is there when none is', async () => {
    const down = (): Promise<never> => Promise.reject(new Error('no answer'));
    await expect(clientOf(down, down).submit([RAW])).rejects.toMatchObject({ code: 'hub-unreachable' });
  });
});
