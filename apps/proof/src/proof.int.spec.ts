import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '@besure/event-store';
import type { Organisation } from '@besure/governance';
import { generateLedgerKey, nodePrimitives } from '@besure/keys';
import { hash160, p2pkhScript, parseTransaction, proofItemOf } from '@besure/ledger-tx';
import {
  type Facts,
  type StatementToCountersign,
  claimsOf,
  decodeOpenings,
  parseCountersignature,
  ITEM_LENGTH,
  ITEM_MAGIC,
  decodeHex,
  encodeBase64url,
  encodeHex,
  equalBytes,
  parseItem,
  parseStatementsRecorded,
  type SealedBytes,
  rootFromSlotPath,
  statementLeaf,
  parseRecordsKept,
  parseStatement,
} from '@besure/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accepted, facts, openZone, type ProofZone } from '../contract/proof-zone.js';
import { type AskingContext, askExchange } from './ask-exchange.js';
import { Countersigner } from './countersigner.js';
import type { HubClient } from './hub-client.js';
import { keepRecords } from './keep-records.js';
import { FreshStatements } from './fresh-statements.js';
import { closeSlot } from './slot-closer.js';
import { SendingPace } from './sending-pace.js';
import { type SendingContext, sendSlots } from './slot-sender.js';
import { stateOwnEvents } from './state-own-events.js';
import { StatementMaker } from './statement-maker.js';

const IAT = 1_795_341_000;
const DEADLINE_MILLIS = 5000;
const ENTITY = new Uint8Array(16).fill(7);

let closing: (() => Promise<unknown>)[] = [];
let folder: string;
let now: number;
let alpha: ProofZone;
let exchange: ProofZone;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besure-proof-'));
  now = IAT * 1000;
  const open = (id: string): Promise<ProofZone> => openZone(id, folder, (close) => closing.push(close));
  [alpha, exchange] = await Promise.all([open('alpha'), open('exchange')]);
});

afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
  rmSync(folder, { recursive: true });
});

function state(...all: Facts[]): Promise<number> {
  const maker = new StatementMaker({
    issuer: 'alpha',
    signer: alpha.signer,
    vault: alpha.vault,
    sha256: nodePrimitives.sha256,
  });
  const context = { organisation: 'alpha', ...alpha, maker, now: () => now, issuedAt: () => IAT };
  return alpha.store.transaction((tx) => stateOwnEvents(context, tx, accepted(alpha.vault, ...all)));
}

function record(...all: Facts[]): Promise<number> {
  return exchange.store.transaction((tx) => keepRecords(exchange, tx, accepted(exchange.vault, ...all)));
}

function countersigner(clock = IAT): Countersigner {
  return new Countersigner({
    exchange: 'exchange',
    toleranceSeconds: 300,
    primitives: nodePrimitives,
    now: () => now,
    issuedAt: () => clock,
    ...exchange,
  });
}

function asking(request: AskingContext['request']): AskingContext {
  return {
    ...alpha,
    primitives: nodePrimitives,
    exchange: { id: 'exchange', signingKeys: [exchange.signer.publicKey] },
    deadlineMillis: DEADLINE_MILLIS,
    askingSince: 0,
    now: () => now,
    request,
  };
}

/** A statement of alpha, made without any of the services' own checks. */
function crafted(stated: Facts): StatementToCountersign {
  const { jws, openings, openingsKey } = new StatementMaker({
    issuer: 'alpha',
    ...alpha,
    sha256: nodePrimitives.sha256,
  }).make(claimsOf(stated), IAT);
  const opened = alpha.vault.open({ ciphertext: openings, wrappedKey: openingsKey });
  return { jws, disclosures: decodeOpenings(opened) };
}

function memberAlpha(): Organisation {
  return {
    id: 'alpha',
    name: 'Alpha',
    role: 'organisation',
    from: 0,
    until: null,
    signingKeys: [
      { key: encodeBase64url(alpha.signer.publicKey), from: 0, until: null, compromisedFrom: null },
    ],
    ledgerKeys: [],
    seats: [],
    suspensions: [],
  };
}

function ask(clock = IAT): Promise<number> {
  const member = memberAlpha();
  return askExchange(asking((statements) => countersigner(clock).answer(member, statements)));
}

async function statesOf(store: EventStore): Promise<string[]> {
  const rows = await store.transaction((tx) =>
    tx.query<{ state: string }[]>('SELECT state FROM statement ORDER BY prepared_at, id'),
  );
  return rows.map((row) => row.state);
}

async function typesOf(store: EventStore): Promise<string[]> {
  return (await store.readAll(0, 1000)).map((event) => event.type);
}

describe('a statement between an organisation and the exchange', () => {
  it('is countersigned where both records agree, within the tolerance on time', async () => {
    await record({ ...facts, time: '2026-11-22T10:04:00.000Z' });
    expect(await state(facts)).toBe(1);
    expect(await ask()).toBe(1);
    expect(await statesOf(alpha.store)).toEqual(['countersigned']);
    expect(await statesOf(exchange.store)).toEqual(['countersigned']);
    expect(await typesOf(alpha.store)).toEqual(['StatementsPrepared', 'StatementsCountersigned']);
    expect(await ask()).toBe(0);
  });

  it('of a correction stands beside the one that it corrects, and both are countersigned', async () => {
    await record(facts);
    await state(facts);
    await ask();
    const [wrong] = await alpha.store.transaction((tx) =>
      tx.query<{ id: string }[]>('SELECT id FROM statement'),
    );
    const right = { ...facts, document: { ...facts.document, size: 4 }, corrects: wrong!.id };
    await record(right);
    expect(await state(right)).toBe(1);
    await ask();
    expect(await statesOf(alpha.store)).toEqual(['countersigned', 'countersigned']);
    expect(await statesOf(exchange.store)).toEqual(['countersigned', 'countersigned']);
  });

  it('bears no time of the exchange that lies before its own, however slow that clock is', async () => {
    await record(facts);
    await state(facts);
    await ask(IAT - 60);
    const [row] = await alpha.store.transaction((tx) =>
      tx.query<{ countersignature: string; iat: string }[]>('SELECT countersignature, iat FROM statement'),
    );
    expect(parseCountersignature(row!.countersignature).iat).toBe(IAT);
    expect(Number(row!.iat)).toBe(IAT);
  });

  it('is recorded in no slot before the one in which it was countersigned', async () => {
    await record(facts);
    await state(facts);
    await ask(IAT + 4);
    const [row] = await alpha.store.transaction((tx) =>
      tx.query<{ iat: string }[]>('SELECT iat FROM statement'),
    );
    expect(Number(row!.iat)).toBe(IAT + 4);
  });

  it('attack: signed far ahead, it is refused: the exchange could not record it for as long', async () => {
    await record(facts);
    await state(facts);
    await ask(IAT - 301);
    expect(await statesOf(exchange.store)).toEqual([]);
    const [event] = (await alpha.store.readAll(0, 10)).filter((one) => one.type === 'StatementsOneSided');
    expect(event?.data).toMatchObject({ entries: [{ disputed: true, why: 'signed-ahead' }] });
  });

  it('attack: countersigned far ahead, it has no countersignature: the exchange has no veto over it', async () => {
    await record(facts);
    await state(facts);
    await ask(IAT + 1_000_000);
    expect(await statesOf(alpha.store)).toEqual(['prepared']);
    now += DEADLINE_MILLIS;
    await ask(IAT + 1_000_000);
    expect(await statesOf(alpha.store)).toEqual(['one-sided']);
  });

  it('waits for the exchange’s record, and is decided when that arrives', async () => {
    await state(facts);
    await ask();
    expect([await statesOf(alpha.store), await statesOf(exchange.store)]).toEqual([
      ['prepared'],
      ['waiting'],
    ]);
    await record(facts);
    expect(await countersigner().decideWaiting(100)).toBe(1);
    now += 1000;
    await ask();
    expect(await statesOf(alpha.store)).toEqual(['countersigned']);
  });

  it('ends one-sided and disputed where the records differ, and nobody is told in what', async () => {
    await record({ ...facts, document: { ...facts.document, size: 4 } });
    await state(facts);
    await ask();
    expect(await statesOf(alpha.store)).toEqual(['one-sided']);
    const [event] = (await alpha.store.readAll(0, 10)).filter((one) => one.type === 'StatementsOneSided');
    expect(event?.data).toMatchObject({ entries: [{ disputed: true, why: 'disputed' }] });
  });

  it('ends one-sided at the deadline where the exchange is silent, and is countersigned late when it comes back', async () => {
    await record(facts);
    await state(facts);
    const silent = asking(() => Promise.reject(new Error('no answer')));
    await askExchange(silent);
    now += DEADLINE_MILLIS;
    await askExchange(silent);
    expect(await statesOf(alpha.store)).toEqual(['one-sided']);
    await alpha.store.transaction((tx) => tx.query('UPDATE statement SET slot = 1'));
    now += DEADLINE_MILLIS;
    await ask();
    expect(await typesOf(alpha.store)).toEqual([
      'StatementsPrepared',
      'StatementsOneSided',
      'StatementsCompletedLate',
    ]);
    expect(await statesOf(alpha.store)).toEqual(['one-sided']);
  });

  it('has its deadline anew after a restart: the exchange may have been away as long', async () => {
    await record(facts);
    await state(facts);
    now += 10 * DEADLINE_MILLIS;
    const silent = { ...asking(() => Promise.reject(new Error('no answer'))), askingSince: now };
    await askExchange(silent);
    expect(await statesOf(alpha.store)).toEqual(['prepared']);
    now += DEADLINE_MILLIS;
    await askExchange(silent);
    expect(await statesOf(alpha.store)).toEqual(['one-sided']);
  });

  it('answers an organisation that is no party as if the message were unknown', async () => {
    await record({ ...facts, sender: { ...facts.sender, organisation: 'gamma' } });
    await state(facts);
    await ask();
    expect(await statesOf(exchange.store)).toEqual(['waiting']);
  });

  it('takes no countersignature that does not verify', async () => {
    await state(facts);
    const forged = asking(async (statements) =>
      statements.map(() => ({ verdict: 'countersigned', countersignature: 'e30.e30.AAAA' })),
    );
    await askExchange(forged);
    expect(await statesOf(alpha.store)).toEqual(['prepared']);
  });

  it('gives the same bytes when it is asked again', async () => {
    await record(facts);
    await state(facts);
    const member = memberAlpha();
    const answers: unknown[] = [];
    await askExchange(
      asking(async (statements) => {
        const twice = [
          await countersigner().answer(member, statements),
          await countersigner().answer(member, statements),
        ];
        answers.push(...twice);
        return twice[0]!;
      }),
    );
    expect(answers[1]).toEqual(answers[0]);
  });

  it('whose openings do not open any more keeps no other from being countersigned', async () => {
    const several = ['m-1', 'm-2'].map((message) => ({ ...facts, message }));
    await record(...several);
    await state(...several);
    await alpha.store.transaction((tx) =>
      tx.query(`UPDATE statement SET openings = 'damaged' WHERE id = (SELECT min(id) FROM statement)`),
    );
    await ask();
    expect((await statesOf(alpha.store)).toSorted()).toEqual(['countersigned', 'prepared']);
    now += DEADLINE_MILLIS;
    await ask();
    expect((await statesOf(alpha.store)).toSorted()).toEqual(['countersigned', 'one-sided']);
  });

  it('makes one statement of two events about the same', async () => {
    await state(facts);
    expect(await state(facts)).toBe(0);
    expect(await typesOf(alpha.store)).toEqual(['StatementsPrepared', 'EventsRepeated']);
  });
});

describe('attack:', () => {
  const otherDocument = { ...facts, document: { ...facts.document, size: 4 } };

  it('a second statement about the same event, with another content, is not countersigned', async () => {
    await record(facts);
    const first = crafted(facts);
    const answers = [
      await countersigner().answer(memberAlpha(), [first]),
      await countersigner().answer(memberAlpha(), [crafted(otherDocument), crafted(facts)]),
    ];
    expect(answers).toMatchObject([
      [{ verdict: 'countersigned' }],
      [
        { verdict: 'refused', code: 'already-stated' },
        { verdict: 'refused', code: 'already-stated' },
      ],
    ]);
    // Nor does the organisation itself make one, whatever its back office sends.
    expect(await state(facts, otherDocument, { ...facts, time: '2026-11-22T10:00:01.000Z' })).toBe(1);
  });

  it('who tries until the exchange agrees has one try: no second statement, no second look at the first', async () => {
    await record(facts);
    const wrong = crafted(otherDocument);
    expect(await countersigner().answer(memberAlpha(), [wrong])).toEqual([{ verdict: 'disputed' }]);
    const rows = await exchange.store.transaction((tx) =>
      tx.query<{ state: string; disputed: boolean }[]>('SELECT state, disputed FROM statement'),
    );
    expect(rows).toEqual([{ state: 'disputed', disputed: true }]);
    expect(await countersigner().answer(memberAlpha(), [crafted(facts), wrong])).toEqual([
      { verdict: 'refused', code: 'already-stated' },
      { verdict: 'disputed' },
    ]);
    expect(await countersigner().decideWaiting(100)).toBe(0);
  });

  it('who asks about the messages of others keeps nobody else from being decided', async () => {
    const ofOthers = crafted({ ...facts, message: 'of-others' });
    expect(await countersigner().answer(memberAlpha(), [ofOthers])).toEqual([{ verdict: 'waiting' }]);
    expect(await countersigner().answer(memberAlpha(), [crafted(facts)])).toEqual([{ verdict: 'waiting' }]);
    await record(
      { ...facts, message: 'of-others', sender: { ...facts.sender, organisation: 'gamma' } },
      facts,
    );
    await exchange.store.transaction((tx) =>
      tx.query('UPDATE statement SET prepared_at = 0 WHERE id = $1', [
        parseStatement(ofOthers.jws, nodePrimitives.sha256).id,
      ]),
    );
    // One place, and who stands first in line takes it: for one round only.
    expect(await countersigner().decideWaiting(1)).toBe(0);
    expect(await countersigner().decideWaiting(1)).toBe(1);
    expect((await statesOf(exchange.store)).toSorted()).toEqual(['countersigned', 'waiting']);
  });

  it('a backlog is told in events that their readers take', async () => {
    const letters = Array.from({ length: 101 }, (_, at) => ({ ...facts, message: `letter ${at}` }));
    const events = [letters.slice(0, 60), letters.slice(60)].flatMap((some) =>
      accepted(exchange.vault, ...some),
    );
    await exchange.store.transaction((tx) => keepRecords(exchange, tx, events));
    const told = await exchange.store.readAll(0, 100);
    const sizes = told
      .filter(({ type }) => type === 'RecordsKept')
      .map(({ data }) => parseRecordsKept(data).length);
    expect(sizes).toEqual([100, 1]);
  });

  it('who asks about the messages of others learns nothing: unknown, and no party, is one answer', async () => {
    await record({
      ...facts,
      message: 'of-others',
      sender: { ...facts.sender, organisation: 'gamma' },
    });
    const guesses = ['of-others', 'of-nobody'].map((message) => crafted({ ...facts, message }));
    const [ofOthers, ofNobody] = await countersigner().answer(memberAlpha(), guesses);
    expect(ofOthers).toEqual(ofNobody);
    expect(ofOthers).toEqual({ verdict: 'waiting' });
    expect(await statesOf(exchange.store)).toEqual(['waiting', 'waiting']);
  });
});

async function recordedByAlpha() {
  const events = await alpha.store.readAll(0, 100);
  const { data, attachment } = events.find((event) => event.type === 'StatementsRecorded.v2')!;
  return parseStatementsRecorded(data, attachment!);
}

function buffers(sealed: SealedBytes | null): unknown {
  return sealed && { ciphertext: Buffer.from(sealed.ciphertext), key: Buffer.from(sealed.key) };
}

describe('a slot', () => {
  const outputTxid = 'a'.repeat(64);

  function sending(hub: Partial<HubClient>): SendingContext {
    const ledgerSigner = generateLedgerKey(join(folder, `ledger-${closing.length}-${now}.hex`));
    const keyHash = hash160(ledgerSigner.publicKey);
    return {
      organisation: 'alpha',
      store: alpha.store,
      fresh: alpha.fresh,
      ledgerSigner,
      keyHash,
      sha256: nodePrimitives.sha256,
      iatOf: () => IAT,
      streamEntity: () => ENTITY,
      hub: {
        hubs: 1,
        turnToNext: () => {},
        places: () => [0],
        submitTo: (_place: number, raws: readonly string[]) => hub.submit?.(raws),
        outputsAt: () => hub.outputs?.(),
        ...hub,
      } as HubClient,
      now: () => now,
      resendMillis: 5000,
      pace: new SendingPace(),
      onOverdue: () => {},
      onRefused: () => undefined,
    };
  }

  function firstOutput(context: SendingContext) {
    return { txid: outputTxid, vout: 0, script: encodeHex(p2pkhScript(context.keyHash)) };
  }

  it.each([
    ['of a moment ago', false],
    ['of before a restart', true],
  ])('holds what is countersigned under one root, with a path for each: %s', async (_when, restarted) => {
    const several = ['m-1', 'm-2', 'm-3'].map((message) => ({ ...facts, message }));
    await record(...several);
    await state(...several);
    await ask();
    const context = { ...sending({}), ...(restarted && { fresh: new FreshStatements() }) };
    expect(await closeSlot(context, 5, firstOutput(context))).toBe(3);
    const { root, entries, slot } = await recordedByAlpha();
    expect(slot).toBe(5);
    const ids = entries.map((entry) => entry.statement);
    const stored = await alpha.store.transaction((tx) => new FreshStatements().take(tx, ids));
    for (const entry of entries) {
      expect(buffers(entry.openings)).toEqual(buffers(stored.get(entry.statement)!.openings));
      const leaf = statementLeaf(entry.jws, entry.countersignature, nodePrimitives.sha256);
      expect(equalBytes(rootFromSlotPath(leaf, entry.index, entry.path, nodePrimitives.sha256), root)).toBe(
        true,
      );
    }
    const [row] = await alpha.store.transaction((tx) => tx.query<{ raw: string }[]>('SELECT raw FROM slot'));
    const item = proofItemOf(parseTransaction(decodeHex(row!.raw)), ENTITY, ITEM_LENGTH, ITEM_MAGIC);
    expect('skip' in item).toBe(false);
    expect(parseItem((item as { data: Uint8Array }).data)).toEqual({ slot: 5, root });
  });

  it('leaves out openings that were erased, although they were here a moment ago', async () => {
    await record(facts);
    await state(facts);
    await ask();
    await alpha.store.transaction((tx) => tx.query('UPDATE statement SET openings = NULL'));
    const context = sending({});
    expect(await closeSlot(context, 5, firstOutput(context))).toBe(1);
    const { entries } = await recordedByAlpha();
    expect(entries.map(({ openings }) => openings)).toEqual([null]);
  });

  it('attack: counting what an organisation does: an empty slot looks like a full one', async () => {
    const several = Array.from({ length: 40 }, (_, i) => ({ ...facts, message: `m-${i}` }));
    await record(...several);
    await state(...several);
    await ask();
    const context = sending({});
    expect(await closeSlot(context, 5, firstOutput(context))).toBe(40);
    for (const slot of [6, 7, 8]) expect(await closeSlot(context, slot, null)).toBe(0);
    const rows = await alpha.store.transaction((tx) =>
      tx.query<{ raw: string }[]>('SELECT raw FROM slot ORDER BY slot'),
    );
    const transactions = rows.map(({ raw }) => parseTransaction(decodeHex(raw)));
    const items = transactions.map((one) => proofItemOf(one, ENTITY, ITEM_LENGTH, ITEM_MAGIC));
    const roots = items.map((item) => encodeHex(parseItem((item as { data: Uint8Array }).data).root));
    expect(new Set(roots).size).toBe(4);
    const shapes = transactions.map(({ inputs, outputs }) => ({
      inputs: inputs.length,
      outputs: outputs.map(({ value, script }) => ({ value, length: script.length })),
    }));
    for (const shape of shapes) expect(shape).toEqual(shapes[0]);
  });

  it('leaves what was signed in a later slot to that slot, however late it is closed', async () => {
    await record(facts);
    await state(facts);
    await ask();
    const context = sending({});
    const output = firstOutput(context);
    expect(await closeSlot({ ...context, iatOf: () => IAT - 1 }, 5, output)).toBe(0);
    expect(await closeSlot(context, 6, null)).toBe(1);
  });

  it('is signed once, whoever closes it and however often', async () => {
    const context = sending({});
    const output = firstOutput(context);
    const results = await Promise.all([
      closeSlot(context, 5, output),
      closeSlot(context, 5, output),
      closeSlot(context, 4, output),
    ]);
    expect(results.filter((result) => result === 0).length).toBeGreaterThanOrEqual(1);
    const rows = await alpha.store.transaction((tx) =>
      tx.query<{ slot: string }[]>('SELECT slot FROM slot ORDER BY slot'),
    );
    expect(rows.filter((row) => row.slot === '5')).toHaveLength(1);
    expect(await closeSlot(context, 5, output)).toBeNull();
  });

  it('is sent until the ledger has it, with the same bytes', async () => {
    const sent: string[][] = [];
    const context = sending({
      submit: (raws) => {
        sent.push([...raws]);
        return Promise.resolve(raws.map((raw) => ({ txid: `txid of ${raw.slice(0, 8)}` })));
      },
    });
    await closeSlot(context, 5, firstOutput(context));
    expect(await sendSlots(context)).toBe(1);
    expect(await sendSlots(context)).toBe(0);
    now += 6000;
    expect(await sendSlots(context)).toBe(1);
    expect(sent[1]).toEqual(sent[0]);
  });

  it('keeps its root when its input has become void, and the slots after it follow', async () => {
    const other = 'b'.repeat(64);
    const context: SendingContext = sending({
      // A ledger that only knows the other output: whatever spends the first one is refused.
      submit: (raws) => {
        let refused = false;
        return Promise.resolve(
          raws.map((raw) => {
            const { inputs } = parseTransaction(decodeHex(raw));
            const good = !refused && inputs[0]!.txid === other;
            refused ||= !good;
            return good ? { txid: 'x' } : { code: 'inputs-spent', message: '' };
          }),
        );
      },
      outputs: () =>
        Promise.resolve({
          outputs: [{ txid: other, vout: 0, script: encodeHex(p2pkhScript(context.keyHash)) }],
          streamEntity: ENTITY,
        }),
    });
    await closeSlot(context, 5, firstOutput(context));
    await closeSlot(context, 6, null);
    const before = await alpha.store.transaction((tx) =>
      tx.query<{ root: string }[]>('SELECT root FROM slot ORDER BY slot'),
    );
    await sendSlots(context);
    const after = await alpha.store.transaction((tx) =>
      tx.query<{ root: string; raw: string; txid: string }[]>(
        'SELECT root, raw, txid FROM slot ORDER BY slot',
      ),
    );
    expect(after.map((row) => row.root)).toEqual(before.map((row) => row.root));
    expect(parseTransaction(decodeHex(after[0]!.raw)).inputs[0]!.txid).toBe(other);
    expect(parseTransaction(decodeHex(after[1]!.raw)).inputs[0]!.txid).toBe(after[0]!.txid);
  });
});
