import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { parseHex, parseTransaction, serialiseTransaction, toHex, txidOf } from '@besure/ledger-tx';
import { afterEach, describe, expect, it } from 'vitest';
import { connectNode, type LedgerNode } from './index.js';

interface Call {
  method: string;
  params: unknown[];
  id: unknown;
  jsonrpc?: string;
  chain_name?: string;
}
type Behaviour = (call: Call | Call[], response: ServerResponse, request: IncomingMessage) => void;

/** Three transactions that a node would take. */
const { cases } = JSON.parse(
  readFileSync(new URL('../../../vectors/ledger/leaf-rule.json', import.meta.url), 'utf8'),
) as { cases: { raw: string }[] };
const transactions = cases.slice(0, 3).map(({ raw }) => raw);
const txids = transactions.map((raw) => txidOf(parseHex(raw)));
const HASH = 'ab'.repeat(32);
const INFO = {
  version: '2.3',
  chainname: 'besure',
  description: 'MultiChain besure',
  protocolversion: 20013,
  blocks: 3,
  connections: 0,
  nodeaddress: 'besure@192.0.2.2:17457',
};
const opened: { server: Server; node: LedgerNode }[] = [];

afterEach(async () => {
  for (const { server, node } of opened.splice(0)) {
    node.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

/** A server that behaves like this, and a node connected to it. */
async function nodeThat(
  behave: Behaviour,
  settings: { deadlineMillis?: number; largestAnswer?: number; chain?: string } = {},
) {
  const sockets: Socket[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () =>
      behave(JSON.parse(Buffer.concat(chunks).toString()) as Call | Call[], response, request),
    );
  });
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const node = connectNode({
    url: `http://127.0.0.1:${port}`,
    user: 'user',
    password: 'password',
    deadlineMillis: 5000,
    ...settings,
  });
  opened.push({ server, node });
  return { node, server, sockets, port };
}

function answer(response: ServerResponse, result: unknown, id: unknown = 0): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ result, error: null, id }));
}

/** Lets the chain check before administrative calls pass, and behaves like this for the rest. */
function admin(behave: Behaviour): Behaviour {
  return (call, response, request) => {
    if (!Array.isArray(call) && call.method === 'getblockcount') answer(response, 3, call.id);
    else behave(call, response, request);
  };
}

/** The two ways in which we call: through multichain-node, and through our own client. */
const ways: [string, (node: LedgerNode) => Promise<unknown>, (behave: Behaviour) => Behaviour][] = [
  ['multichain-node', (node) => node.getInfo(), admin],
  ['our own client', (node) => node.getBlockCount(), (behave) => behave],
  ['our own batch', (node) => node.sendRawTransactions(transactions), (behave) => behave],
];

describe.each(ways)('a node that misbehaves, called through %s', (_, call, through) => {
  const faults: [string, string, boolean, Behaviour, object?][] = [
    [
      'answers 401 with nothing in it',
      'unauthorised',
      false,
      (_call, response) => response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="jsonrpc"' }).end(),
    ],
    [
      'answers 403 with a page',
      'unauthorised',
      false,
      (_call, response) => response.writeHead(403).end('<html>'),
    ],
    ['never answers', 'timeout', true, () => undefined, { deadlineMillis: 150 }],
    [
      'sends headers, and then nothing',
      'timeout',
      true,
      (_call, response) => response.writeHead(200, { 'Content-Length': 100 }).flushHeaders(),
      { deadlineMillis: 150 },
    ],
    [
      'stops in the middle of its answer',
      'timeout',
      true,
      (_call, response) => response.writeHead(200, { 'Content-Length': 100 }).write('{"result":'),
      { deadlineMillis: 150 },
    ],
    [
      'cuts the connection in the middle of its answer',
      'interrupted',
      true,
      (_call, response) =>
        response.writeHead(200, { 'Content-Length': 100 }).write('{"result":', () => response.destroy()),
    ],
    [
      'cuts the connection in the middle of a chunked answer',
      'interrupted',
      true,
      (_call, response) =>
        response.writeHead(200).write('{"result":3,"error":null', () => response.destroy()),
    ],
    ['cuts the connection before it answers', 'unreachable', true, (_call, response) => response.destroy()],
    ['answers 200 with a page', 'not-json', false, (_call, response) => response.end('<html>Welcome</html>')],
    ['answers 200 with nothing', 'not-json', false, (_call, response) => response.end()],
    [
      'answers 502 with a page',
      'not-json',
      false,
      (_call, response) => response.writeHead(502).end('Bad Gateway'),
    ],
    ['answers 200 with null', 'unexpected-answer', false, (_call, response) => response.end('null')],
    ['answers 200 with a number', 'unexpected-answer', false, (_call, response) => response.end('7')],
    ['answers 200 with an empty object', 'unexpected-answer', false, (_call, response) => response.end('{}')],
    [
      'answers 500 without an error',
      'unexpected-answer',
      false,
      (_call, response) => response.writeHead(500).end('{"result":3,"error":null,"id":0}'),
    ],
    [
      'answers an error that is a text',
      'unexpected-answer',
      false,
      (_call, response) => response.writeHead(500).end('{"result":null,"error":"no","id":0}'),
    ],
    [
      'answers with bytes that are not UTF-8',
      'not-json',
      false,
      (_call, response) => response.end(Buffer.from([0x22, 0xc3, 0x28, 0x22])),
    ],
    [
      'answers with an error under status 200',
      'unknown-method',
      false,
      (_call, response) =>
        response.end('{"result":null,"error":{"code":-32601,"message":"Method not found"},"id":0}'),
    ],
    [
      'answers with an error under another content type',
      'unknown-method',
      false,
      (_call, response) =>
        response
          .writeHead(404, { 'Content-Type': 'application/json; charset=utf-8' })
          .end('{"result":null,"error":{"code":-32601,"message":"Method not found"},"id":0}'),
    ],
    [
      'has too many calls in its queue',
      'busy',
      true,
      (_call, response) => response.writeHead(500).end('Work queue depth exceeded'),
    ],
    [
      'answers more than we read',
      'too-large',
      false,
      (_call, response) => answer(response, 'x'.repeat(2000)),
      { largestAnswer: 1000 },
    ],
  ];

  it.each(faults)('%s: %s', async (_fault, code, retryable, behave, settings) => {
    const { node, sockets } = await nodeThat(through(behave), settings);
    await expect(call(node)).rejects.toMatchObject({ name: 'LedgerError', code, retryable });
    // What is given up is torn down too: no socket stays behind with a call that nobody waits for.
    if (code === 'timeout')
      await Promise.all(sockets.filter((each) => !each.closed).map((each) => once(each, 'close')));
  });

  it('is not there', async () => {
    const { node, server } = await nodeThat(() => undefined);
    server.close();
    await once(server, 'close');
    await expect(call(node)).rejects.toMatchObject({ code: 'unreachable', retryable: true });
  });

  it('is closed by us while it hangs, and after that', async () => {
    let arrived: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const { node } = await nodeThat(through(() => arrived()));
    const waiting = call(node).catch((error: unknown) => error);
    await arrival;
    node.close();
    expect(await waiting).toMatchObject({ name: 'LedgerError', code: 'closed' });
    await expect(call(node)).rejects.toMatchObject({ code: 'closed' });
  });

  it('goes on working after a fault', async () => {
    let faults = 2;
    const { node } = await nodeThat(
      through((calls, response) => {
        if (faults-- > 0) response.end('not json');
        else if (Array.isArray(calls)) {
          const error = { code: -22, message: 'TX decode failed' };
          response.end(JSON.stringify(calls.map(({ id }) => ({ result: null, error, id }))));
        } else answer(response, calls.method === 'getinfo' ? INFO : 3, calls.id);
      }),
    );
    await expect(call(node)).rejects.toMatchObject({ code: 'not-json' });
    await expect(call(node)).rejects.toMatchObject({ code: 'not-json' });
    await expect(call(node)).resolves.toBeDefined();
  });
});

describe('answers that arrive in pieces', () => {
  it.each([
    ['multichain-node', (node: LedgerNode) => node.getInfo(), 'description'],
    ['our own client', (node: LedgerNode) => node.listUnspent(['a']).then(([each]) => each), 'address'],
  ])('keep their characters, through %s', async (_, call, field) => {
    const text = 'één – ∞ 🙂';
    const unspent = { txid: HASH, vout: 0, address: text, scriptPubKey: '00', confirmations: 1 };
    const { node } = await nodeThat(
      admin((calls, response) => {
        const { method } = calls as Call;
        const result = method === 'getinfo' ? { ...INFO, description: text } : [unspent];
        const bytes = Buffer.from(JSON.stringify({ result, error: null, id: 0 }));
        response.setHeader('Content-Type', 'application/json');
        const next = (i: number): void => {
          if (i === bytes.length) response.end();
          else response.write(bytes.subarray(i, i + 1), () => next(i + 1));
        };
        next(0);
      }),
    );
    expect(await call(node)).toMatchObject({ [field]: text });
  });
});

describe('connections', () => {
  it('are used again, and are never more than 16 at once', async () => {
    let now = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const { node, sockets } = await nodeThat((call, response) => {
      most = Math.max(most, ++now);
      waiting.push(() => {
        now -= 1;
        answer(response, 3, (call as Call).id);
      });
      if (waiting.length === 16 || most === 16) for (const release of waiting.splice(0)) release();
    });
    const counts = await Promise.all(Array.from({ length: 60 }, () => node.getBlockCount()));
    expect(counts).toEqual(Array<number>(60).fill(3));
    expect(most).toBe(16);
    expect(sockets).toHaveLength(16);
  });

  it('that the node has closed meanwhile are replaced, for calls that may be repeated', async () => {
    let calls = 0;
    const { node, sockets } = await nodeThat((call, response, request) => {
      calls += 1;
      // The second call comes on the connection of the first, and finds it dead.
      if (calls === 2) request.socket.destroy();
      else answer(response, calls, (call as Call).id);
    });
    expect(await node.getBlockCount()).toBe(1);
    expect(await node.getBlockCount()).toBe(3);
    expect(sockets).toHaveLength(2);
  });

  it('that end twice in a row are an error', async () => {
    let calls = 0;
    const { node } = await nodeThat((call, response, request) => {
      calls += 1;
      if (calls > 1) request.socket.destroy();
      else answer(response, calls, (call as Call).id);
    });
    await node.getBlockCount();
    await expect(node.getBlockCount()).rejects.toMatchObject({ code: 'unreachable' });
    expect(calls).toBe(3);
  });

  it('are not tried again for a grant: it may have been made', async () => {
    const methods: string[] = [];
    const { node } = await nodeThat(
      admin((call, _response, request) => {
        methods.push((call as Call).method);
        request.socket.destroy();
      }),
    );
    await expect(node.grant('address', 'send')).rejects.toMatchObject({ code: 'unreachable' });
    expect(methods).toEqual(['grant']);
  });
});

describe('what is sent', () => {
  it('names user, chain and calls', async () => {
    const seen: { call: Call | Call[]; authorization: string | undefined }[] = [];
    const { node } = await nodeThat(
      (call, response, request) => {
        seen.push({ call, authorization: request.headers.authorization });
        if (Array.isArray(call))
          response.end(JSON.stringify(call.map(({ id }) => ({ result: '00', error: null, id }))));
        else answer(response, call.method === 'getinfo' ? INFO : 3, call.id);
      },
      { chain: 'besure' },
    );
    await node.getInfo();
    await node.getRawTransactions([HASH]);
    const authorization = `Basic ${Buffer.from('user:password').toString('base64')}`;
    expect(seen).toEqual([
      { authorization, call: { method: 'getblockcount', params: [], id: 0, chain_name: 'besure' } },
      // This is multichain-node: it cannot name a chain, so the call before it did.
      { authorization, call: { method: 'getinfo', params: [], id: 1, jsonrpc: '2.0' } },
      {
        authorization,
        call: [{ method: 'getrawtransaction', params: [HASH, 0], id: 0, chain_name: 'besure' }],
      },
    ]);
  });

  it('grants nothing on another chain', async () => {
    const methods: string[] = [];
    const { node } = await nodeThat((call, response) => {
      methods.push((call as Call).method);
      response
        .writeHead(400, { 'Content-Type': 'application/json' })
        .end('{"result":null,"error":{"code":-32600,"message":"Wrong chain name"},"id":0}\n');
    });
    await expect(node.grant('address', 'send')).rejects.toMatchObject({
      code: 'wrong-chain',
      retryable: false,
    });
    expect(methods).toEqual(['getblockcount']);
  });

  it('asks nothing for empty lists', async () => {
    const { node, sockets } = await nodeThat(() => undefined);
    expect(await node.listUnspent([])).toEqual([]);
    expect(await node.getRawTransactions([])).toEqual([]);
    expect(await node.sendRawTransactions([])).toEqual([]);
    expect(sockets).toEqual([]);
  });
});

describe('batches', () => {
  it('go in hundreds, and keep their order', async () => {
    const sizes: number[] = [];
    const { node } = await nodeThat((call, response) => {
      const calls = call as Call[];
      sizes.push(calls.length);
      const answers = calls.map(({ id, params }) => ({ result: params[0], error: null, id }));
      response.end(JSON.stringify(answers.reverse()));
    });
    const wanted = Array.from({ length: 230 }, (_, i) => i.toString(16).padStart(64, '0'));
    expect(await node.getRawTransactions(wanted)).toEqual(wanted);
    expect(sizes).toEqual([100, 100, 30]);
  });

  it.each([
    ['one answer too few', (ids: unknown[]) => ids.slice(1)],
    ['one answer too many', (ids: unknown[]) => [...ids, 99]],
    ['an answer twice', (ids: unknown[]) => [ids[0], ids[0], ids[1]]],
    ['an answer to something else', (ids: unknown[]) => [ids[0], ids[1], 'x']],
  ])('are refused with %s', async (_, change) => {
    const { node } = await nodeThat((call, response) => {
      const ids = change((call as Call[]).map(({ id }) => id));
      response.end(JSON.stringify(ids.map((id) => ({ result: HASH, error: null, id }))));
    });
    await expect(node.sendRawTransactions(transactions)).rejects.toMatchObject({ code: 'unexpected-answer' });
  });

  it('are refused as a whole where the node answers with one result', async () => {
    const { node } = await nodeThat((_call, response) => answer(response, HASH));
    await expect(node.sendRawTransactions(transactions)).rejects.toMatchObject({ code: 'unexpected-answer' });
  });

  it('tell a transaction that the node names otherwise', async () => {
    const { node } = await nodeThat((call, response) =>
      response.end(JSON.stringify((call as Call[]).map(({ id }) => ({ result: HASH, error: null, id })))),
    );
    expect(await node.sendRawTransactions(transactions.slice(0, 1))).toEqual([
      { ok: false, error: expect.objectContaining({ code: 'unexpected-answer' }) as unknown },
    ]);
  });

  it.each([
    ['missing-inputs', -27, 'missing inputs', true],
    ['inputs-spent', -26, '18: bad-txns-inputs-spent', false],
  ])(
    'count a transaction as sent if the node has it, though it says %s',
    async (code, number, text, retryable) => {
      const { node } = await nodeThat((call, response) => {
        const answers = (call as Call[]).map(({ id, method, params }) => {
          if (method === 'getrawtransaction') {
            return params[0] === txids[0]
              ? { result: transactions[0], error: null, id }
              : {
                  result: null,
                  error: { code: -710, message: 'No information available about transaction' },
                  id,
                };
          }
          const inChain = { code: -27, message: 'transaction already in block chain' };
          const error = params[0] === transactions[2] ? inChain : { code: number, message: text };
          return { result: null, error, id };
        });
        response.end(JSON.stringify(answers));
      });
      expect(await node.sendRawTransactions(transactions)).toEqual([
        { ok: true, txid: txids[0] },
        { ok: false, error: expect.objectContaining({ code, retryable }) as unknown },
        { ok: true, txid: txids[2] },
      ]);
    },
  );

  it('fail as a whole with what is true for the node, not for a transaction', async () => {
    const { node } = await nodeThat((call, response) => {
      const error = { code: -28, message: 'RPC server started' };
      response.end(JSON.stringify((call as Call[]).map(({ id }) => ({ result: null, error, id }))));
    });
    await expect(node.sendRawTransactions(transactions)).rejects.toMatchObject({
      code: 'starting',
      retryable: true,
    });
  });

  it('send nothing that could end a node', async () => {
    const seen: unknown[] = [];
    const { node } = await nodeThat((call, response) => {
      const calls = call as Call[];
      seen.push(...calls.map(({ params }) => params[0]));
      response.end(JSON.stringify(calls.map(({ id }) => ({ result: txids[1], error: null, id }))));
    });
    const harmful = serialiseTransaction({
      ...parseTransaction(parseHex(transactions[0] ?? '')),
      outputs: [{ value: 0n, script: new Uint8Array(0) }],
    });
    const sent = [toHex(harmful), 'zz', '00', transactions[1] ?? '', (transactions[1] ?? '').toUpperCase()];
    const refused = (code: string): unknown => ({
      ok: false,
      error: expect.objectContaining({ code }) as unknown,
    });
    expect(await node.sendRawTransactions(sent)).toEqual([
      refused('rejected'),
      refused('undecodable'),
      refused('undecodable'),
      { ok: true, txid: txids[1] },
      refused('undecodable'),
    ]);
    expect(seen).toEqual([transactions[1]]);
  });
});

describe('answers in another shape', () => {
  it.each([
    ['getBlockCount', (node: LedgerNode) => node.getBlockCount(), -1],
    ['getBlockCount', (node: LedgerNode) => node.getBlockCount(), '3'],
    ['getBlockHash', (node: LedgerNode) => node.getBlockHash(1), HASH.toUpperCase()],
    ['getRawBlock', (node: LedgerNode) => node.getRawBlock(HASH), '0'],
    ['getRawTransaction', (node: LedgerNode) => node.getRawTransaction(HASH), null],
    ['listUnspent', (node: LedgerNode) => node.listUnspent(['a']), [{ txid: HASH }]],
  ])('%s', async (_, call, result) => {
    const { node } = await nodeThat((_call, response) => answer(response, result));
    await expect(call(node)).rejects.toMatchObject({ code: 'unexpected-answer', retryable: false });
  });

  it.each([
    ['getInfo', (node: LedgerNode) => node.getInfo(), { ...INFO, blocks: '3' }],
    ['getBlockchainParams', (node: LedgerNode) => node.getBlockchainParams(), { 'chain-name': 'besure' }],
    ['createStream', (node: LedgerNode) => node.createStream('a'), ''],
    ['grant', (node: LedgerNode) => node.grant('a', 'send'), null],
    ['importAddress', (node: LedgerNode) => node.importAddress('a'), 'imported'],
    ['importAddress', (node: LedgerNode) => node.importAddress('a'), { isvalid: true, ismine: 1 }],
    ['listStreams', (node: LedgerNode) => node.listStreams(), [{ name: 'a' }]],
    ['listPermissions', (node: LedgerNode) => node.listPermissions('*'), [{ address: 'a' }]],
    ['lockBlock', (node: LedgerNode) => node.lockBlock(HASH), true],
  ])('%s', async (_, call, result) => {
    const { node } = await nodeThat(admin((_call, response) => answer(response, result)));
    await expect(call(node)).rejects.toMatchObject({ code: 'unexpected-answer', retryable: false });
  });
});
