import { freshDatabase, waitUntil } from '@besure/testing';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Consumer, type ConsumerOptions, type ConsumerStop } from './consumer.js';
import type { Reader } from './consumer-reader.js';
import { MemoryPipe } from './contract/memory-pipe.js';
import { coreMigrations } from './core-migrations.js';
import type { DeadLetter, NewDeadLetter } from './dead-letter.js';
import { DeadLetters } from './dead-letters.js';
import { openDataSource } from './data-source.js';
import type { JsonValue, NewEvent, StoredEvent } from './event.js';
import { EventStore } from './event-store.js';
import { migrate } from './migrate.js';
import { Relay } from './relay.js';
import type { Tx } from './transaction.js';

const backoff = { firstMillis: 1, largestMillis: 5 };
const ATTEMPTS = 3;

let url: string;
let owner: EventStore;
let reader: EventStore;
let db: DataSource;
let pipe: MemoryPipe;
/** Positions of events, or texts of entries, that nothing can be made of at the moment. */
let poison: Set<JsonValue>;
/** What the handler was called with: positions. */
let calls: number[][];
let put: NewDeadLetter[];
let stops: (ConsumerStop | null)[];
const cleanups: (() => Promise<unknown>)[] = [];

class PoisonError extends Error {
  override readonly name = 'PoisonError';
  readonly code = 'cannot-be-opened';
}

const entriesOf = (event: StoredEvent): readonly string[] => (event.data as { entries: string[] }).entries;

/** One row per entry. The same entry twice is an error of the primary key. */
const how: Reader = {
  source: 'owner',
  reads: { Happened: [] },
  async handler(tx, events) {
    calls.push(events.map(({ position }) => position));
    for (const event of events) {
      for (const entry of entriesOf(event)) {
        await tx.query('INSERT INTO effect (position, entry, attachment) VALUES ($1, $2, $3)', [
          event.position,
          entry,
          event.attachment === null ? null : Buffer.from(event.attachment),
        ]);
      }
    }
    // At the end: what the good ones did is to be undone as well.
    const bad = events.some(
      (event) => poison.has(event.position) || entriesOf(event).some((one) => poison.has(one)),
    );
    if (bad) throw new PoisonError('85.07.30-033.28 cannot be opened');
  },
  split: (event) => entriesOf(event).map((entry) => ({ ...event, data: { entries: [entry] } })),
  async discarded(tx, event, why) {
    for (const entry of entriesOf(event)) {
      await tx.query('INSERT INTO given_up (entry, why) VALUES ($1, $2)', [entry, why]);
    }
  },
};

async function open(schema: string): Promise<[EventStore, DataSource]> {
  const dataSource = await openDataSource({ url, schema, poolSize: 4 });
  cleanups.unshift(() => dataSource.destroy());
  return [new EventStore({ dataSource, schema }), dataSource];
}

async function consumer(options: Partial<ConsumerOptions> = {}): Promise<Consumer> {
  const made = new Consumer({
    ...how,
    store: reader,
    inlet: pipe.inlet('reader'),
    pollMillis: 50,
    backoff,
    limits: { attempts: ATTEMPTS },
    onDeadLetters: (letters) => put.push(...letters),
    onStopped: (stop) => stops.push(stop),
    ...options,
  });
  cleanups.push(() => made.stop());
  await made.start();
  return made;
}

/** Appends one event for each list of entries. */
async function append(...lists: (readonly string[] | NewEvent)[]): Promise<void> {
  const events = lists.map((one): NewEvent => {
    if ('type' in one) return one;
    return { stream: 's', expectedVersion: 'any', type: 'Happened', data: { entries: one } };
  });
  await owner.transaction((tx) => owner.append(tx, events));
}

async function effects(): Promise<[number, string][]> {
  const rows = await db.query<{ position: string; entry: string }[]>(
    'SELECT position, entry FROM effect ORDER BY place',
  );
  return rows.map(({ position, entry }) => [Number(position), entry]);
}

async function position(): Promise<number> {
  const [row] = await db.query<{ position: string }[]>('SELECT position FROM checkpoint');
  return Number(row?.position ?? 0);
}

async function expectReached(wanted: number): Promise<void> {
  await waitUntil({ what: `position ${wanted}` }, async () =>
    (await position()) >= wanted ? true : undefined,
  );
  expect(await position()).toBe(wanted);
}

function office(change: Partial<Reader> = {}): DeadLetters {
  return new DeadLetters({ store: reader, readers: [{ ...how, ...change }] });
}

async function only(letters: Promise<DeadLetter[]>): Promise<DeadLetter> {
  const [letter, ...more] = await letters;
  expect(more).toEqual([]);
  return letter!;
}

const code = (value: string): Error => expect.objectContaining({ code: value }) as Error;

beforeEach(async () => {
  [poison, calls, put, stops] = [new Set(), [], [], []];
  ({ url } = await freshDatabase());
  await migrate({ url, schema: 'owner', migrations: coreMigrations('owner') });
  const effect = {
    name: 'effect',
    sql: `CREATE TABLE effect (place bigserial, position bigint, entry text PRIMARY KEY, attachment bytea);
          CREATE TABLE given_up (entry text PRIMARY KEY, why text);`,
  };
  await migrate({ url, schema: 'reader', migrations: [...coreMigrations('reader'), effect] });
  pipe = new MemoryPipe();
  [owner] = await open('owner');
  [reader, db] = await open('reader');
  const relay = new Relay({ store: owner, outlet: pipe, pollMillis: 20, backoff });
  cleanups.push(() => relay.stop());
  relay.start();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

describe('an event that cannot be handled', () => {
  it('is put aside out of the middle of a group, and its neighbours have their effect, once and in order', async () => {
    poison.add(3);
    await append(['a'], ['b'], ['c'], ['d'], ['e']);
    const made = await consumer();
    await expectReached(5);
    expect(await effects()).toEqual([
      [1, 'a'],
      [2, 'b'],
      [4, 'd'],
      [5, 'e'],
    ]);
    // The group once, then one by one: the bad one as often as it may.
    expect(calls).toEqual([
      [1, 2, 3, 4, 5],
      [1],
      [2],
      ...Array.from({ length: ATTEMPTS }, () => [3]),
      [4],
      [5],
    ]);
    expect(made.status()).toMatchObject({ position: 5, failures: 0, stopped: null });
    const letter = await only(office().list('waiting'));
    expect(letter).toMatchObject({
      source: 'owner',
      entry: null,
      attempts: ATTEMPTS,
      reason: { error: 'PoisonError', code: 'cannot-be-opened', text: null },
      event: { position: 3, stream: 's', version: 3, type: 'Happened', data: { entries: ['c'] } },
      end: null,
    });
    expect(put.map(({ event }) => event.position)).toEqual([3]);
  });

  it('goes in groups again behind the one that failed', async () => {
    poison.add(2);
    await append(['a'], ['b']);
    await consumer();
    await expectReached(2);
    calls.length = 0;
    await append(['c'], ['d'], ['e']);
    await expectReached(5);
    expect(calls).toEqual([[3, 4, 5]]);
  });

  it('loses only the entries that are bad', async () => {
    poison.add('b2');
    await append(['a1'], ['b1', 'b2', 'b3'], ['c1']);
    await consumer();
    await expectReached(3);
    expect((await effects()).map(([, entry]) => entry)).toEqual(['a1', 'b1', 'b3', 'c1']);
    const letter = await only(office().list('waiting'));
    expect(letter).toMatchObject({ entry: 1, event: { position: 2, data: { entries: ['b2'] } } });
  });

  it('is put aside whole where no entry of it is good', async () => {
    for (const entry of ['b1', 'b2']) poison.add(entry);
    await append(['a1'], ['b1', 'b2'], ['c1']);
    await consumer();
    await expectReached(3);
    const letter = await only(office().list('waiting'));
    expect(letter).toMatchObject({ entry: null, event: { data: { entries: ['b1', 'b2'] } } });
  });

  it('is what the database says of its values, too', async () => {
    await append(['a'], ['a'], ['b']);
    await consumer();
    await expectReached(3);
    expect((await effects()).map(([, entry]) => entry)).toEqual(['a', 'b']);
    expect(await only(office().list('waiting'))).toMatchObject({
      reason: { error: 'QueryFailedError', code: '23505', text: null },
    });
  });

  it('keeps what was attached as it came, and nothing of what the error said', async () => {
    poison.add(1);
    const attachment = Uint8Array.of(0, 255, 7);
    await append({ stream: 's', expectedVersion: 0, type: 'Happened', data: { entries: ['a'] }, attachment });
    await consumer();
    await expectReached(1);
    const letter = await only(office().list('waiting'));
    expect(new Uint8Array(letter.event.attachment!)).toEqual(attachment);
    expect(JSON.stringify(await db.query('SELECT * FROM dead_letter'))).not.toContain('85.07.30');
  });

  it('is passed by where nobody reads its type', async () => {
    await append({ stream: 's', expectedVersion: 0, type: 'Other.v7', data: {} }, ['a']);
    await consumer();
    await expectReached(2);
    expect(calls).toEqual([[2]]);
  });
});

describe('attempts', () => {
  it('do not count while the database is away, in conflict or not as it should be', async () => {
    const faults = ['57P01', '53300', '40001', '42P01', 'ECONNRESET', '58030'].flatMap((one) => [
      one,
      one,
      one,
    ]);
    const seen: string[] = [];
    await append(['a']);
    await consumer({
      async handler(tx, events) {
        const fault = faults.shift();
        if (fault !== undefined) {
          seen.push(fault);
          // 40001 and lost connections are tried again by the transaction itself.
          throw Object.assign(new Error('away'), { code: fault });
        }
        await how.handler(tx, events);
      },
    });
    await expectReached(1);
    expect(seen).toHaveLength(18);
    expect(await office().list('all')).toEqual([]);
  });

  it('do not count while the connection is cut in the middle of the handler', async () => {
    let cuts = ATTEMPTS + 2;
    await append(['a']);
    await consumer({
      async handler(tx, events) {
        await how.handler(tx, events);
        if (cuts === 0) return;
        cuts -= 1;
        const [row] = await tx.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
        await owner.transaction((other) => other.query('SELECT pg_terminate_backend($1, 5000)', [row?.pid]));
      },
    });
    await expectReached(1);
    expect(await effects()).toEqual([[1, 'a']]);
    expect(await office().list('all')).toEqual([]);
  });

  it('begin anew after a restart, and what had its effect before has none again', async () => {
    poison.add(2);
    await append(['a'], ['b'], ['c']);
    const tried = Promise.withResolvers<void>();
    const first = await consumer({
      limits: { attempts: 1000 },
      onFailure: (_error, inARow) => {
        if (inARow === 5) tried.resolve();
      },
    });
    await tried.promise;
    expect(await position()).toBe(1);
    await first.stop();
    calls.length = 0;
    await consumer();
    await expectReached(3);
    expect((await effects()).map(([, entry]) => entry)).toEqual(['a', 'c']);
    expect(calls.filter(([one]) => one === 1)).toEqual([]);
    await only(office().list('waiting'));
  });

  it('of two instances put an event aside once', async () => {
    poison.add(2);
    await append(['a'], ['b'], ['c'], ['d']);
    const [other] = await open('reader');
    await Promise.all([consumer(), consumer({ store: other })]);
    await expectReached(4);
    expect((await effects()).map(([, entry]) => entry)).toEqual(['a', 'c', 'd']);
    await only(office().list('all'));
    expect(put).toHaveLength(1);
  });
});

describe('a fault that is not of the events', () => {
  it('stops after a few dead letters in a row, tells it once, and goes on when it is mended', async () => {
    const lists = Array.from({ length: 12 }, (_, at) => [`e${at + 1}`]);
    for (let at = 1; at <= 12; at += 1) poison.add(at);
    await append(...lists);
    const made = await consumer({ limits: { attempts: 2, inARow: 3 } });
    await waitUntil({ what: 'the stop' }, () => made.status().stopped ?? undefined);
    expect(made.status().stopped).toEqual({ code: 'too-many-dead-letters', after: 3 });
    expect((await office().list('waiting')).map(({ event }) => event.position)).toEqual([1, 2, 3]);
    const tried = calls.length;
    await waitUntil({ what: 'more attempts' }, () => (calls.length > tried + 5 ? true : undefined));
    expect(await position()).toBe(3);
    expect(stops).toEqual([{ code: 'too-many-dead-letters', after: 3 }]);
    poison.clear();
    await expectReached(12);
    expect(stops).toEqual([{ code: 'too-many-dead-letters', after: 3 }, null]);
    expect((await effects()).map(([one]) => one)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(made.status()).toMatchObject({ failures: 0, stopped: null });
  });

  it('stays stopped over a restart: no restart buys more dead letters', async () => {
    for (let at = 1; at <= 9; at += 1) poison.add(at);
    await append(...Array.from({ length: 9 }, (_, at) => [`e${at + 1}`]));
    for (let start = 1; start <= 3; start += 1) {
      const made = await consumer({ limits: { attempts: 2, inARow: 2 } });
      await waitUntil({ what: 'the stop' }, () => made.status().stopped ?? undefined);
      await made.stop();
    }
    expect(await position()).toBe(2);
    expect(await office().list('all')).toHaveLength(2);
  });

  it('is no row where something has its effect in between, but no more wait than a person can look at', async () => {
    const lists = Array.from({ length: 20 }, (_, at) => [`e${at + 1}`]);
    for (let at = 2; at <= 20; at += 2) poison.add(at);
    await append(...lists);
    const made = await consumer({ limits: { attempts: 1, inARow: 2, waiting: 4 } });
    await waitUntil({ what: 'the stop' }, () => made.status().stopped ?? undefined);
    expect(made.status().stopped).toEqual({ code: 'too-many-dead-letters', after: 9 });
    // Somebody looks: there is room again.
    const [first, second] = await office().list('waiting');
    for (const { id } of [first!, second!]) await office().discard(id, 'nobody needs it', 'ann');
    await expectReached(13);
    expect((await office().list('waiting')).map(({ event }) => event.position)).toEqual([6, 8, 10, 12]);
  });

  it('begins a new row when an operator has ended one of its letters', async () => {
    for (let at = 1; at <= 3; at += 1) poison.add(at);
    await append(['e1'], ['e2'], ['e3'], ['e4']);
    const made = await consumer({ limits: { attempts: 1, inARow: 2 } });
    await waitUntil({ what: 'the stop' }, () => made.status().stopped ?? undefined);
    const [first] = await office().list('waiting');
    await office().discard(first!.id, 'sent again', 'ann');
    await expectReached(4);
    expect((await office().list('waiting')).map(({ event }) => event.position)).toEqual([2, 3]);
  });
});

describe('an operator', () => {
  async function deadLetter(): Promise<DeadLetter> {
    poison.add('b2');
    const attachment = Uint8Array.of(1, 2);
    await append(
      ['a1'],
      { stream: 's', expectedVersion: 'any', type: 'Happened', data: { entries: ['b1', 'b2'] }, attachment },
      ['c1'],
    );
    await consumer();
    await expectReached(3);
    return only(office().list('waiting'));
  }

  it('replays a letter: it has its effect, once, and the letter ends for ever', async () => {
    const { id } = await deadLetter();
    await expect(office().replay(id, 'ann')).rejects.toThrow(code('cannot-be-opened'));
    expect((await only(office().list('waiting'))).end).toBeNull();
    poison.clear();
    await office().replay(id, 'ann');
    expect((await effects()).map(([, entry]) => entry)).toEqual(['a1', 'b1', 'c1', 'b2']);
    expect(await office().list('waiting')).toEqual([]);
    const ended = await only(office().list('all'));
    expect(ended).toMatchObject({ end: { ending: 'replayed', why: null, by: 'ann' } });
    // The sealed bytes are where the handler put them, and here no more.
    expect(ended.event.attachment).toBeNull();
    await expect(office().replay(id, 'bob')).rejects.toThrow(code('dead-letter-ended'));
    await expect(office().discard(id, 'too late', 'bob')).rejects.toThrow(code('dead-letter-ended'));
    expect(await effects()).toHaveLength(4);
  });

  it('replays once, however many do it at once', async () => {
    const { id } = await deadLetter();
    poison.clear();
    const [, other] = await open('reader');
    const second = new DeadLetters({
      store: new EventStore({ dataSource: other, schema: 'reader' }),
      readers: [how],
    });
    const results = await Promise.allSettled([
      office().replay(id, 'ann'),
      second.replay(id, 'bob'),
      office().discard(id, 'why', 'carl'),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))).toEqual([
      code('dead-letter-ended'),
      code('dead-letter-ended'),
    ]);
    const given = await db.query<unknown[]>('SELECT * FROM given_up');
    expect((await effects()).filter(([, entry]) => entry === 'b2').length + given.length).toBe(1);
  });

  it('discards a letter: what follows from it is in the same commit, with who and why for ever', async () => {
    const { id } = await deadLetter();
    await office().discard(id, 'sent again, ticket 17', 'ann');
    expect(await db.query('SELECT * FROM given_up')).toEqual([{ entry: 'b2', why: 'sent again, ticket 17' }]);
    expect(await only(office().list('all'))).toMatchObject({
      end: { ending: 'discarded', why: 'sent again, ticket 17', by: 'ann' },
      event: { attachment: null },
    });
    poison.clear();
    await expect(office().replay(id, 'bob')).rejects.toThrow(code('dead-letter-ended'));
    for (const table of ['dead_letter', 'dead_letter_end']) {
      for (const change of [
        `DELETE FROM ${table}`,
        `UPDATE ${table} SET letter = 1`,
        `TRUNCATE ${table} CASCADE`,
      ])
        await expect(db.query(change.replace('letter = 1', 'why = NULL'))).rejects.toThrow();
    }
    expect(await office().list('all')).toHaveLength(1);
  });

  it('leaves a letter that waits where discarding fails', async () => {
    const { id } = await deadLetter();
    const failing = office({
      discarded: async (tx) => {
        await tx.query("INSERT INTO given_up (entry, why) VALUES ('b2', 'x')");
        throw new Error('not now');
      },
    });
    await expect(failing.discard(id, 'why', 'ann')).rejects.toThrow('not now');
    expect(await db.query('SELECT * FROM given_up')).toEqual([]);
    await only(office().list('waiting'));
  });

  it('keeps a letter that nobody would learn of if it were given up: it can be replayed', async () => {
    const { id } = await deadLetter();
    const { discarded: _never, ...without } = how;
    const desk = new DeadLetters({ store: reader, readers: [without] });
    await expect(desk.discard(id, 'why', 'ann')).rejects.toThrow(code('not-discardable'));
    await only(desk.list('waiting'));
    poison.clear();
    await desk.replay(id, 'ann');
    expect(await desk.list('waiting')).toEqual([]);
  });

  it('is rid of a letter that nobody would learn of where a person insists, and of no other failure', async () => {
    const { id } = await deadLetter();
    const { discarded: _never, ...without } = how;
    const failing = office({ discarded: () => Promise.reject(new Error('not now')) });
    await expect(failing.discard(id, 'why', 'ann', true)).rejects.toThrow('not now');
    const desk = new DeadLetters({ store: reader, readers: [without] });
    await desk.discard(id, 'the disk is gone', 'ann', true);
    expect(await desk.list('waiting')).toEqual([]);
    expect((await desk.list('all')).map(({ end }) => end)).toMatchObject([
      { ending: 'discarded', why: 'the disk is gone', by: 'ann' },
    ]);
  });

  it('is told of letters that are not there, and of sources that nobody reads', async () => {
    const { id } = await deadLetter();
    await expect(office().replay(id + 1, 'ann')).rejects.toThrow(code('no-dead-letter'));
    const elsewhere = office({ source: 'other' });
    await expect(elsewhere.replay(id, 'ann')).rejects.toThrow(code('no-reader'));
  });
});

describe('an event of a newer version', () => {
  const newer: NewEvent = {
    stream: 's',
    expectedVersion: 'any',
    type: 'Happened.v2',
    data: { list: ['b'] },
  };
  /** What knows version 2: in version 1 the list had another name. */
  const upgraded: Partial<Reader> = {
    reads: {
      Happened: [
        ({ data, attachment }) => ({ data: { list: (data as { entries: JsonValue }).entries }, attachment }),
      ],
    },
    handler: async (tx: Tx, events: readonly StoredEvent[]) =>
      how.handler(
        tx,
        events.map((event) => ({ ...event, data: { entries: (event.data as { list: JsonValue }).list } })),
      ),
  };

  it('stops the consumer before it: nothing is lost, nothing overtakes; an upgrade goes on and reads the old', async () => {
    await append(['a'], newer, ['c'], ['d']);
    const old = await consumer();
    await waitUntil({ what: 'the stop' }, () => old.status().stopped ?? undefined);
    expect(old.status()).toMatchObject({
      position: 1,
      lag: 3,
      stopped: { code: 'unknown-version', after: 1 },
    });
    await waitUntil({ what: 'more looks' }, () => (old.status().failures > 5 ? true : undefined));
    expect(await effects()).toEqual([[1, 'a']]);
    expect(stops).toEqual([{ code: 'unknown-version', after: 1 }]);
    expect(await office().list('all')).toEqual([]);

    await consumer(upgraded);
    await expectReached(4);
    expect(await effects()).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
      [4, 'd'],
    ]);
    // The old instance of a rolling upgrade sees that it was overtaken, and is content.
    await waitUntil({ what: 'the old one to see it' }, () =>
      old.status().stopped === null ? true : undefined,
    );
    expect(stops.at(-1)).toBeNull();
  });

  it('of which an old one cannot be upcast puts that one aside, until the upcaster is mended', async () => {
    await append(['a'], newer);
    await consumer({
      ...upgraded,
      reads: {
        Happened: [
          () => {
            throw new TypeError('a slip');
          },
        ],
      },
    });
    await expectReached(2);
    expect(await only(office().list('waiting'))).toMatchObject({
      event: { position: 1, type: 'Happened' },
      reason: { error: 'TypeError' },
    });
    const mended = new DeadLetters({ store: reader, readers: [{ ...how, ...upgraded }] });
    const [{ id } = { id: 0 }] = await mended.list('waiting');
    await mended.replay(id, 'ann');
    expect(await effects()).toEqual([
      [2, 'b'],
      [1, 'a'],
    ]);
  });
});
