import type { EventStore, Tx } from '@besure/event-store';
import { type FactsVault, ephemeralFactsVault, nodePrimitives } from '@besure/keys';
import {
  type StatementToCountersign,
  encodeOpenings,
  parseCountersignature,
  parseRecordsKept,
  parseStatement,
} from '@besure/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accepted, facts } from '../contract/proof-zone.js';
import { DEADLINE_MILLIS, IAT, TwoZones, statesOf } from '../contract/two-zones.js';
import { askExchange } from './ask-exchange.js';
import type { Countersigner } from './countersigner.js';
import { FreshRecords } from './fresh-records.js';
import { keepRecords } from './keep-records.js';
import { KEY_PATIENCE_MILLIS } from './opening.js';

let zones: TwoZones;

beforeEach(async () => {
  zones = await TwoZones.open();
});

afterEach(() => zones.close());

async function attemptsOf(store: EventStore, state: string): Promise<number[]> {
  const rows = await store.transaction((tx) =>
    tx.query<{ attempts: number }[]>('SELECT DISTINCT attempts FROM statement WHERE state = $1', [state]),
  );
  return rows.map((row) => row.attempts);
}

async function typesOf(store: EventStore): Promise<string[]> {
  return (await store.readAll(0, 1000)).map((event) => event.type);
}

describe('a statement between an organisation and the exchange', () => {
  it('is countersigned where both records agree, within the tolerance on time', async () => {
    await zones.record({ ...facts, time: '2026-11-22T10:04:00.000Z' });
    expect(await zones.state(facts)).toBe(1);
    expect(await zones.ask()).toBe(1);
    expect(await statesOf(zones.alpha.store)).toEqual(['countersigned']);
    expect(await statesOf(zones.exchange.store)).toEqual(['countersigned']);
    expect(await typesOf(zones.alpha.store)).toEqual(['StatementsPrepared', 'StatementsCountersigned']);
    expect(await zones.ask()).toBe(0);
  });

  it('of a correction stands beside the one that it corrects, and both are countersigned', async () => {
    await zones.record(facts);
    await zones.state(facts);
    await zones.ask();
    const [wrong] = await zones.alpha.store.transaction((tx) =>
      tx.query<{ id: string }[]>('SELECT id FROM statement'),
    );
    const right = { ...facts, document: { ...facts.document, size: 4 }, corrects: wrong!.id };
    await zones.record(right);
    expect(await zones.state(right)).toBe(1);
    await zones.ask();
    expect(await statesOf(zones.alpha.store)).toEqual(['countersigned', 'countersigned']);
    expect(await statesOf(zones.exchange.store)).toEqual(['countersigned', 'countersigned']);
  });

  it('bears no time of the exchange that lies before its own, however slow that clock is', async () => {
    await zones.record(facts);
    await zones.state(facts);
    await zones.ask(IAT - 60);
    const [row] = await zones.alpha.store.transaction((tx) =>
      tx.query<{ countersignature: string; iat: string }[]>('SELECT countersignature, iat FROM statement'),
    );
    expect(parseCountersignature(row!.countersignature).iat).toBe(IAT);
    expect(Number(row!.iat)).toBe(IAT);
  });

  it('is recorded in no slot before the one in which it was countersigned', async () => {
    await zones.record(facts);
    await zones.state(facts);
    await zones.ask(IAT + 4);
    const [row] = await zones.alpha.store.transaction((tx) =>
      tx.query<{ iat: string }[]>('SELECT iat FROM statement'),
    );
    expect(Number(row!.iat)).toBe(IAT + 4);
  });

  it('attack: signed far ahead, it is refused: the exchange could not record it for as long', async () => {
    await zones.record(facts);
    await zones.state(facts);
    await zones.ask(IAT - 304);
    expect(await statesOf(zones.exchange.store)).toEqual([]);
    const [event] = (await zones.alpha.store.readAll(0, 10)).filter(
      (one) => one.type === 'StatementsOneSided',
    );
    expect(event?.data).toMatchObject({ entries: [{ disputed: true, why: 'signed-ahead' }] });
  });

  it('attack: countersigned far ahead, it has no countersignature: the exchange has no veto over it', async () => {
    await zones.record(facts);
    await zones.state(facts);
    await zones.ask(IAT + 1_000_000);
    expect(await statesOf(zones.alpha.store)).toEqual(['prepared']);
    zones.now += DEADLINE_MILLIS;
    await zones.ask(IAT + 1_000_000);
    expect(await statesOf(zones.alpha.store)).toEqual(['one-sided']);
  });

  it('attack: countersigned between two slot starts, it has no countersignature: no verifier would take it', async () => {
    await zones.record(facts);
    await zones.state(facts);
    await zones.ask(IAT + 1);
    expect(await statesOf(zones.alpha.store)).toEqual(['prepared']);
  });

  it('attack: signed between two slot starts, it is refused: no verifier would take it', async () => {
    await zones.record(facts);
    const tooFine = zones.crafted(facts, IAT + 1);
    expect(await zones.countersigner(IAT + 4).answer(zones.memberAlpha(), [tooFine])).toEqual([
      { verdict: 'refused', code: 'signing-time-invalid' },
    ]);
    expect(await statesOf(zones.exchange.store)).toEqual([]);
  });

  it('waits for the exchange’s record, and is decided when that arrives', async () => {
    await zones.state(facts);
    await zones.ask();
    expect([await statesOf(zones.alpha.store), await statesOf(zones.exchange.store)]).toEqual([
      ['prepared'],
      ['waiting'],
    ]);
    await zones.record(facts);
    expect(await zones.countersigner().decideWaiting(100)).toBe(1);
    zones.now += 1000;
    await zones.ask();
    expect(await statesOf(zones.alpha.store)).toEqual(['countersigned']);
  });

  it('ends one-sided and disputed where the records differ, and nobody is told in what', async () => {
    await zones.record({ ...facts, document: { ...facts.document, size: 4 } });
    await zones.state(facts);
    await zones.ask();
    expect(await statesOf(zones.alpha.store)).toEqual(['one-sided']);
    const [event] = (await zones.alpha.store.readAll(0, 10)).filter(
      (one) => one.type === 'StatementsOneSided',
    );
    expect(event?.data).toMatchObject({ entries: [{ disputed: true, why: 'disputed' }] });
  });

  it('ends one-sided at the deadline where the exchange is silent, and is countersigned late when it comes back', async () => {
    await zones.record(facts);
    await zones.state(facts);
    const silent = zones.asking(() => Promise.reject(new Error('no answer')));
    await askExchange(silent);
    zones.now += DEADLINE_MILLIS;
    await askExchange(silent);
    expect(await statesOf(zones.alpha.store)).toEqual(['one-sided']);
    await zones.alpha.store.transaction((tx) => tx.query('UPDATE statement SET slot = 1'));
    zones.now += DEADLINE_MILLIS;
    await zones.ask();
    expect(await typesOf(zones.alpha.store)).toEqual([
      'StatementsPrepared',
      'StatementsOneSided',
      'StatementsCompletedLate',
    ]);
    expect(await statesOf(zones.alpha.store)).toEqual(['one-sided']);
  });

  it('is countersigned where one of two instances had the answer and the other one none', async () => {
    await zones.record(facts);
    await zones.state(facts);
    zones.now += DEADLINE_MILLIS;
    const silent = { ...zones.asking(() => Promise.reject(new Error('no answer'))), answered: { at: 0 } };
    const answered = zones.asking(async (statements) => {
      await askExchange(silent);
      expect(await statesOf(zones.alpha.store)).toEqual(['one-sided']);
      return zones.countersigner().answer(zones.memberAlpha(), statements);
    });
    await askExchange(answered);
    expect(await statesOf(zones.alpha.store)).toEqual(['countersigned']);
    expect((await typesOf(zones.alpha.store)).at(-1)).toBe('StatementsCountersigned');
  });

  it('keeps one countersignature where two instances have the answer', async () => {
    await zones.record(facts);
    await zones.state(facts);
    const one = (statements: readonly StatementToCountersign[]): ReturnType<Countersigner['answer']> =>
      zones.countersigner().answer(zones.memberAlpha(), statements);
    const two = zones.asking(async (statements) => {
      await askExchange(zones.asking(one));
      return one(statements);
    });
    await askExchange(two);
    expect(await typesOf(zones.alpha.store)).toEqual(['StatementsPrepared', 'StatementsCountersigned']);
  });

  it('has its deadline anew after a restart: the exchange may have been away as long', async () => {
    await zones.record(facts);
    await zones.state(facts);
    zones.now += 10 * DEADLINE_MILLIS;
    const silent = { ...zones.asking(() => Promise.reject(new Error('no answer'))), askingSince: zones.now };
    await askExchange(silent);
    expect(await statesOf(zones.alpha.store)).toEqual(['prepared']);
    zones.now += DEADLINE_MILLIS;
    await askExchange(silent);
    expect(await statesOf(zones.alpha.store)).toEqual(['one-sided']);
  });

  it('does not wait for a round of its own where the exchange is silent: each round takes as long as the exchange may', async () => {
    const letters = Array.from({ length: 250 }, (_, at) => ({ ...facts, message: `letter ${at}` }));
    for (let at = 0; at < letters.length; at += 50) await zones.state(...letters.slice(at, at + 50));
    zones.now += DEADLINE_MILLIS;
    await zones.state({ ...facts, message: 'of a moment ago' });
    await askExchange(zones.asking(() => Promise.reject(new Error('no answer'))));
    const states = await statesOf(zones.alpha.store);
    expect(states.filter((one) => one === 'one-sided')).toHaveLength(250);
    expect(states.filter((one) => one === 'prepared')).toHaveLength(1);
  });

  it('is not ended by one failed request that was not about it: silence is as long as the deadline', async () => {
    const letters = Array.from({ length: 250 }, (_, at) => ({ ...facts, message: `letter ${at}` }));
    for (let at = 0; at < letters.length; at += 50) await zones.state(...letters.slice(at, at + 50));
    zones.now += DEADLINE_MILLIS;
    const silent = zones.asking(() => Promise.reject(new Error('no answer')));
    expect(await zones.ask()).toBe(100);
    await askExchange(silent);
    const states = await statesOf(zones.alpha.store);
    expect(states.filter((one) => one === 'prepared')).toHaveLength(150);
    zones.now += DEADLINE_MILLIS;
    await askExchange(silent);
    expect(new Set(await statesOf(zones.alpha.store))).toEqual(new Set(['one-sided']));
  });

  it('is not ended by a request that was broken off because this service stops', async () => {
    await zones.state(facts);
    zones.now += DEADLINE_MILLIS;
    const stopped = zones.asking(() => {
      zones.stopping.abort();
      return Promise.reject(new Error('no answer'));
    });
    expect(await askExchange(stopped)).toBe(0);
    expect(await statesOf(zones.alpha.store)).toEqual(['prepared']);
  });

  it('does not keep this service from stopping, however many were never answered', async () => {
    const letters = Array.from({ length: 350 }, (_, at) => ({ ...facts, message: `letter ${at}` }));
    for (let at = 0; at < letters.length; at += 50) await zones.state(...letters.slice(at, at + 50));
    zones.now += DEADLINE_MILLIS;
    const vault = {
      ...zones.alpha.vault,
      lacksKeyOf: () => (zones.stopping.abort(), false),
    };
    await askExchange({ ...zones.asking(() => Promise.reject(new Error('no answer'))), vault });
    const states = await statesOf(zones.alpha.store);
    // What was asked about, and the group under way.
    expect(states.filter((one) => one === 'one-sided')).toHaveLength(200);
  });

  it('that is sealed with a key which the key file lacks waits for it, past its deadline, and keeps no other from being asked about', async () => {
    const letters = Array.from({ length: 150 }, (_, at) => ({ ...facts, message: `letter ${at}` }));
    for (let at = 0; at < letters.length; at += 50) await zones.state(...letters.slice(at, at + 50));
    const { vault } = zones.alpha;
    zones.restart();
    zones.alpha = { ...zones.alpha, vault: ephemeralFactsVault() };
    zones.now += DEADLINE_MILLIS;
    await zones.state(facts);
    await zones.record(facts, letters[0]!);
    // One that can be read stands before all others in the line: about the rest, the exchange cannot be silent.
    await zones.alpha.store.transaction((tx) =>
      tx.query('UPDATE statement SET attempt_at = 0 WHERE prepared_at = $1', [zones.now]),
    );
    expect(await askExchange(zones.asking(() => Promise.reject(new Error('no answer'))))).toBe(100);
    zones.now += 1000;
    expect(await zones.ask()).toBe(1);
    const before = await statesOf(zones.alpha.store);
    expect(before.filter((one) => one === 'prepared')).toHaveLength(150);
    expect(before.filter((one) => one === 'countersigned')).toHaveLength(1);
    expect(await attemptsOf(zones.alpha.store, 'prepared')).toEqual([0]);
    expect(zones.damaged).toEqual([]);

    zones.alpha = { ...zones.alpha, vault };
    zones.now += KEY_PATIENCE_MILLIS;
    await zones.ask();
    await zones.ask();
    const after = await statesOf(zones.alpha.store);
    expect(after.filter((one) => one === 'countersigned')).toHaveLength(2);
    expect(after).not.toContain('prepared');
  });

  it('waits for its own round where the exchange answers, however many are before it', async () => {
    const letters = Array.from({ length: 150 }, (_, at) => ({ ...facts, message: `letter ${at}` }));
    for (let at = 0; at < letters.length; at += 50) await zones.record(...letters.slice(at, at + 50));
    for (let at = 0; at < letters.length; at += 50) await zones.state(...letters.slice(at, at + 50));
    zones.now += DEADLINE_MILLIS;
    await zones.ask();
    expect(await zones.ask()).toBe(50);
    expect(new Set(await statesOf(zones.alpha.store))).toEqual(new Set(['countersigned']));
  });

  it('is brought to the exchange before what that was silent about already', async () => {
    const letters = Array.from({ length: 100 }, (_, at) => ({ ...facts, message: `letter ${at}` }));
    for (let at = 0; at < letters.length; at += 50) await zones.state(...letters.slice(at, at + 50));
    zones.now += DEADLINE_MILLIS;
    await askExchange(zones.asking(() => Promise.reject(new Error('no answer'))));
    zones.now += 3_600_000;
    await zones.record(facts);
    await zones.state(facts);
    await zones.ask();
    const states = await statesOf(zones.alpha.store);
    expect(states.filter((one) => one === 'countersigned')).toHaveLength(1);
  });

  it('is not decided by a round in which there was nothing to ask the exchange: that is no silence', async () => {
    const letters = Array.from({ length: 100 }, (_, at) => ({ ...facts, message: `letter ${at}` }));
    for (let at = 0; at < letters.length; at += 50) await zones.state(...letters.slice(at, at + 50));
    await zones.alpha.store.transaction((tx) =>
      tx.query('UPDATE statement SET openings = NULL, attempt_at = attempt_at - 1'),
    );
    await zones.state(facts);
    zones.now += DEADLINE_MILLIS;
    expect(await askExchange(zones.asking(() => Promise.reject(new Error('no answer'))))).toBe(100);
    const states = await statesOf(zones.alpha.store);
    expect(states.filter((one) => one === 'one-sided')).toHaveLength(100);
    expect(states.filter((one) => one === 'prepared')).toHaveLength(1);
  });

  it('answers an organisation that is no party as if the message were unknown', async () => {
    await zones.record({ ...facts, sender: { ...facts.sender, organisation: 'gamma' } });
    await zones.state(facts);
    await zones.ask();
    expect(await statesOf(zones.exchange.store)).toEqual(['waiting']);
  });

  it('takes no countersignature that does not verify', async () => {
    await zones.state(facts);
    const forged = zones.asking(async (statements) =>
      statements.map(() => ({ verdict: 'countersigned', countersignature: 'e30.e30.AAAA' })),
    );
    await askExchange(forged);
    expect(await statesOf(zones.alpha.store)).toEqual(['prepared']);
  });

  it('gives the same bytes when it is asked again', async () => {
    await zones.record(facts);
    await zones.state(facts);
    const member = zones.memberAlpha();
    const answers: unknown[] = [];
    await askExchange(
      zones.asking(async (statements) => {
        const twice = [
          await zones.countersigner().answer(member, statements),
          await zones.countersigner().answer(member, statements),
        ];
        answers.push(...twice);
        return twice[0]!;
      }),
    );
    expect(answers[1]).toEqual(answers[0]);
  });

  it('whose openings do not open any more keeps no other from being countersigned', async () => {
    const several = ['m-1', 'm-2'].map((message) => ({ ...facts, message }));
    await zones.record(...several);
    await zones.state(...several);
    await zones.alpha.store.transaction((tx) =>
      tx.query(`UPDATE statement SET openings = 'damaged' WHERE id = (SELECT min(id) FROM statement)`),
    );
    zones.restart();
    await zones.ask();
    expect((await statesOf(zones.alpha.store)).toSorted()).toEqual(['countersigned', 'prepared']);
    zones.now += DEADLINE_MILLIS;
    await zones.ask();
    expect((await statesOf(zones.alpha.store)).toSorted()).toEqual(['countersigned', 'one-sided']);
    expect(zones.damaged).toHaveLength(1);
  });

  it('is countersigned after a restart of both as well, from what is in their databases', async () => {
    await zones.record(facts);
    await zones.state(facts);
    zones.restart();
    await zones.ask();
    expect(await statesOf(zones.alpha.store)).toEqual(['countersigned']);
  });

  it('whose openings were erased is shown to nobody, though they were in memory a moment ago', async () => {
    await zones.record(facts);
    await zones.state(facts);
    await zones.alpha.store.transaction((tx) => tx.query('UPDATE statement SET openings = NULL'));
    let asked = 0;
    await askExchange(zones.asking(() => Promise.resolve(((asked += 1), []))));
    expect(asked).toBe(0);
  });

  it('is compared with no record that was erased, though it was in memory a moment ago', async () => {
    await zones.record(facts);
    await zones.exchange.store.transaction((tx) => tx.query('DELETE FROM record'));
    await zones.state(facts);
    await zones.ask();
    expect(await statesOf(zones.exchange.store)).toEqual(['waiting']);
  });

  it('is compared with the record that stands, not with one that came later and is in memory', async () => {
    await zones.record(facts);
    await zones.record({ ...facts, document: { ...facts.document, size: 4 } });
    await zones.state(facts);
    await zones.ask();
    expect(await statesOf(zones.exchange.store)).toEqual(['countersigned']);
  });

  it('makes one statement of two events about the same', async () => {
    await zones.state(facts);
    expect(await zones.state(facts)).toBe(0);
    expect(await typesOf(zones.alpha.store)).toEqual(['StatementsPrepared', 'EventsRepeated']);
  });
});

describe('attack:', () => {
  const otherDocument = { ...facts, document: { ...facts.document, size: 4 } };

  it('a second statement about the same event, with another content, is not countersigned', async () => {
    await zones.record(facts);
    const first = zones.crafted(facts);
    const answers = [
      await zones.countersigner().answer(zones.memberAlpha(), [first]),
      await zones
        .countersigner()
        .answer(zones.memberAlpha(), [zones.crafted(otherDocument), zones.crafted(facts)]),
    ];
    expect(answers).toMatchObject([
      [{ verdict: 'countersigned' }],
      [
        { verdict: 'refused', code: 'already-stated' },
        { verdict: 'refused', code: 'already-stated' },
      ],
    ]);
    // Nor does the organisation itself make one, whatever its back office sends.
    expect(await zones.state(facts, otherDocument, { ...facts, time: '2026-11-22T10:00:01.000Z' })).toBe(1);
  });

  it('who tries until the exchange agrees has one try: no second statement, no second look at the first', async () => {
    await zones.record(facts);
    const wrong = zones.crafted(otherDocument);
    expect(await zones.countersigner().answer(zones.memberAlpha(), [wrong])).toEqual([
      { verdict: 'disputed' },
    ]);
    const rows = await zones.exchange.store.transaction((tx) =>
      tx.query<{ state: string; disputed: boolean }[]>('SELECT state, disputed FROM statement'),
    );
    expect(rows).toEqual([{ state: 'disputed', disputed: true }]);
    expect(await zones.countersigner().answer(zones.memberAlpha(), [zones.crafted(facts), wrong])).toEqual([
      { verdict: 'refused', code: 'already-stated' },
      { verdict: 'disputed' },
    ]);
    expect(await zones.countersigner().decideWaiting(100)).toBe(0);
  });

  it('who asks about the messages of others keeps nobody else from being decided', async () => {
    const ofOthers = zones.crafted({ ...facts, message: 'of-others' });
    expect(await zones.countersigner().answer(zones.memberAlpha(), [ofOthers])).toEqual([
      { verdict: 'waiting' },
    ]);
    expect(await zones.countersigner().answer(zones.memberAlpha(), [zones.crafted(facts)])).toEqual([
      { verdict: 'waiting' },
    ]);
    await zones.record(
      { ...facts, message: 'of-others', sender: { ...facts.sender, organisation: 'gamma' } },
      facts,
    );
    await zones.exchange.store.transaction((tx) =>
      tx.query('UPDATE statement SET prepared_at = 0 WHERE id = $1', [
        parseStatement(ofOthers.jws, nodePrimitives.sha256).id,
      ]),
    );
    // One place, and who stands first in line takes it: for one round only.
    expect(await zones.countersigner().decideWaiting(1)).toBe(1);
    expect((await statesOf(zones.exchange.store)).toSorted()).toEqual(['waiting', 'waiting']);
    expect(await zones.countersigner().decideWaiting(1)).toBe(1);
    expect(await zones.countersigner().decideWaiting(1)).toBe(0);
    expect((await statesOf(zones.exchange.store)).toSorted()).toEqual(['countersigned', 'waiting']);
  });

  it.each(['openings of a statement', 'facts of a record'])(
    'damaged %s keep no other from being decided',
    async (what) => {
      const several = ['m-1', 'm-2'].map((message) => ({ ...facts, message }));
      const asked = several.map((one) => zones.crafted(one));
      await zones.countersigner().answer(zones.memberAlpha(), asked);
      await zones.record(...several);
      const [table, column, key] = what.startsWith('openings')
        ? ['statement', 'openings', 'id']
        : ['record', 'facts', 'lookup'];
      await zones.exchange.store.transaction((tx) =>
        tx.query(
          `UPDATE ${table} SET ${column} = 'damaged' WHERE ${key} = (SELECT min(${key}) FROM ${table})`,
        ),
      );
      // After a restart: nothing is in memory.
      const decider = zones.countersigner(IAT, new FreshRecords(0));
      expect(await decider.decideWaiting(100)).toBe(2);
      expect(await decider.decideWaiting(100)).toBe(0);
      expect(zones.damaged).toHaveLength(1);
      expect((await statesOf(zones.exchange.store)).toSorted()).toEqual(['countersigned', 'waiting']);
    },
  );

  it.each(['openings of a statement', 'facts of a record'])(
    '%s that are sealed with a key which the key file lacks keep no other from being answered or decided, and wait for it',
    async (what) => {
      const several = ['m-1', 'm-2'].map((message) => ({ ...facts, message }));
      const asked = several.map((one) => zones.crafted(one));
      const other = ephemeralFactsVault();
      if (what.startsWith('openings')) await zones.countersigner().answer(zones.memberAlpha(), asked);
      await zones.record(...several);
      await zones.exchange.store.transaction((tx) =>
        what.startsWith('openings') ? sealAnew(tx, other, asked[0]!) : sealRecordAnew(tx, other),
      );
      zones.restart();
      if (!what.startsWith('openings')) {
        const answers = await zones.countersigner().answer(zones.memberAlpha(), asked);
        expect(answers.map(({ verdict }) => verdict).toSorted()).toEqual(['countersigned', 'waiting']);
      }
      // One place in line: who cannot be read leaves it to the next, and does not come back at once.
      await zones.countersigner().decideWaiting(1);
      await zones.countersigner().decideWaiting(1);
      expect(await zones.countersigner().decideWaiting(1)).toBe(0);
      expect((await statesOf(zones.exchange.store)).toSorted()).toEqual(['countersigned', 'waiting']);
      expect(await attemptsOf(zones.exchange.store, 'waiting')).toEqual([0]);
      expect(zones.damaged).toEqual([]);

      zones.now += KEY_PATIENCE_MILLIS;
      zones.exchange = { ...zones.exchange, vault: both(zones.exchange.vault, other) };
      expect(await zones.countersigner().decideWaiting(1)).toBe(1);
      expect(await statesOf(zones.exchange.store)).toEqual(['countersigned', 'countersigned']);
    },
  );

  it('a backlog is told in events that their readers take', async () => {
    const letters = Array.from({ length: 101 }, (_, at) => ({ ...facts, message: `letter ${at}` }));
    const events = [letters.slice(0, 60), letters.slice(60)].flatMap((some) =>
      accepted(zones.exchange.vault, ...some),
    );
    await zones.exchange.store.transaction((tx) => keepRecords(zones.exchange, tx, events));
    const told = await zones.exchange.store.readAll(0, 100);
    const sizes = told
      .filter(({ type }) => type === 'RecordsKept')
      .map(({ data }) => parseRecordsKept(data).length);
    expect(sizes).toEqual([100, 1]);
  });

  it('who asks about the messages of others learns nothing: unknown, and no party, is one answer', async () => {
    await zones.record({
      ...facts,
      message: 'of-others',
      sender: { ...facts.sender, organisation: 'gamma' },
    });
    const guesses = ['of-others', 'of-nobody'].map((message) => zones.crafted({ ...facts, message }));
    const [ofOthers, ofNobody] = await zones.countersigner().answer(zones.memberAlpha(), guesses);
    expect(ofOthers).toEqual(ofNobody);
    expect(ofOthers).toEqual({ verdict: 'waiting' });
    expect(await statesOf(zones.exchange.store)).toEqual(['waiting', 'waiting']);
  });
});

/** The same key file with one key more. */
function both(vault: FactsVault, other: FactsVault): FactsVault {
  const of = (wrappedKey: Uint8Array): FactsVault => (other.lacksKeyOf(wrappedKey) ? vault : other);
  return { ...vault, open: (sealed) => of(sealed.wrappedKey).open(sealed) };
}

async function sealAnew(tx: Tx, other: FactsVault, asked: StatementToCountersign): Promise<void> {
  const { ciphertext, wrappedKey } = other.seal(encodeOpenings(asked.disclosures));
  const { id } = parseStatement(asked.jws, nodePrimitives.sha256);
  await tx.query('UPDATE statement SET openings = $2, openings_key = $3, prepared_at = 0 WHERE id = $1', [
    id,
    ciphertext,
    wrappedKey,
  ]);
}

async function sealRecordAnew(tx: Tx, other: FactsVault): Promise<void> {
  const [row] = await tx.query<{ lookup: string; facts: Buffer; facts_key: Buffer }[]>(
    'SELECT lookup, facts, facts_key FROM record LIMIT 1',
  );
  const { vault } = zones.exchange;
  const sealed = other.seal(vault.open({ ciphertext: row!.facts, wrappedKey: row!.facts_key }));
  await tx.query('UPDATE record SET facts = $2, facts_key = $3 WHERE lookup = $1', [
    row!.lookup,
    sealed.ciphertext,
    sealed.wrappedKey,
  ]);
}
