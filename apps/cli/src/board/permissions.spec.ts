import { expectedRights, formatCharter } from '@besure/governance';
import { encodeBase64url } from '@besure/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AnsweringHub, besureRights as besure, charterWith } from '../../contract/answering-hub.js';

let hub: AnsweringHub;

beforeAll(async () => {
  hub = await AnsweringHub.start();
});
afterAll(() => hub.stop());

describe('./besure rights permissions', () => {
  const charter = charterWith(encodeBase64url(Uint8Array.of(4, ...new Uint8Array(64).fill(7))));
  const asGiven = {
    height: 7,
    permissions: expectedRights(charter, 8).map((right) => ({
      ...right,
      startBlock: 0,
      endBlock: 0xffff_ffff,
    })),
    streams: Object.values(charter.ledger.streams).map((name) => ({ name, restrictsWrite: true })),
    differences: [] as object[],
  };
  const [alpha] = charter.organisations.find(({ id }) => id === 'alpha')!.ledgerKeys;
  const { address } = alpha!;
  const look = (...args: string[]): ReturnType<typeof besure> =>
    besure('permissions', '--url', hub.url, ...args);

  beforeEach(() => hub.answer('/v1/charter', formatCharter(charter)));

  it('shows who may what, and that nothing differs, with exit status 0', async () => {
    hub.answer('/v1/permissions', asGiven);
    const { status, out, err } = await look();
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('at height 7 the ledger permits');
    expect(out).toContain(`  ${address}  alpha: send, receive, proofs.write\n`);
    expect(out).toContain('stream proofs: only who has the right may write\n');
    expect(out).toContain('nothing differs from what the charter says\n');
    expect(JSON.parse((await look('--json')).out)).toEqual(asGiven);
  });

  it('shows what differs, with exit status 1', async () => {
    const stranger = { address: '1Stranger\u001b[2J', stream: null, type: 'mine' };
    const lost = { address, stream: 'proofs', type: 'write' };
    const differing = {
      ...asGiven,
      permissions: [
        ...asGiven.permissions.filter((one) => one.address !== address || one.stream === null),
        { ...stranger, startBlock: 3, endBlock: 9 },
        // Ended before the next block.
        { ...stranger, type: 'admin', startBlock: 3, endBlock: 8 },
      ],
      streams: [{ name: 'proofs', restrictsWrite: false }],
      differences: [
        { kind: 'open-stream', stream: 'proofs' },
        { kind: 'no-stream', stream: 'rights' },
        { kind: 'missing', ...lost },
        { kind: 'surplus', ...stranger },
      ],
    };
    hub.answer('/v1/permissions', differing);
    const { status, out } = await look();
    expect(status).toBe(1);
    for (const line of [
      `  ${address}  alpha: send, receive, proofs.write (not permitted)`,
      '  1Stranger\\u001b[2J  nobody of the charter: mine (not by the charter)',
      'stream proofs: everyone may write',
      '  open-stream: everyone may write to proofs',
      '  no-stream: rights is not there',
      `  missing: proofs.write of ${address}, alpha`,
      '  surplus: mine of 1Stranger\\u001b[2J, nobody of the charter',
    ])
      expect(out.split('\n')).toContain(line);
    const json = await look('--json');
    expect([json.status, JSON.parse(json.out)]).toEqual([1, differing]);
  });

  it('tells that the hub cannot look, with exit status 69', async () => {
    hub.answer('/v1/permissions', { type: 't', title: 'T', detail: 'The ledger cannot be asked now.' }, 503);
    expect(await look()).toMatchObject({
      status: 69,
      out: '',
      err: expect.stringContaining('cannot be asked') as string,
    });
    expect((await besure('permissions', 'x', '--url', hub.url)).status).toBe(64);
  });
});
