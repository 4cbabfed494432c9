import type { LedgerSigner, StatementSigner } from '@besure/keys';
import { addressFormatOf } from '@besure/governance';
import { encodeAddress } from '@besure/ledger-tx';
import { decodeBase64url, encodeBase64url } from '@besure/protocol';
import { testKey } from '@besure/protocol/test-material';
import { beforeEach, describe, expect, it } from 'vitest';
import { Board } from '../contract/board.js';
import { belongsToAnother, endedKeys } from './key-standing.js';
import { OwnKeys } from './own-keys.js';

let board: Board;
let said: string[];
const next = testKey('next signing key of alpha').publicKey;
let nextAddress: string;

beforeEach(() => {
  board = new Board();
  nextAddress = encodeAddress(new Uint8Array(20).fill(9), addressFormatOf(board.charter));
  said = [];
});

function memberAlpha() {
  return board.charter.organisations.find(({ id }) => id === 'alpha')!;
}

function held({ signing, ledger }: { signing?: Uint8Array; ledger?: string } = {}) {
  const { signingKeys, ledgerKeys } = memberAlpha();
  return {
    organisation: 'alpha',
    signingKey: signing ?? decodeBase64url(signingKeys[0]!.key),
    ledgerAddress: ledger ?? ledgerKeys[0]!.address,
  };
}

/** Keys that sign with one byte. */
function keys(which: Parameters<typeof held>[0] = {}): OwnKeys {
  const { signingKey, ...rest } = held(which);
  return new OwnKeys({
    ...rest,
    board: () => board,
    statementSigner: { publicKey: signingKey, sign: () => Uint8Array.of(1) } as unknown as StatementSigner,
    ledgerSigner: { sign: () => Uint8Array.of(2) } as unknown as LedgerSigner,
    onStanding: (kind, standing, before) => said.push(`${kind}: ${before ?? 'start'} -> ${standing}`),
  });
}

function rotate(): number {
  return board.decides({
    kind: 'rotate-signing-key',
    organisation: 'alpha',
    signingKey: encodeBase64url(next),
  });
}

describe('the keys of an organisation', () => {
  it('sign while they are in force, and not from the decision on that ends them', () => {
    const mine = keys();
    mine.look();
    expect(mine.statementSigner.sign('x')).toEqual(Uint8Array.of(1));
    expect(mine.ledgerSigner.sign(new Uint8Array(32))).toEqual(Uint8Array.of(2));
    rotate();
    mine.look();
    mine.look();
    const refusal = expect.objectContaining({ code: 'key-not-in-force', retryable: true }) as Error;
    expect(() => mine.statementSigner.sign('x')).toThrow(refusal);
    expect(mine.ledgerSigner.sign(new Uint8Array(32))).toEqual(Uint8Array.of(2));
    board.decides({ kind: 'rotate-ledger-key', organisation: 'alpha', ledgerAddress: nextAddress });
    mine.look();
    expect(() => mine.ledgerSigner.sign(new Uint8Array(32))).toThrow(refusal);
    expect([mine.publishesSince, said]).toEqual([
      null,
      [
        'signing: start -> in-force',
        'ledger: start -> in-force',
        'signing: in-force -> ended',
        'ledger: in-force -> ended',
      ],
    ]);
  });

  it('wait for the board: known by nobody, before it, decided', async () => {
    const mine = keys({ signing: next, ledger: nextAddress });
    mine.look();
    const rotations = [
      { kind: 'rotate-signing-key', organisation: 'alpha', signingKey: encodeBase64url(next) },
      { kind: 'rotate-ledger-key', organisation: 'alpha', ledgerAddress: nextAddress },
    ] as const;
    expect([mine.signing, mine.ledger]).toEqual(['unknown', 'unknown']);
    board.hasBeforeIt({ ...rotations[0], organisation: 'beta' });
    expect(mine.signing).toBe('unknown');
    let goesOn = false;
    const waiting = mine.untilSigning(new AbortController().signal).then(() => (goesOn = true));
    for (const [change, kind] of [
      [rotations[0], 'signing'],
      [rotations[1], 'ledger'],
    ] as const) {
      board.hasBeforeIt(change);
      mine.look();
      await Promise.resolve();
      expect([mine[kind], goesOn]).toEqual(['proposed', kind === 'ledger']);
      const since = board.decides(change);
      mine.look();
      if (kind === 'signing') await waiting;
      else expect(mine.publishesSince).toBe(since);
      expect(mine[kind]).toBe('in-force');
    }
  });

  it('let nobody wait who is told to stop', async () => {
    const stopping = new AbortController();
    const mine = keys({ signing: next });
    const waiting = mine.untilSigning(stopping.signal);
    stopping.abort();
    await expect(waiting).resolves.toBeUndefined();
    await expect(mine.untilSigning(stopping.signal)).resolves.toBeUndefined();
    await expect(keys().untilSigning(new AbortController().signal)).resolves.toBeUndefined();
  });

  it('rest with the membership, and publish anew since it was taken up again', () => {
    const mine = keys();
    const first = mine.publishesSince;
    board.decides({ kind: 'suspend-organisation', organisation: 'alpha' });
    expect([mine.signing, mine.ledger, mine.publishesSince]).toEqual(['suspended', 'suspended', null]);
    const since = board.decides({ kind: 'reinstate-organisation', organisation: 'alpha' });
    expect([mine.signing, mine.ledger, mine.publishesSince]).toEqual(['in-force', 'in-force', since]);
    expect(since).not.toBe(first);
    board.decides({ kind: 'remove-organisation', organisation: 'alpha' });
    expect([mine.signing, mine.ledger]).toEqual(['removed', 'removed']);
  });

  it('are told from those of another member, of which no decision makes them', () => {
    expect(belongsToAnother(held(), board.charter)).toBeNull();
    expect(belongsToAnother(held({ signing: next, ledger: nextAddress }), board.charter)).toBeNull();
    const asBeta = { ...held(), organisation: 'beta' };
    expect(belongsToAnother(asBeta, board.charter)).toBe('signing');
    expect(belongsToAnother({ ...asBeta, signingKey: next }, board.charter)).toBe('ledger');
  });

  it('have ended for good, in their order, unlike one that only rests', () => {
    const { key } = memberAlpha().signingKeys[0]!;
    const ended = () => endedKeys(board, 'alpha');
    board.decides({ kind: 'suspend-organisation', organisation: 'alpha' });
    expect(ended()).toEqual([]);
    board.decides({ kind: 'reinstate-organisation', organisation: 'alpha' });
    const until = rotate();
    expect(ended()).toEqual([{ key, until }]);
    const signingKey = encodeBase64url(next);
    const end = board.decides({
      kind: 'revoke-signing-key',
      organisation: 'alpha',
      signingKey,
      compromisedFrom: until,
    });
    expect(ended()).toEqual([
      { key, until },
      { key: signingKey, until: end },
    ]);
  });
});
