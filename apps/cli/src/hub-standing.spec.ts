import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunFile } from '@besure/dev-env';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accusationLine, hubStandings, knownAccusations, standingLines } from './hub-standing.js';

const ITEMS = {
  due: 99,
  from: 0,
  to: 99,
  missing: [
    { member: 'alpha', from: 12, to: 14 },
    { member: 'beta', from: 20, to: 20 },
  ],
  late: [{ member: 'beta', slot: 21, seconds: 40 }],
  silent: ['gamma'],
};
const answers: Record<string, unknown> = {
  '/v1/status': { hub: 'hub', chain: 'c', state: 'following', halted: null, tip: 9, height: 7 },
  '/v1/missing-items': ITEMS,
  '/v1/accusations': {
    accusations: [
      { id: '3', accused: 'hub-2.example/log', lie: 'two-histories', at: '2026-11-22T15:00:00.000Z' },
    ],
  },
};
const server = createServer((request, response) => {
  response.writeHead(answers[request.url ?? ''] === undefined ? 404 : 200);
  response.end(JSON.stringify(answers[request.url ?? '']));
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => server.close());

it('asks each hub, and says who owes items, or that a hub is silent', async () => {
  const { port } = server.address() as AddressInfo;
  const hubs = [
    { id: 'hub', operator: 'One', log: `http://127.0.0.1:${port}/log/proofs` },
    { id: 'hub-2', operator: 'Two', log: 'http://127.0.0.1:1/log/proofs' },
  ];
  const standings = await hubStandings({ hubs } as unknown as RunFile);
  expect(standings).toMatchObject([
    { id: 'hub', reachable: true, state: 'following', height: 7, items: ITEMS },
    { id: 'hub-2', reachable: false, items: null },
  ]);
  expect(standings.flatMap(standingLines)).toEqual([
    'hub      One: following, height 7; slots 0 to 99',
    '  missing  alpha: slot 12 to 14',
    '  missing  beta: slot 20',
    '  late     beta: slot 21, by 40 s',
    '  silent   gamma: no item yet',
    'hub-2    Two: does not answer',
  ]);
});

it('says that all is well where it is', () => {
  const standing = { id: 'hub', operator: 'One', log: '', reachable: true, state: 'following', height: 7 };
  const none = { missing: [], late: [], silent: [] };
  expect(standingLines({ ...standing, items: { due: 9, from: 0, to: 9, ...none } })).toEqual([
    'hub      One: following, height 7; slots 0 to 9: all items in time',
  ]);
  expect(standingLines({ ...standing, items: { due: -1, from: 0, to: -1, ...none } })).toEqual([
    'hub      One: following, height 7; no slot is due yet',
  ]);
});

it('says whom the archives accuse, and nothing of one that is silent', async () => {
  const { port } = server.address() as AddressInfo;
  const services = [
    { name: 'archive', organisation: 'alpha', pid: 1, http: `http://127.0.0.1:${port}` },
    { name: 'archive', organisation: 'beta', pid: 1, http: 'http://127.0.0.1:1' },
    { name: 'proof', organisation: 'alpha', pid: 1, http: `http://127.0.0.1:${port}` },
  ];
  expect((await knownAccusations({ services })).map(accusationLine)).toEqual([
    'lied     hub-2.example/log: two-histories, as the archive of alpha proves (/v1/accusations/3)',
  ]);
});
