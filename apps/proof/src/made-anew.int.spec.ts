import { join } from 'node:path';
import { createFactsVault, generateLedgerKey, type LedgerSigner, nodePrimitives } from '@besure/keys';
import { hash160, p2pkhScript } from '@besure/ledger-tx';
import { encodeHex, equalBytes, parseStatement, parseStatementsMadeAnew } from '@besure/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { facts } from '../contract/proof-zone.js';
import { DEADLINE_MILLIS, TwoZones, statesOf } from '../contract/two-zones.js';
import { askExchange } from './ask-exchange.js';
import { type ClosingContext, closeSlot } from './slot-closer.js';
import { markFinal } from './slot-rows.js';

let zones: TwoZones;
let ledgerSigner: LedgerSigner;

beforeEach(async () => {
  zones = await TwoZones.open();
  ledgerSigner = generateLedgerKey(join(zones.folder, 'ledger.hex'));
});

afterEach(() => zones.close());

/** Closes a slot of alpha; answers how many statements stand in it. */
function close(
  slot: number,
  { mayMake = true, sizes = { slot: 100, part: 100 } } = {},
): Promise<number | null> {
  const keyHash = hash160(ledgerSigner.publicKey);
  const context: ClosingContext = {
    ...zones.closingWith(ledgerSigner),
    sizes,
    renewal: zones.renewal(mayMake),
  };
  return closeSlot(context, slot, {
    txid: 'a'.repeat(64),
    vout: 0,
    script: encodeHex(p2pkhScript(keyHash)),
  });
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly slot: string | null;
  readonly jws: string;
}

async function rows(): Promise<(Row & { isOld: boolean })[]> {
  const found = await zones.alpha.store.transaction((tx) =>
    tx.query<Row[]>('SELECT id, state, slot, jws FROM statement ORDER BY state, id'),
  );
  return found.map((row) => {
    const { certificateKey } = parseStatement(row.jws, nodePrimitives.sha256);
    return { ...row, isOld: !equalBytes(certificateKey, zones.alpha.signer.publicKey) };
  });
}

function shown(all: readonly (Row & { isOld: boolean })[]) {
  return all.map(({ state, slot, isOld }) => [state, slot, isOld ? 'old' : 'new']);
}

describe('a statement whose key the board has ended before it was recorded', () => {
  it('is in no slot, and another one about the same is countersigned and recorded', async () => {
    await zones.record(facts);
    await zones.state(facts);
    await zones.ask();
    await zones.rotateSigningKey();
    zones.now += 1000;
    expect(await close(5)).toBe(0);
    expect(shown(await rows())).toEqual([
      ['prepared', null, 'new'],
      ['replaced', null, 'old'],
    ]);
    const [fresh, old] = (await rows()) as unknown as [Row, Row];
    const told = (await zones.alpha.store.readAll(0, 100)).flatMap(({ type, data }) =>
      type === 'StatementsMadeAnew' ? parseStatementsMadeAnew(data) : [],
    );
    expect(told).toEqual([{ event: expect.any(String) as string, statement: fresh.id, before: old.id }]);
    // The exchange has countersigned the old one: it does not stand in the way.
    await zones.ask();
    expect(await close(6)).toBe(1);
    expect(shown(await rows())).toEqual([
      ['countersigned', '6', 'new'],
      ['replaced', null, 'old'],
    ]);
    expect((await statesOf(zones.exchange.store)).toSorted()).toEqual(['countersigned', 'countersigned']);
    // What an event says again is still known.
    expect(await zones.state(facts)).toBe(0);
  });

  it('waits while there is no key to make it anew with, and is made anew once, however often slots are closed', async () => {
    await zones.record(facts);
    await zones.state(facts);
    await zones.ask();
    await zones.rotateSigningKey();
    expect([await close(5, { mayMake: false }), await close(6, { mayMake: false })]).toEqual([0, 0]);
    expect(shown(await rows())).toEqual([['countersigned', null, 'old']]);
    expect([await close(7), await close(8)]).toEqual([0, 0]);
    expect(shown(await rows())).toEqual([
      ['prepared', null, 'new'],
      ['replaced', null, 'old'],
    ]);
  });

  it('keeps no other from being recorded, part by part', async () => {
    const several = ['m-1', 'm-2', 'm-3', 'm-4', 'm-5'].map((message) => ({ ...facts, message }));
    await zones.record(...several);
    await zones.state(...several.slice(0, 3));
    await zones.rotateSigningKey();
    zones.now += 1;
    await zones.state(...several.slice(3));
    await zones.ask();
    expect(await close(5, { sizes: { slot: 100, part: 2 } })).toBe(2);
    await zones.ask();
    expect(await close(6, { sizes: { slot: 100, part: 2 } })).toBe(3);
    const states = (await rows()).map(({ state, slot }) => `${state} ${slot}`);
    expect(states.toSorted()).toEqual([
      'countersigned 5',
      'countersigned 5',
      'countersigned 6',
      'countersigned 6',
      'countersigned 6',
      'replaced null',
      'replaced null',
      'replaced null',
    ]);
  });

  it('is of no interest to an answer that comes late', async () => {
    await zones.record(facts);
    await zones.state(facts);
    zones.now += DEADLINE_MILLIS;
    const noAnswer = zones.asking(() => Promise.reject(new Error('away')));
    await askExchange(noAnswer);
    zones.now += 60_000;
    const member = zones.memberAlpha();
    const late = zones.asking(async (statements) => {
      await zones.rotateSigningKey();
      expect(await close(4)).toBe(0);
      return zones.countersigner().answer(member, statements);
    });
    expect(await askExchange(late)).toBe(1);
    expect(shown(await rows())).toEqual([
      ['prepared', null, 'new'],
      ['replaced', null, 'old'],
    ]);
  });

  it('waits for a key that opens it; what is erased goes on as it is, as there is nothing to state any more', async () => {
    const two = ['m-1', 'm-2'].map((message) => ({ ...facts, message }));
    await zones.record(...two);
    await zones.state(...two);
    await zones.ask();
    await zones.rotateSigningKey();
    zones.restart();
    const [erased] = (await rows()) as unknown as [Row];
    await zones.alpha.store.transaction((tx) =>
      tx.query('UPDATE statement SET openings = NULL, openings_key = NULL WHERE id = $1', [erased.id]),
    );
    const { vault } = zones.alpha;
    zones.alpha = { ...zones.alpha, vault: createFactsVault([new Uint8Array(32).fill(5)]) };
    expect(await close(5)).toBe(1);
    expect(shown(await rows())).toEqual(
      [
        ['countersigned', '5', 'old'],
        ['countersigned', null, 'old'],
      ].toSorted((a, b) => Number(a[1] === null) - Number(b[1] === null)),
    );
    zones.alpha = { ...zones.alpha, vault };
    expect(await close(6)).toBe(0);
    expect(shown(await rows())).toEqual([
      ['countersigned', '5', 'old'],
      ['prepared', null, 'new'],
      ['replaced', null, 'old'],
    ]);
  });
});

describe('a statement in a slot', () => {
  /** The item of a slot stands in the log, in a block of that height. */
  async function becomesFinal(slot: number, height: number): Promise<void> {
    await zones.alpha.store.transaction(async (tx) => {
      const [{ root }] = (await tx.query<{ root: string }[]>('SELECT root FROM slot WHERE slot = $1', [
        slot,
      ])) as [{ root: string }];
      await markFinal(tx, [{ slot, root, leaf: slot, height }]);
    });
  }

  /** In slot 5: agreed on, and signed with a key that the board ends from block 100 on. */
  async function recorded(): Promise<void> {
    await zones.record(facts);
    await zones.state(facts);
    await zones.ask();
    expect(await close(5)).toBe(1);
  }

  it.each([
    ['is read of', ['rotate', 'final']],
    ['is only read of after that', ['final', 'rotate']],
  ] as const)(
    'that comes into a block in which its key has ended, which %s, is made anew, once',
    async (_when, order) => {
      await recorded();
      for (const step of order) await (step === 'final' ? becomesFinal(5, 100) : zones.rotateSigningKey());
      expect(await close(6, { mayMake: false })).toBe(0);
      expect(shown(await rows())).toEqual([['countersigned', '5', 'old']]);
      expect([await close(7), await close(8)]).toEqual([0, 0]);
      expect(shown(await rows())).toEqual([
        ['prepared', null, 'new'],
        ['replaced', '5', 'old'],
      ]);
      await zones.ask();
      expect(await close(9)).toBe(1);
      await becomesFinal(9, 101);
      // A second rotation does not begin with what was looked at.
      await zones.rotateSigningKey();
      expect(await close(10)).toBe(0);
      expect((await rows()).map(({ state, slot }) => `${state} ${slot}`)).toEqual([
        'countersigned 9',
        'replaced 5',
      ]);
    },
  );

  it('that comes into the last block in which its key counts stays', async () => {
    await recorded();
    await zones.rotateSigningKey();
    await becomesFinal(5, 99);
    expect(await close(6)).toBe(0);
    expect(shown(await rows())).toEqual([['countersigned', '5', 'old']]);
  });
});

describe('the exchange', () => {
  it('lets only another key than the ended one state the same again', async () => {
    await zones.record(facts);
    const before = zones.crafted(facts);
    const again = zones.crafted(facts);
    await zones.rotateSigningKey();
    const after = zones.crafted(facts);
    const once = zones.crafted(facts);
    const answer = async (one: typeof after) =>
      (await zones.countersigner().answer(zones.memberAlpha(), [one]))[0];
    expect(await answer(before)).toMatchObject({ verdict: 'countersigned' });
    expect(await answer(again)).toEqual({ verdict: 'refused', code: 'already-stated' });
    expect(await answer(after)).toMatchObject({ verdict: 'countersigned' });
    expect(await answer(once)).toEqual({ verdict: 'refused', code: 'already-stated' });
    expect(await answer(again)).toEqual({ verdict: 'refused', code: 'already-stated' });
    expect(await answer(before)).toMatchObject({ verdict: 'countersigned' });
  });

  it('waits with what is signed with a key that it has not read of yet', async () => {
    await zones.record(facts);
    const member = zones.memberAlpha();
    await zones.rotateSigningKey();
    const statement = zones.crafted(facts);
    expect(await zones.countersigner().answer(member, [statement])).toEqual([{ verdict: 'waiting' }]);
    expect([await statesOf(zones.exchange.store), zones.unknownKeys]).toEqual([[], 1]);
    expect(await zones.countersigner().answer(zones.memberAlpha(), [statement])).toMatchObject([
      { verdict: 'countersigned' },
    ]);
  });
});
