import { encodeAttachment, frame, splitAttachment } from './attachment.js';
import { describe, expect, it } from 'vitest';
import { testBytes } from '../test/material.ts';
import { encodeBase64, encodeBase64url, encodeHex, utf8Encode } from './bytes.js';
import {
  parseCopiesAnswer,
  parseCopiesRequest,
  parseCountersignAnswer,
  parseCountersignRequest,
} from './exchange-messages.js';
import {
  parseOutputsAnswer,
  parseOutputsRequest,
  parseSubmitAnswer,
  parseSubmitRequest,
} from './hub-messages.js';
import { SUBJECTS } from './subjects.js';
import {
  encodeRecording,
  encodeSealedFacts,
  parseEventsAccepted,
  parseEventsDiscarded,
  parseEvidenceReady,
  parseRecordsKept,
  parseSealedFacts,
  parseStatementEntries,
  parseStatementsMadeAnew,
  parseStatementsOneSided,
  parseStatementsRecorded,
} from './zone-messages.js';
import { sealedToJson, upcastEventsAccepted, upcastStatementsRecorded } from './zone-messages-v1.js';

const EVENT = '0e9c2c6e-3d2f-4c2c-9a64-2f1ef2f1f7d5';
const STATEMENT = encodeBase64url(testBytes('statement', 32));
const HASH = testBytes('hash', 32);
const TXID = encodeHex(HASH);
const DISCLOSURES = Array.from({ length: 10 }, (_, i) => `disclosure${i}`);
const refusal = (field: string) => expect.objectContaining({ code: 'message', field }) as Error;

describe('subjects', () => {
  it('end in who asks', () => {
    expect(SUBJECTS.countersign('alpha')).toBe('besure.exchange.countersign.v1.alpha');
    expect(SUBJECTS.outputs('alpha')).toBe('besure.hub.outputs.v1.alpha');
  });
});

describe('messages of a zone', () => {
  const sealed = { ciphertext: testBytes('ciphertext', 60), key: testBytes('key', 40) };
  const attached = {
    jws: 'a.b.c',
    countersignature: null,
    path: Array.from({ length: 10 }, () => encodeBase64(HASH)),
    openings: sealedToJson(sealed),
  };
  const entry = { event: EVENT, statement: STATEMENT, issuer: 'alpha', counterpart: 'beta', index: 5 };
  const recorded = { by: 'alpha', slot: 7, root: encodeHex(HASH), entries: [entry] };

  it('are read', () => {
    expect(parseEventsAccepted({ entries: [{ id: EVENT }] })).toEqual([{ id: EVENT }]);
    expect(parseRecordsKept({ entries: [{ event: EVENT }] })).toEqual([{ event: EVENT }]);
    const discarded = [{ event: EVENT, why: 'sent again, see ticket 17' }];
    expect(parseEventsDiscarded({ entries: discarded })).toEqual(discarded);
    const entries = [{ event: null, statement: STATEMENT }];
    expect(parseStatementEntries({ entries })).toEqual(entries);
    const oneSided = [{ event: EVENT, statement: STATEMENT, disputed: true, why: null }];
    expect(parseStatementsOneSided({ entries: oneSided })).toEqual(oneSided);
    const anew = [{ event: EVENT, statement: STATEMENT, before: encodeBase64url(HASH) }];
    expect(parseStatementsMadeAnew({ entries: anew })).toEqual(anew);
    const ready = [{ statement: STATEMENT, state: 'complete', recordedTime: '2026-11-22T09:53:30Z' }];
    expect(parseEvidenceReady({ entries: ready })).toEqual(ready);
    expect(parseSealedFacts(encodeSealedFacts([sealed, null]))).toEqual([sealed, null]);
  });

  it('of repeated events are read as long as they were told once: a hundred events of a hundred', () => {
    const most = Array.from({ length: 10_000 }, () => ({ event: EVENT, statement: STATEMENT }));
    expect(parseStatementEntries({ entries: most })).toHaveLength(10_000);
    expect(() => parseStatementEntries({ entries: [...most, most[0]] })).toThrow(refusal('data.entries'));
  });

  const recording = {
    jws: 'a.b.c',
    countersignature: null,
    path: attached.path.map(() => HASH),
    openings: sealed,
  };
  const framed = encodeRecording(recording);

  it('join the entries of a slot with what stands beside them', () => {
    expect(parseStatementsRecorded(recorded, frame([framed]))).toEqual({
      by: 'alpha',
      slot: 7,
      root: HASH,
      entries: [{ ...entry, ...recording }],
    });
  });

  it('of version 1 become those of version 2', () => {
    const facts = encodeAttachment([sealedToJson(sealed), null]);
    const accepted = { data: { entries: [{ id: EVENT }, { id: EVENT }] }, attachment: facts };
    expect(upcastEventsAccepted(accepted)).toEqual({
      data: accepted.data,
      attachment: encodeSealedFacts([sealed, null]),
    });
    const bare = { ...attached, countersignature: 'd.e.f', path: [], openings: null };
    expect(
      upcastStatementsRecorded({ data: recorded, attachment: encodeAttachment([attached, bare]) }),
    ).toEqual({
      data: recorded,
      attachment: frame([
        framed,
        encodeRecording({ ...recording, countersignature: 'd.e.f', path: [], openings: null }),
      ]),
    });
    // What was erased, or what the consumer does not take.
    for (const upcast of [upcastEventsAccepted, upcastStatementsRecorded])
      expect(upcast({ data: recorded, attachment: null })).toEqual({ data: recorded, attachment: null });
  });

  it('have what was erased, or never was, as null beside them', () => {
    const bare = { ...recording, countersignature: 'd.e.f', path: [], openings: null };
    const { entries } = parseStatementsRecorded(recorded, frame([encodeRecording(bare)]));
    expect(entries).toEqual([{ ...entry, ...bare }]);
  });

  it('are taken apart with what stands beside them, in both versions', () => {
    const facts = encodeSealedFacts([sealed, null]);
    expect(splitAttachment(facts).map(parseSealedFacts)).toEqual([[sealed], [null]]);
    const before = encodeAttachment([sealedToJson(sealed), null]);
    expect(splitAttachment(before)).toEqual([
      encodeAttachment([sealedToJson(sealed)]),
      encodeAttachment([null]),
    ]);
  });

  it.each([
    ['fewer members than entries', frame([]), 'attachment'],
    ['nothing for a member', frame([null]), 'attachment.0'],
    ['bytes at the end', Uint8Array.from([...frame([framed]), 0]), 'attachment'],
    ['bytes too few', frame([framed]).slice(0, -1), 'attachment'],
    ['version 1', encodeAttachment([attached]), 'attachment'],
    ['one byte', Uint8Array.of(0x5b), 'attachment'],
    ['nothing', new Uint8Array(), 'attachment'],
    ['a member without its frame', frame([HASH]), 'attachment.0'],
    ['a piece too few', frame([frame([HASH])]), 'attachment.0'],
    ['half a hash', frame([frame([HASH, null, HASH.slice(16), null, null])]), 'attachment.0'],
    [
      'a path that is too long',
      frame([frame([HASH, null, new Uint8Array(32 * 21), null, null])]),
      'attachment.0',
    ],
    ['no statement', frame([frame([null, null, HASH, null, null])]), 'attachment.0'],
    [
      'openings without their key',
      frame([frame([utf8Encode('a'), null, HASH, HASH, null])]),
      'attachment.0.openings',
    ],
  ])('are refused with an attachment of %s', (_, attachment, field) => {
    expect(() => parseStatementsRecorded(recorded, attachment)).toThrow(refusal(field));
  });

  it.each([
    ['no entries', {}, 'data.entries'],
    ['a member too many', { entries: [], note: 1 }, 'data.note'],
    ['an entry that is no object', { entries: [EVENT] }, 'data.entries.0'],
    ['an id that is none', { entries: [{ id: 'x' }] }, 'data.entries.0.id'],
    ['an inherited member', { entries: [Object.create({ id: EVENT })] }, 'data.entries.0.id'],
    ['101 entries', { entries: Array.from({ length: 101 }, () => ({ id: EVENT })) }, 'data.entries'],
  ])('are refused with %s', (_, data, field) => {
    expect(() => parseEventsAccepted(data)).toThrow(refusal(field));
  });

  it.each([
    ['a text for a truth value', { disputed: 'no' }, 'data.entries.0.disputed'],
    ['an identity that is none', { statement: 'abc' }, 'data.entries.0.statement'],
    ['a reason that is no text', { why: 1 }, 'data.entries.0.why'],
  ])('one-sided ones are refused with %s', (_, other, field) => {
    const right = { event: EVENT, statement: STATEMENT, disputed: false, why: 'no-answer' };
    expect(() => parseStatementsOneSided({ entries: [{ ...right, ...other }] })).toThrow(refusal(field));
  });

  it.each([
    ['nothing that was before', { before: undefined }, 'data.entries.0.before'],
    ['something that is no statement before', { before: 'x' }, 'data.entries.0.before'],
  ])('statements made anew are refused with %s', (_, other, field) => {
    const right = { event: EVENT, statement: STATEMENT, ...other };
    const entries = [JSON.parse(JSON.stringify(right))];
    expect(() => parseStatementsMadeAnew({ entries })).toThrow(refusal(field));
  });

  it.each([
    ['no reason', { why: '' }, 'data.entries.0.why'],
    ['a reason of two lines', { why: 'one\ntwo' }, 'data.entries.0.why'],
    ['a reason that is too long', { why: 'x'.repeat(257) }, 'data.entries.0.why'],
    ['no event', { event: null }, 'data.entries.0.event'],
  ])('discarded ones are refused with %s', (_, other, field) => {
    const right = { event: EVENT, why: 'sent again' };
    expect(() => parseEventsDiscarded({ entries: [{ ...right, ...other }] })).toThrow(refusal(field));
  });

  it('are refused with an unknown state of evidence', () => {
    const entries = [{ statement: STATEMENT, state: 'lost', recordedTime: '' }];
    expect(() => parseEvidenceReady({ entries })).toThrow(refusal('data.entries.0.state'));
  });

  it.each([
    ['no JSON', utf8Encode('x'), 'attachment'],
    ['no UTF-8', Uint8Array.of(0xff), 'attachment'],
    [
      'a hash of 31 bytes',
      encodeAttachment([{ ...attached, path: [encodeBase64(HASH.slice(1))] }]),
      'attachment.0.path.0',
    ],
    ['a hash that is none', encodeAttachment([{ ...attached, path: ['*'] }]), 'attachment.0.path.0'],
    ['a member too few', encodeAttachment([{ ...attached, openings: undefined }]), 'attachment.0.openings'],
  ])('of version 1 are refused with an attachment of %s', (_, attachment, field) => {
    expect(() => upcastStatementsRecorded({ data: recorded, attachment })).toThrow(refusal(field));
  });
});

describe('messages to and from the exchange', () => {
  const copy = {
    cursor: 3,
    jws: 'a.b.c',
    countersignature: 'd.e.f',
    recording: { by: 'exchange', slot: 7, height: 9, leafIndex: 11, index: 13, path: [encodeBase64(HASH)] },
    disclosures: DISCLOSURES,
  };

  it('are read', () => {
    const statements = [{ jws: 'a.b.c', disclosures: DISCLOSURES }];
    expect(parseCountersignRequest({ statements })).toEqual(statements);
    const verdicts = [
      { verdict: 'countersigned', countersignature: 'd.e.f' },
      { verdict: 'waiting' },
      { verdict: 'disputed' },
      { verdict: 'refused', code: 'not-a-statement' },
    ];
    expect(parseCountersignAnswer({ ok: true, verdicts }, 4)).toEqual(verdicts);
    expect(parseCopiesRequest({ after: 0, limit: 1000 })).toEqual({ after: 0, limit: 100 });
    expect(parseCopiesAnswer({ copies: [copy, { ...copy, disclosures: null }], last: 4 })).toEqual({
      copies: [
        { ...copy, recording: { ...copy.recording, path: [HASH] } },
        { ...copy, recording: { ...copy.recording, path: [HASH] }, disclosures: null },
      ],
      last: 4,
    });
  });

  it.each([
    ['nine disclosures', { jws: 'a', disclosures: DISCLOSURES.slice(1) }, 'statements.0.disclosures'],
    ['eleven disclosures', { jws: 'a', disclosures: [...DISCLOSURES, 'x'] }, 'statements.0.disclosures'],
    ['a statement too long', { jws: 'a'.repeat(32_769), disclosures: DISCLOSURES }, 'statements.0.jws'],
    ['a member too many', { jws: 'a', disclosures: DISCLOSURES, iat: 1 }, 'statements.0.iat'],
  ])('a request is refused with %s', (_, statement, field) => {
    expect(() => parseCountersignRequest({ statements: [statement] })).toThrow(refusal(field));
  });

  it.each([
    ['too few verdicts', [], 'verdicts'],
    ['an unknown verdict', [{ verdict: 'agreed' }], 'verdicts.0.verdict'],
    ['no verdict', [null], 'verdicts.0.verdict'],
    ['a dispute that tells the field', [{ verdict: 'disputed', fields: ['time'] }], 'verdicts.0.fields'],
    ['a countersignature that is missing', [{ verdict: 'countersigned' }], 'verdicts.0.countersignature'],
  ])('an answer is refused with %s', (_, verdicts, field) => {
    expect(() => parseCountersignAnswer({ verdicts }, 1)).toThrow(refusal(field));
  });

  it('a copy is refused with a cursor that is none', () => {
    expect(() => parseCopiesAnswer({ copies: [{ ...copy, cursor: -1 }], last: 1 })).toThrow(
      refusal('copies.0.cursor'),
    );
  });
});

describe('messages to and from a hub', () => {
  const output = { txid: TXID, vout: 1, raw: '00ff', confirmations: 2 };

  it('are read', () => {
    expect(parseSubmitRequest({ transactions: ['00ff'] })).toEqual([Uint8Array.of(0, 255)]);
    const results = [{ txid: TXID }, { code: 'inputs-spent', message: 'spent' }];
    expect(parseSubmitAnswer({ ok: true, results }, 2)).toEqual(results);
    expect(parseOutputsRequest({ address: '1abc' })).toBe('1abc');
    expect(parseOutputsAnswer({ outputs: [output], streams: { proofs: { raw: '01' } } })).toEqual({
      outputs: [{ ...output, raw: Uint8Array.of(0, 255) }],
      streams: { proofs: { raw: Uint8Array.of(1) } },
    });
  });

  it.each([
    ['fewer results than transactions', [], 'results'],
    ['a result with both', [{ txid: TXID, code: 'x', message: 'y' }], 'results.0.code'],
    ['a txid that is none', [{ txid: 'x' }], 'results.0.txid'],
    ['a result that is nothing', [null], 'results.0'],
  ])('an answer is refused with %s', (_, results, field) => {
    expect(() => parseSubmitAnswer({ results }, 1)).toThrow(refusal(field));
  });

  it('transactions are refused that are not hexadecimal', () => {
    expect(() => parseSubmitRequest({ transactions: ['0g'] })).toThrow(refusal('transactions.0'));
    expect(() =>
      parseOutputsAnswer({ outputs: [{ ...output, raw: 'X' }], streams: { proofs: { raw: '' } } }),
    ).toThrow(refusal('outputs.0.raw'));
  });
});
