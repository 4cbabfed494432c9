import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatCharter, parseNote, prepareNote } from '@besure/governance';
import { generateSeatKey, nodePrimitives, openSeatProgram, type SeatSigner } from '@besure/keys';
import { attachSignature, encodeBase64url } from '@besure/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AnsweringHub, besureRights as besure, charterWith } from '../../contract/answering-hub.js';

const PROGRAM = join(import.meta.dirname, '../../../../examples/seat-program/openssl.sh');
const NETWORK = '3d'.repeat(32);
const folder = mkdtempSync(join(tmpdir(), 'besure-cli-board-'));
const passphrase = join(folder, 'passphrase');
const seatFile = join(folder, 'seat.age');

let server: AnsweringHub;
let hub = '';
let seat: SeatSigner;
let signed = '';
let proposal = '';

function answer(path: string, body: unknown, status?: number): void {
  server.answer(path, body, status);
}

async function noteBy(member: string, content: object): Promise<{ id: string; signed: string }> {
  const said = { network: NETWORK, member, ...content } as Parameters<typeof prepareNote>[0];
  const input = prepareNote(said, encodeBase64url(seat.publicKey));
  const jws = attachSignature(input, await seat.sign(input));
  return { id: parseNote(jws, nodePrimitives.sha256).id, signed: jws };
}

const rights = {
  network: NETWORK,
  version: 3,
  height: 90,
  size: 12,
  digest: 'ab'.repeat(32),
  ledger: { height: 98, tip: 100 },
  members: [
    { id: 'alpha', name: 'Al\u001b[2Jpha', role: 'organisation', status: 'member', seats: 1 },
    { id: 'beta', name: 'Beta', role: 'organisation', status: 'suspended', seats: 2 },
  ],
  hubs: [{ id: 'hub-1', operator: 'Operator', provider: 'provider', standing: true }],
  hosting: {
    capPercent: 40,
    providers: [{ provider: 'provider', hubs: { there: 1, limit: 1 }, operators: { there: 1, limit: 1 } }],
  },
  board: { rule: { mode: 'majority' }, openProposals: 4, longestLifeBlocks: 1000 },
};

function shown(id: string, jws: string): object {
  const note = parseNote(jws, nodePrimitives.sha256).content;
  return {
    ...{ id, note, signed: jws, height: 95, status: 'open', closed: null, remarks: [] },
    tally: { for: ['alpha'], against: [], outstanding: ['beta'], needed: 2, including: [] },
    votes: [{ member: 'alpha', choice: 'for', number: 7, height: 97, note: 'cast' }],
    pending: [],
  };
}

beforeAll(async () => {
  writeFileSync(passphrase, 'correct horse\n');
  seat = await generateSeatKey(seatFile, 'correct horse', 10);
  server = await AnsweringHub.start();
  hub = server.url;
  const change = { kind: 'suspend-organisation', organisation: 'beta' };
  const content = { kind: 'proposal', state: 3, expires: 200, minute: null, change };
  ({ id: proposal, signed } = await noteBy('beta', content));
});
afterAll(() => {
  server.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  server.forget();
  answer('/v1/rights', rights);
  answer('/v1/charter', formatCharter(charterWith(encodeBase64url(seat.publicKey))));
  answer(`/v1/rights/proposals/${proposal}`, shown(proposal, signed));
  answer('/v1/rights/preview', { changes: [{ path: 'a.b', before: null, after: { from: 1 } }] });
  answer('/v1/rights/notes', { id: 'taken' }, 202);
});

const asAlpha = (): string[] => ['--seat', seatFile, '--passphrase-file', passphrase, '--url', hub, '--yes'];

describe('./besure rights, what it takes', () => {
  it.each([
    [['vote', 'x'], 'an ID, and for or against'],
    [['vote', 'x', 'maybe'], 'an ID, and for or against'],
    [['vote', 'x', 'for'], '--seat is missing'],
    [['vote', 'x', 'for', '--seat', 'x', '--seat-program', 'y'], 'not both'],
    [['vote', 'x', 'for', '--number', '0', '--seat', 'x'], '--number must be'],
    [['withdraw', '--seat', 'x'], 'ID is missing'],
    [['propose', '--seat', 'x'], 'CHANGE is missing'],
    [['propose', 'suspend-organisation', '--seat', 'x'], 'a FILE, or one of suspend-organisation'],
    [['propose', 'admit-organisation', 'x', '--seat', 'x'], 'a FILE, or one of suspend-organisation'],
    [['preview', 'remove-hub', 'Not An Id'], 'hub must be 1 to 63 lowercase letters'],
    [['propose', 'remove-hub', 'a', '--life', '0', '--seat', 'x'], '--life must be'],
    [['withdraw', 'x', '--seat', 'x', '--genesis', 'abc'], '64 hexadecimal digits'],
    [['history', '--from', '-1'], '--from'],
    [['proposals', 'x', '--status', 'open'], 'not both'],
    [['show', '--url', 'ftp://hub'], '--url must start with'],
    [['export', 'x', '--out', 'y', '--url', 'http://h', '--log', 'z'], '--url or --log, not both'],
  ])('refuses %j with exit status 64', async (args, reason) => {
    const { status, out, err } = await besure(...args);
    expect({ status, out }).toEqual({ status: 64, out: '' });
    expect(err).toContain(reason);
  });

  it('reads a change from a file, and says what is wrong with it', async () => {
    const file = join(folder, 'change.json');
    for (const [text, status, why] of [
      ['{"kind":"remove-witness","witness":"w"}', 0, ''],
      ['{"kind":"remove-witness","witness":"w","more":1}', 1, 'is not a member'],
      ['{"kind":"admit-everybody"}', 1, 'must be a change of a known kind'],
      ['none', 1, 'it is not JSON'],
    ] as const) {
      writeFileSync(file, text);
      const { status: found, err } = await besure('preview', file, '--url', hub);
      expect([text, found, err]).toEqual([text, status, expect.stringContaining(why)]);
    }
    expect((await besure('preview', join(folder, 'none.json'), '--url', hub)).status).toBe(66);
  });

  it('takes an id that begins as an option does', async () => {
    const id = `-${'A'.repeat(42)}`;
    expect((await besure('proposals', id, '--url', hub)).err).toContain('answers 404');
    expect((await besure('proposals', '-short', '--url', hub)).err).toContain('answers 404');
  });
});

describe('./besure rights, what it shows', () => {
  it('shows how the network stands, and obeys nothing of it', async () => {
    const { status, out } = await besure('show', '--url', hub);
    expect(status).toBe(0);
    expect(out).toContain('alpha  member, organisation, 1 seat  Al\\u001b[2Jpha');
    expect(out).toContain('provider: 1 hub of 1 possible, 1 operator of 1');
    expect(JSON.parse((await besure('show', '--url', hub, '--json')).out)).toEqual(rights);
  });

  it('shows one proposal by the beginning of its id', async () => {
    answer('/v1/rights/proposals', { proposals: [shown(proposal, signed)] });
    const { status, out } = await besure('proposals', proposal.slice(0, 8), '--url', hub);
    expect(status).toBe(0);
    expect(out).toContain(`${proposal}  open until height 200\n  beta asks: suspend-organisation beta`);
    expect(out).toContain('for: alpha; against: nobody; outstanding: beta; 2 needed');
    const none = await besure('proposals', '!', '--url', hub);
    expect([none.status, none.err]).toEqual([1, expect.stringContaining('there is no proposal')]);
  });

  it('reads all pages of the history', async () => {
    const page = (index: number, next: number | null): object => ({
      entries: [
        {
          ...{ index, height: 9, note: index === 4 ? 'said' : null },
          outcome: { refused: 'seat', rule: 'no seat', field: 'kid' },
        },
      ],
      next,
    });
    answer('/v1/rights/history?from=4', page(4, 5));
    answer('/v1/rights/history?from=5', page(5, null));
    const { out } = await besure('history', '--from', '4', '--url', hub);
    expect(out).toBe(
      '     4  height 9  refused (seat): no seat, by the note said\n     5  height 9  refused (seat): no seat\n',
    );
  });

  it('tells a hub that is away from one that answers something else', async () => {
    const away = await besure('show', '--url', 'http://127.0.0.1:1');
    expect([away.status, away.err]).toEqual([69, expect.stringContaining('does not answer\n')]);
    for (const [body, status] of [
      ['<html>', 200],
      [{ network: 1 }, 200],
      ['<html>', 503],
    ] as const) {
      answer('/v1/rights', body, status);
      expect((await besure('show', '--url', hub)).status).toBe(69);
    }
  });
});

describe('./besure rights export --url', () => {
  const vector = join(import.meta.dirname, '../../../../vectors/decision/valid/accepted.json');
  const decision = JSON.parse(readFileSync(vector, 'utf8')) as {
    readonly text: string;
    readonly network: string;
  };
  const { proposal: id } = JSON.parse(decision.text) as { readonly proposal: string };
  const out = join(folder, 'decision.json');
  const exported = (...args: string[]): ReturnType<typeof besure> =>
    besure('export', id, '--out', out, '--url', hub, ...args);

  beforeEach(() => {
    rmSync(out, { force: true });
    answer('/v1/rights', { ...rights, network: decision.network });
    answer(`/v1/rights/proposals/${id}/decision`, decision.text);
  });

  it('writes what the hub hands out', async () => {
    const { status, out: told } = await exported('--json');
    expect([status, JSON.parse(told)]).toMatchObject([0, { proposal: id, network: decision.network }]);
    expect(readFileSync(out, 'utf8')).toBe(decision.text);
  });

  it.each<[string, () => unknown, number, string]>([
    ['of another network', () => answer('/v1/rights', rights), 1, 'no charter of the network'],
    [
      'changed',
      () => answer(`/v1/rights/proposals/${id}/decision`, decision.text.replace('\n', ' ')),
      1,
      'is not the one of what it says',
    ],
    [
      'not there yet',
      () => answer(`/v1/rights/proposals/${id}/decision`, { type: 't', title: 'T', detail: 'later' }, 503),
      69,
      'answers 503: later',
    ],
  ])('writes none that is %s', async (_what, arrange, status, why) => {
    arrange();
    expect(await exported()).toMatchObject({ status, err: expect.stringContaining(why) as string });
    expect(() => readFileSync(out)).toThrow('ENOENT');
  });

  it('writes none on another proposal', async () => {
    answer(`/v1/rights/proposals/${proposal}/decision`, decision.text);
    const { status, err } = await besure('export', proposal, '--out', out, '--url', hub);
    expect([status, err]).toEqual([1, expect.stringContaining('another decision')]);
  });
});

describe('./besure rights, what it signs', () => {
  it('votes with the number after the last one, on the state of the proposal, and says what it signs', async () => {
    const { status, out, err } = await besure('vote', proposal, 'against', ...asAlpha(), '--json');
    expect([status, JSON.parse(out)]).toMatchObject([0, { id: 'taken' }]);
    const { note } = JSON.parse(server.handedIn.at(-1)!) as { note: string };
    const { content, key } = parseNote(note, nodePrimitives.sha256);
    expect(key).toBe(encodeBase64url(seat.publicKey));
    expect(content).toEqual({
      ...{ kind: 'vote', network: NETWORK, member: 'alpha', state: 3, number: 8, choice: 'against' },
      proposal,
    });
    for (const part of ['to be signed by alpha', 'suspend-organisation', 'in the place of its vote for'])
      expect(err).toContain(part);
    expect(err).toContain('a.b: null -> {"from":1}');
  });

  it('numbers a vote above those of the member that wait for a block, and shows them', async () => {
    const pending = [
      { member: 'alpha', choice: 'against', number: 9 },
      { member: 'alpha', choice: 'for', number: 8 },
      { member: 'beta', choice: 'for', number: 30 },
    ];
    answer(`/v1/rights/proposals/${proposal}`, { ...shown(proposal, signed), pending });
    const { status, err } = await besure('vote', proposal, 'for', ...asAlpha());
    expect(status).toBe(0);
    const { note } = JSON.parse(server.handedIn.at(-1)!) as { note: string };
    expect(parseNote(note, nodePrimitives.sha256).content).toMatchObject({ number: 10, choice: 'for' });
    expect(err).toContain('in the place of its vote against, which waits for a final block\n');
    const { out } = await besure('proposals', proposal, '--url', hub);
    expect(out).toContain('waits for a final block: vote 30 of beta, for\n');
    answer(`/v1/rights/proposals/${proposal}`, { ...shown(proposal, signed), pending: null });
    expect((await besure('proposals', proposal, '--url', hub)).out).toContain('the hub cannot say now\n');
  });

  it('takes the number that it is told, for who has handed a vote to another hub', async () => {
    expect((await besure('vote', proposal, 'for', '--number', '12', ...asAlpha())).status).toBe(0);
    const { note } = JSON.parse(server.handedIn.at(-1)!) as { note: string };
    expect(parseNote(note, nodePrimitives.sha256).content).toMatchObject({ number: 12 });
  });

  it('has a program sign, where it has the key, and tells whose program does not', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const file = join(folder, 'seat.pem');
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    process.env['BESURE_SEAT_KEY'] = file;
    const { publicKey } = await openSeatProgram(PROGRAM);
    const key = encodeBase64url(publicKey);
    answer('/v1/charter', formatCharter(charterWith(key)));
    const asked = ['vote', proposal, 'for', '--yes', '--url', hub] as const;
    expect((await besure(...asked, '--seat-program', PROGRAM)).status).toBe(0);
    const { note } = JSON.parse(server.handedIn.at(-1)!) as { note: string };
    expect(parseNote(note, nodePrimitives.sha256)).toMatchObject({ key, content: { member: 'alpha' } });
    const none = join(folder, 'none.sh');
    const { status, err } = await besure(...asked, '--seat-program', none);
    expect([status, err]).toEqual([66, expect.stringContaining(`${none} cannot be run`)]);
    delete process.env['BESURE_SEAT_KEY'];
  });

  it('does not sign a vote on a proposal that the hub shows as another one', async () => {
    const change = { kind: 'remove-organisation', organisation: 'beta' };
    const other = await noteBy('beta', { kind: 'proposal', state: 3, expires: 200, minute: null, change });
    for (const body of [shown(proposal, other.signed), { ...shown(proposal, signed), signed: 'nothing' }]) {
      answer(`/v1/rights/proposals/${proposal}`, body);
      const { status, err } = await besure('vote', proposal, 'for', ...asAlpha());
      expect([status, err]).toEqual([1, expect.stringContaining('do not believe it')]);
    }
    expect(server.handedIn).toEqual([]);
  });

  it('proposes for the longest life there is, and not what cannot be', async () => {
    const change = ['remove-organisation', 'beta'];
    expect((await besure('propose', ...change, ...asAlpha())).status).toBe(0);
    const { note } = JSON.parse(server.handedIn.at(-1)!) as { note: string };
    expect(parseNote(note, nodePrimitives.sha256).content).toMatchObject({ state: 3, expires: 1100 });
    const problem = { type: 'urn:besure:problem:rights-change', title: 'No', field: 'change', rule: 'R' };
    answer('/v1/rights/preview', problem, 422);
    server.handedIn.length = 0;
    const { status, err } = await besure('propose', ...change, ...asAlpha());
    expect([status, err]).toEqual([
      1,
      `besure: ${hub} refuses it: No (rights-change)\n  field: change\n  rule: R\n`,
    ]);
    expect(server.handedIn.filter((body) => body.includes('note'))).toEqual([]);
  });

  it('signs nothing without a yes, without the seat, or in another network', async () => {
    const without = asAlpha().slice(0, -1);
    const asked = await besure('vote', proposal, 'for', ...without);
    expect([asked.status, asked.err]).toEqual([64, expect.stringContaining('--yes is missing')]);
    const elsewhere = await besure('vote', proposal, 'for', ...asAlpha(), '--genesis', '0'.repeat(64));
    expect([elsewhere.status, elsewhere.err]).toEqual([1, expect.stringContaining(NETWORK)]);
    writeFileSync(passphrase, 'wrong\n');
    expect((await besure('vote', proposal, 'for', ...asAlpha())).status).toBe(66);
    writeFileSync(passphrase, 'correct horse\n');
    const stranger = encodeBase64url((await generateSeatKey(join(folder, 'b.age'), 'b', 10)).publicKey);
    answer('/v1/charter', formatCharter(charterWith(stranger)));
    const gone = await besure('vote', proposal, 'for', ...asAlpha());
    expect([gone.status, gone.err]).toEqual([1, expect.stringContaining('is no seat of a member')]);
    expect(server.handedIn.filter((body) => body.includes('"note"'))).toEqual([]);
  });
});
