import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TcpProxy } from './tcp-proxy.js';
import { waitUntil } from './wait-until.js';

let echo: Server;
let heard: string;
let proxy: TcpProxy;
const opened: Socket[] = [];

beforeEach(async () => {
  heard = '';
  echo = createServer((socket) => {
    opened.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      heard += data.toString();
      socket.write(data);
    });
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await TcpProxy.start((echo.address() as AddressInfo).port);
});

afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy();
  await proxy.close();
  echo.close();
});

/** A client, and all that it was answered. */
function dial(): { socket: Socket; answered: () => string; ended: () => boolean } {
  const socket = connect({ host: '127.0.0.1', port: proxy.port });
  let answered = '';
  let ended = false;
  socket.on('data', (data) => (answered += data.toString()));
  socket.on('error', () => undefined).on('close', () => (ended = true));
  opened.push(socket);
  return { socket, answered: () => answered, ended: () => ended };
}

async function dialAndAsk(text: string): Promise<ReturnType<typeof dial>> {
  const client = dial();
  client.socket.write(text);
  await until('an answer', () => client.answered() === text);
  return client;
}

const until = (what: string, holds: () => boolean): Promise<unknown> =>
  waitUntil({ what, timeoutMillis: 5000 }, () => (holds() ? true : undefined));

it('carries both ways, more than fits into its buffers too, and the end of it', async () => {
  const { socket, answered, ended } = dial();
  const much = 'x'.repeat(5_000_000);
  socket.write(much);
  await until('all of it to come back', () => answered().length === much.length);
  socket.end();
  await until('the end', ended);
  expect(answered()).toBe(much);
  await until('the pair to be forgotten', () => proxy.connections === 0);
});

it('cuts what is there, and takes new ones', async () => {
  const before = await dialAndAsk('before');
  proxy.cut();
  await until('the end', before.ended);
  const after = await dialAndAsk('after');
  expect(after.ended()).toBe(false);
});

it('refuses, until it is open again', async () => {
  const before = await dialAndAsk('before');
  proxy.set('refused');
  await until('the end', before.ended);
  const refused = dial();
  refused.socket.write('refused');
  await until('the refusal', refused.ended);
  expect(refused.answered()).toBe('');
  proxy.set('open');
  await dialAndAsk('after');
  expect(heard).toBe('beforeafter');
});

it('is deaf: what is said arrives, the answer does not, and the connection stays dead', async () => {
  const before = await dialAndAsk('before');
  proxy.set('deaf');
  before.socket.write(', meanwhile');
  await until('it to arrive', () => heard === 'before, meanwhile');
  proxy.set('open');
  const after = await dialAndAsk(', after');
  before.socket.write(', still');
  await until('it to arrive', () => heard === 'before, meanwhile, after, still');
  await dialAndAsk('.');
  expect(before.answered()).toBe('before');
  expect([before.ended(), after.ended()]).toEqual([false, false]);
});

it('is silent: nothing arrives, and nobody is told', async () => {
  const before = await dialAndAsk('before');
  proxy.set('silent');
  before.socket.write(', lost');
  const meanwhile = dial();
  meanwhile.socket.write(', lost too');
  await once(meanwhile.socket, 'connect');
  await until('it to be taken', () => proxy.connections === 2);
  proxy.set('open');
  await dialAndAsk(', after');
  expect(heard).toBe('before, after');
  expect([before.ended(), meanwhile.ended(), before.answered(), meanwhile.answered()]).toEqual([
    false,
    false,
    'before',
    '',
  ]);
});

it('ends a connection for which nobody listens', async () => {
  echo.close();
  for (const socket of opened.splice(0)) socket.destroy();
  const nobody = dial();
  await until('the end', nobody.ended);
  expect(nobody.answered()).toBe('');
});
