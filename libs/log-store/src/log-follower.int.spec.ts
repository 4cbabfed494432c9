import { createServer, type Server } from 'node:http';
import { EventStore, migrate, openDataSource } from '@besure/event-store';
import { formatCheckpoint, formatSignatureLine, parseCheckpoint, parseTilePath } from '@besure/protocol';
import { freshDatabase, waitUntil } from '@besure/testing';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catchUp, type CopyTarget, type FollowedEntries } from './catch-up.js';
import { LogFollower, type LogFollowerOptions } from './log-follower.js';
import { logMigrations } from './log-migrations.js';
import { HttpLogSource } from './log-source.js';
import { LogStore } from './log-store.js';

const origin = 'log.example/proofs';
let url: string;
let own: { store: EventStore; log: LogStore };
let seen: FollowedEntries[];
const cleanups: (() => Promise<unknown>)[] = [];

async function openLog(schema: string): Promise<{ store: EventStore; log: LogStore }> {
  await migrate({ url, schema, migrations: logMigrations(schema) });
  const dataSource = await openDataSource({ url, schema, poolSize: 3 });
  cleanups.unshift(() => dataSource.destroy());
  return {
    store: new EventStore({ dataSource, schema }),
    log: new LogStore({ schema, log: 'proofs', origin }),
  };
}

/** A hub that serves a log over HTTP, with faults on demand. */
class Hub {
  readonly requests: string[] = [];
  /** Changes an answer on its way out; null = 404. */
  tamper: (path: string, body: Uint8Array) => Uint8Array | null = (_path, body) => body;
  silent = false;
  readonly store: EventStore;
  readonly log: LogStore;
  readonly #server: Server;

  private constructor(store: EventStore, log: LogStore) {
    this.store = store;
    this.log = log;
    this.#server = createServer((request, response) => {
      const path = request.url?.slice('/log/proofs/'.length) ?? '';
      this.requests.push(path);
      if (this.silent) {
        response.writeHead(503).end();
        return;
      }
      void this.#read(path).then((body) => {
        const sent = body === null ? null : this.tamper(path, body);
        if (sent === null) response.writeHead(404).end();
        else response.end(sent);
      });
    });
  }

  static async start(name: string): Promise<Hub> {
    const { store, log } = await openLog(name);
    const hub = new Hub(store, log);
    await new Promise<void>((resolve) => hub.#server.listen(0, '127.0.0.1', resolve));
    cleanups.push(async () => {
      hub.#server.closeAllConnections();
      await new Promise((resolve) => hub.#server.close(resolve));
    });
    return hub;
  }

  get source(): HttpLogSource {
    const { port } = this.#server.address() as AddressInfo;
    return new HttpLogSource(`http://127.0.0.1:${port}/log/proofs/`);
  }

  /** Appends entries and signs the new head. */
  async grow(entries: readonly Uint8Array[], ...signers: readonly string[]): Promise<void> {
    await this.store.transaction(async (tx) => {
      const head = await this.log.append(tx, entries);
      const names = signers.length === 0 ? ['hub'] : signers;
      const lines = names.map((name, i) => formatSignatureLine(name, i + 1, new Uint8Array(64)));
      await this.log.saveCheckpoint(tx, formatCheckpoint({ origin, ...head }, lines));
    });
  }

  async #read(path: string): Promise<Uint8Array | null> {
    return this.store.transaction(async (tx) => {
      if (path !== 'checkpoint') return this.log.readTile(tx, parseTilePath(path));
      const note = await this.log.latestCheckpoint(tx);
      return note === null ? null : Buffer.from(note);
    });
  }
}

function entries(from: number, to: number, text = 'entry'): Uint8Array[] {
  return Array.from({ length: to - from }, (_, i) => Buffer.from(`${text} ${from + i}`));
}

function follow(hubs: readonly Hub[], options: Partial<LogFollowerOptions> = {}): LogFollower {
  const follower = new LogFollower({
    store: own.store,
    log: own.log,
    sources: hubs.map((hub) => hub.source),
    accept: (note) => note,
    handler: async (_tx, followed) => {
      seen.push(followed);
    },
    pollMillis: 20,
    backoff: { firstMillis: 1, largestMillis: 20 },
    ...options,
  });
  cleanups.push(() => follower.stop());
  follower.start();
  return follower;
}

async function ownEntries(): Promise<string[]> {
  const read = await own.store.transaction((tx) => own.log.readEntries(tx, 0, 100_000));
  return read.map((entry) => Buffer.from(entry).toString());
}

async function untilSize(size: number): Promise<void> {
  await waitUntil({ what: `${size} entries` }, async () =>
    (await ownEntries()).length >= size ? true : undefined,
  );
}

beforeEach(async () => {
  ({ url } = await freshDatabase());
  own = await openLog('own');
  seen = [];
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

describe('following', () => {
  it('copies what is there and what comes, with the checkpoint that covers it', async () => {
    const hub = await Hub.start('hub');
    await hub.grow(entries(0, 300));
    const follower = follow([hub]);
    await untilSize(300);
    await hub.grow(entries(300, 301));
    follower.wake();
    await untilSize(301);
    expect(await ownEntries()).toEqual(entries(0, 301).map(String));
    expect(seen.map((one) => [one.from, one.entries.length, parseCheckpoint(one.checkpoint).size])).toEqual([
      [0, 300, 300],
      [300, 1, 301],
    ]);
    await waitUntil({ what: 'the status' }, () => (follower.status().size === 301 ? true : undefined));
    expect(follower.status()).toEqual({ size: 301, failures: 0, forked: [] });
  });

  it('judges what it has followed to its end once, however often it is shown', async () => {
    const hub = await Hub.start('hub');
    await hub.grow(entries(0, 3));
    const judged: number[] = [];
    const follower = follow([hub], {
      accept(note) {
        judged.push(parseCheckpoint(note).size);
        return note;
      },
    });
    await untilSize(3);
    const asked = hub.requests.length;
    await waitUntil({ what: 'more rounds' }, () => (hub.requests.length >= asked + 5 ? true : undefined));
    await hub.grow(entries(3, 4));
    await untilSize(4);
    expect(judged).toEqual([3, 4]);
    expect(follower.status().failures).toBe(0);
  });

  it('waits for the first checkpoint, says so once, and calls it no failure', async () => {
    const hub = await Hub.start('hub');
    const [waiting, failures]: [string[], unknown[]] = [[], []];
    const follower = follow([hub], {
      onWaiting: (source) => waiting.push(source),
      onFailure: (error) => failures.push(error),
    });
    await waitUntil({ what: 'some rounds' }, () => (hub.requests.length >= 5 ? true : undefined));
    await hub.grow(entries(0, 2));
    await waitUntil({ what: 'two entries' }, () => (follower.status().size === 2 ? true : undefined));
    expect(waiting).toEqual([hub.source.name]);
    expect(failures).toEqual([]);
  });

  it('takes the full bundle where the partial one is gone', async () => {
    const hub = await Hub.start('hub');
    await hub.grow(entries(0, 100));
    const early = await hub.store.transaction((tx) => hub.log.latestCheckpoint(tx));
    await hub.grow(entries(100, 256));
    hub.tamper = (path, body) => {
      if (path === 'checkpoint') return Buffer.from(early ?? '');
      return path.includes('.p/') ? null : body;
    };
    follow([hub]);
    await untilSize(100);
    expect(await ownEntries()).toEqual(entries(0, 100).map(String));
  });

  it('catches up over many entries in parts, all with the same checkpoint', async () => {
    const hub = await Hub.start('hub');
    await hub.grow(entries(0, 10));
    const follower = follow([hub]);
    await untilSize(10);
    await follower.stop();
    await hub.grow(entries(10, 9_000));
    follow([hub]);
    await untilSize(9_000);
    expect(seen.map((one) => [one.from, one.entries.length, parseCheckpoint(one.checkpoint).size])).toEqual([
      [0, 10, 10],
      [10, 4_086, 9_000],
      [4_096, 4_096, 9_000],
      [8_192, 808, 9_000],
    ]);
    expect(await ownEntries()).toEqual(entries(0, 9_000).map(String));
  });

  it('finishes the checkpoint that it was working at, before a later one', async () => {
    const hub = await Hub.start('hub');
    await hub.grow(entries(0, 5_000));
    let parts = 0;
    const follower = follow([hub], {
      handler: async (_tx, followed) => {
        parts += 1;
        if (parts > 1) throw new Error('crashed');
        seen.push(followed);
      },
    });
    await waitUntil({ what: 'the crash' }, () => (parts > 1 ? true : undefined));
    await follower.stop();
    await hub.grow(entries(5_000, 5_001));
    follow([hub]);
    await untilSize(5_001);
    expect(seen.map((one) => [one.from, parseCheckpoint(one.checkpoint).size])).toEqual([
      [0, 5_000],
      [4_096, 5_000],
      [5_000, 5_001],
    ]);
  });

  it('copies so much in one look, and goes on in the next', async () => {
    const hub = await Hub.start('hub');
    await hub.grow(entries(0, 9_000));
    const note = (await hub.store.transaction((tx) => hub.log.latestCheckpoint(tx))) ?? '';
    const target: CopyTarget = { ...own, handler: () => Promise.resolve(), mostParts: 2 };
    const { signal } = new AbortController();
    const sizes = [];
    for (let i = 0; i < 3; i += 1) sizes.push((await catchUp(target, hub.source, note, signal)).size);
    expect(sizes).toEqual([8_192, 9_000, 9_000]);
    expect(await ownEntries()).toEqual(entries(0, 9_000).map(String));
  });

  it('goes on at once where one look is not enough', async () => {
    const hub = await Hub.start('hub');
    await hub.grow(entries(0, 9_000));
    follow([hub], { mostParts: 1, pollMillis: 3_600_000 });
    await untilSize(9_000);
    expect(await ownEntries()).toEqual(entries(0, 9_000).map(String));
  });

  it('ends between two parts when the signal comes', async () => {
    const hub = await Hub.start('hub');
    await hub.grow(entries(0, 9_000));
    const note = (await hub.store.transaction((tx) => hub.log.latestCheckpoint(tx))) ?? '';
    const stopping = new AbortController();
    const handler = () => Promise.resolve(stopping.abort());
    const head = await catchUp({ ...own, handler }, hub.source, note, stopping.signal);
    expect(head.size).toBe(4_096);
  });

  it('stores a note with its last part where that is asked for: another one goes on from there', async () => {
    const [gone, honest] = [await Hub.start('gone'), await Hub.start('honest')];
    await gone.grow(entries(0, 4_096));
    await honest.grow(entries(0, 5_000));
    const note = (await honest.store.transaction((tx) => honest.log.latestCheckpoint(tx))) ?? '';
    const { root } = parseCheckpoint(note);
    const line = formatSignatureLine('gone', 1, new Uint8Array(64));
    // It signed another root for that size, over what it serves so far and something that it never served.
    const lie = formatCheckpoint({ origin, size: 5_000, root: root.map((byte) => byte ^ 1) }, [line]);
    const target: CopyTarget = { ...own, handler: () => Promise.resolve(), noteWith: 'last-part' };
    const { signal } = new AbortController();
    await expect(catchUp(target, gone.source, lie, signal)).rejects.toMatchObject({ code: 'unreachable' });
    // A true one, and it stops in the middle.
    honest.tamper = (path, body) => (path.startsWith('tile/entries/019') ? null : body);
    await expect(catchUp(target, honest.source, note, signal)).rejects.toMatchObject({ code: 'unreachable' });
    const stored = () => own.store.transaction((tx) => own.log.newestCheckpoints(tx, 9));
    expect(await ownEntries()).toHaveLength(4_096);
    expect(await stored()).toEqual([]);
    honest.tamper = (_path, body) => body;
    expect(await catchUp(target, honest.source, note, signal)).toMatchObject({ size: 5_000 });
    expect(await stored()).toEqual([note]);
  });

  it('two instances together append each entry once', async () => {
    const hub = await Hub.start('hub');
    follow([hub]);
    follow([hub]);
    for (let size = 0; size < 50; size += 5) await hub.grow(entries(size, size + 5));
    await untilSize(50);
    expect(await ownEntries()).toEqual(entries(0, 50).map(String));
    expect(seen.flatMap((one) => one.entries).map(String)).toEqual(entries(0, 50).map(String));
  });

  it('tries again when the handler fails, with nothing left of the failed attempt', async () => {
    const hub = await Hub.start('hub');
    await hub.grow(entries(0, 3));
    let attempts = 0;
    follow([hub], {
      handler: async (_tx, followed) => {
        attempts += 1;
        if (attempts < 3) throw new Error('cannot yet');
        seen.push(followed);
      },
    });
    await untilSize(3);
    expect(seen).toHaveLength(1);
  });
});

describe('several sources', () => {
  it('goes on with another one when one is silent or lags', async () => {
    const [silent, lagging, good] = [
      await Hub.start('silent'),
      await Hub.start('lagging'),
      await Hub.start('good'),
    ];
    silent.silent = true;
    await lagging.grow(entries(0, 1));
    await good.grow(entries(0, 1));
    await good.grow(entries(1, 4));
    const failed = new Set<string>();
    const follower = follow([silent, lagging, good], { onFailure: (_error, source) => failed.add(source) });
    await untilSize(4);
    await waitUntil({ what: 'the silent one to be noticed' }, () => (failed.size > 0 ? true : undefined));
    expect([...failed]).toEqual([silent.source.name]);
    expect(follower.status()).toMatchObject({ failures: 0, forked: [] });
  });

  it('merges the signatures that others give for the same size', async () => {
    const [one, other] = [await Hub.start('one'), await Hub.start('other')];
    await one.grow(entries(0, 2), 'a', 'b');
    await other.grow(entries(0, 2), 'a', 'x', 'c');
    follow([one, other]);
    const names = await waitUntil({ what: 'four signatures' }, async () => {
      const note = await own.store.transaction((tx) => own.log.latestCheckpoint(tx));
      const found = note === null ? [] : parseCheckpoint(note).signatures.map((signature) => signature.name);
      return found.length === 4 ? found : undefined;
    });
    expect(names.toSorted()).toEqual(['a', 'b', 'c', 'x']);
  });

  it.each([
    ['of the same size', 3],
    ['that is larger', 5],
    ['that is smaller', 2],
  ])('sees a fork in a history %s, and goes on with the others', async (_name, size) => {
    const [good, forked] = [await Hub.start('good'), await Hub.start('forked')];
    await good.grow(entries(0, 3));
    const follower = follow([good, forked]);
    await untilSize(3);
    await forked.grow(entries(0, size, 'other'));
    const seenFork = () => (follower.status().forked.length > 0 ? true : undefined);
    await waitUntil({ what: 'the fork to be seen' }, seenFork);
    expect(follower.status().forked).toEqual([forked.source.name]);
    await good.grow(entries(3, 4));
    await untilSize(4);
    expect(await ownEntries()).toEqual(entries(0, 4).map(String));
  });
});

describe('a source that lies', () => {
  async function failsWith(hub: Hub, options: Partial<LogFollowerOptions> = {}): Promise<unknown> {
    const failed = Promise.withResolvers<unknown>();
    follow([hub], { onFailure: (error) => failed.resolve(error), ...options });
    const error = await failed.promise;
    expect(await ownEntries()).toEqual([]);
    expect(seen).toEqual([]);
    return error;
  }

  it('about an entry', async () => {
    const hub = await Hub.start('hub');
    await hub.grow(entries(0, 3));
    hub.tamper = (path, body) => {
      const changed = Buffer.from(body);
      if (path.startsWith('tile/entries')) changed[changed.length - 1] = 0xff;
      return changed;
    };
    expect(await failsWith(hub)).toMatchObject({ code: 'bad-entries' });
  });

  it('in a later part: what is proven to be a beginning stays, and no more', async () => {
    const hub = await Hub.start('hub');
    await hub.grow(entries(0, 5_000));
    hub.tamper = (path, body) => {
      const changed = Buffer.from(body);
      if (path.startsWith('tile/entries/019')) changed[5] = 0xff;
      return changed;
    };
    const failed = Promise.withResolvers<unknown>();
    follow([hub], { onFailure: (error) => failed.resolve(error) });
    expect(await failed.promise).toMatchObject({ code: 'bad-entries' });
    expect(await ownEntries()).toEqual(entries(0, 4_096).map(String));
  });

  it('in the hashes that prove a part', async () => {
    const hub = await Hub.start('hub');
    await hub.grow(entries(0, 5_000));
    hub.tamper = (path, body) => {
      const changed = Buffer.from(body);
      if (/^tile\/[0-9]/.test(path)) changed[5] = (changed[5] ?? 0) ^ 1;
      return changed;
    };
    expect(await failsWith(hub)).toMatchObject({ code: 'bad-entries' });
  });

  it('about its size, as large as it may be: it is slow, and nothing else', async () => {
    const [hub, good] = [await Hub.start('hub'), await Hub.start('good')];
    await hub.grow(entries(0, 5_000, 'other'));
    await good.grow(entries(0, 4));
    const size = 2 ** 52;
    hub.tamper = (path, body) => {
      if (path !== 'checkpoint') return body;
      const line = formatSignatureLine('hub', 1, new Uint8Array(64));
      return Buffer.from(formatCheckpoint({ origin, size, root: new Uint8Array(32) }, [line]));
    };
    const failures = new Map<string, unknown>();
    follow([hub, good], { onFailure: (error, source) => failures.set(source, error) });
    await untilSize(4);
    expect(await ownEntries()).toEqual(entries(0, 4).map(String));
    expect([...failures.keys()]).toEqual([hub.source.name]);
    expect(failures.get(hub.source.name)).toMatchObject({ code: 'unreachable' });
  });

  it('with a checkpoint that is not accepted', async () => {
    const hub = await Hub.start('hub');
    await hub.grow(entries(0, 1));
    const error = await failsWith(hub, {
      accept: () => {
        throw new Error('no quorum');
      },
    });
    expect(error).toMatchObject({ message: 'no quorum' });
  });

  it('with something that is no checkpoint, too much of it, or no UTF-8', async () => {
    for (const body of [Buffer.from('hello\n'), Buffer.alloc(1_000_001, 'a'), Buffer.from([0xff, 0x0a])]) {
      const hub = await Hub.start(`hub${body.length}`);
      await hub.grow(entries(0, 1));
      hub.tamper = () => body;
      const error = await failsWith(hub);
      expect(['checkpoint-not-accepted', 'unreachable']).toContain((error as { code: string }).code);
    }
  });
});
